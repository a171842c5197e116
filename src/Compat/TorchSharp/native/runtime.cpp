// The process: errors, live handles, threads, grad mode, devices, versions.
#include "shim.h"

#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <memory>
#include <string>

namespace {

thread_local std::string last_error;
thread_local bool has_error = false;

// Handles are counted per slot so that threads do not share a cache line.
struct alignas(64) Slot {
    std::atomic<int64_t> count{0};
};
Slot slots[64];
std::atomic<unsigned> next_slot{0};
thread_local Slot& slot = slots[next_slot.fetch_add(1, std::memory_order_relaxed) % 64];

// 0 until ts_set_num_threads was called: then libtorch's own default holds.
std::atomic<int> num_threads{0};

// OpenBLAS built with pthreads has a pool of its own, which libtorch does not set.
void SetBlasThreads(int count) {
    using Setter = void (*)(int);
    static const Setter setter = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (setter) setter(count);
}

}  // namespace

namespace shim {

std::atomic<int> thread_epoch{0};
thread_local int seen_thread_epoch = 0;

void Remember() noexcept {
    has_error = true;
    try {
        throw;
    } catch (const c10::Error& error) {
        last_error = error.what_without_backtrace();
    } catch (const std::exception& error) {
        last_error = error.what();
    } catch (...) {
        last_error = "unknown native exception";
    }
    auto trace = last_error.find("\nException raised from");
    if (trace != std::string::npos) last_error.resize(trace);
}

void CountHandles(int64_t change) noexcept { slot.count.fetch_add(change, std::memory_order_relaxed); }

std::vector<at::Tensor>& Results() noexcept {
    static thread_local std::vector<at::Tensor> results;
    return results;
}

void ApplyThreads() {
    seen_thread_epoch = thread_epoch.load();
    int count = num_threads.load();
    if (count > 0) at::set_num_threads(count);
}

}  // namespace shim

TS(const char*) ts_last_error() {
    if (!has_error) return nullptr;
    has_error = false;
    return last_error.c_str();
}

TS(int64_t) ts_live_handles() {
    int64_t sum = 0;
    for (auto& s : slots) sum += s.count.load();
    return sum;
}

TS(void) ts_free(Handle handle) {
    shim::CountHandles(-1);
    c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(handle);
}

TS(void) ts_take_results(Handle* out) {
    auto& results = shim::Results();
    for (auto& tensor : results) *out++ = Give(std::move(tensor));
    results.clear();
}

TS(int) ts_set_num_threads(int count) {
    return Run([&] {
        TORCH_CHECK(count > 0, "Expected positive number of threads");
        num_threads.store(count);
        shim::thread_epoch.fetch_add(1);
        shim::ApplyThreads();
        SetBlasThreads(count);
    });
}
TS(int) ts_get_num_threads() { shim::Enter(); return at::get_num_threads(); }
TS(int) ts_set_num_interop_threads(int count) { return Run([&] { at::set_num_interop_threads(count); }); }
TS(int) ts_get_num_interop_threads() { return static_cast<int>(at::get_num_interop_threads()); }

TS(int) ts_grad_enabled() { return c10::GradMode::is_enabled(); }
TS(void) ts_set_grad_enabled(int enabled) { c10::GradMode::set_enabled(enabled != 0); }
TS(int) ts_inference_mode() { return c10::InferenceMode::is_enabled(); }
TS(void*) ts_enter_inference_mode(int enabled) { return new c10::InferenceMode(enabled != 0); }
TS(void) ts_leave_inference_mode(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

TS(int) ts_cuda_device_count() { return static_cast<int>(torch::cuda::device_count()); }
TS(int) ts_cuda_is_available() { return torch::cuda::is_available(); }
TS(int) ts_cudnn_is_available() { return torch::cuda::cudnn_is_available(); }
TS(int) ts_cuda_synchronize(int64_t index) { return Run([&] { torch::cuda::synchronize(index); }); }
TS(int) ts_cuda_get_tf32() { return at::globalContext().allowTF32CuBLAS(); }
TS(void) ts_cuda_set_tf32(int allow) { at::globalContext().setAllowTF32CuBLAS(allow != 0); }
TS(int) ts_cudnn_get_tf32() { return at::globalContext().allowTF32CuDNN(); }
TS(void) ts_cudnn_set_tf32(int allow) { at::globalContext().setAllowTF32CuDNN(allow != 0); }

TS(const char*) ts_version() { return TORCH_VERSION; }
TS(int) ts_set_default_dtype(int type) {
    return Run([&] { c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(type))); });
}
