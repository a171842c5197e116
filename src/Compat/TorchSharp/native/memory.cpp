// What a thread's tensors take, allocation by allocation. For tests and benchmarks; no part of TorchSharp's API needs it.
#include "shim.h"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <memory>

namespace {

// libtorch tells whoever stands in the profiler's place of every allocation. Blocks that are older than the count and freed
// during it are not told.
struct Count final : c10::MemoryReportingInfoBase {
    int64_t now = 0, peak = 0;
    int64_t* sizes = nullptr;
    int64_t most = 0, seen = 0;

    bool memoryProfilingEnabled() const override { return true; }
    // The totals, which are not read, are signed in libtorch 1 and unsigned in 2: one of the two overrides.
    virtual void reportMemoryUsage(void*, int64_t size, int64_t, int64_t, c10::Device) { Add(size); }
    virtual void reportMemoryUsage(void*, int64_t size, size_t, size_t, c10::Device) { Add(size); }
    void Add(int64_t size) {
        now += size;
        peak = std::max(peak, now);
        if (seen < most) sizes[seen] = size;
        seen++;
    }
};

thread_local std::shared_ptr<Count> count;

}  // namespace

// Starts counting on this thread; the first so many changes are also written down.
TS(int) ts_memory_begin(int64_t* sizes, int64_t most) {
    return Run([&] {
        TORCH_CHECK(!count, "This thread's memory is counted already");
        count = std::make_shared<Count>();
        count->sizes = sizes;
        count->most = most;
        c10::ThreadLocalDebugInfo::_push(c10::DebugInfoKind::PROFILER_STATE, count);
    });
}
TS(int64_t) ts_memory_now() { return count ? count->now : 0; }
TS(int64_t) ts_memory_peak() { return count ? count->peak : 0; }
TS(int64_t) ts_memory_seen() { return count ? count->seen : 0; }
// The peak from here on.
TS(void) ts_memory_restart() { if (count) count->peak = count->now; }
TS(int) ts_memory_end() {
    return Run([&] {
        c10::ThreadLocalDebugInfo::_pop(c10::DebugInfoKind::PROFILER_STATE);
        count.reset();
    });
}
