// What every file of the shim shares: handles, error capture, and arguments in their C form.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/Generator.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <vector>

#define TS(result) extern "C" __attribute__((visibility("default"))) result

// A handle is one owned reference to a TensorImpl. at::Tensor is exactly that one pointer,
// so a handle in an argument is read as a tensor in place: no allocation, no reference counting.
using Handle = c10::TensorImpl*;
static_assert(sizeof(at::Tensor) == sizeof(Handle), "at::Tensor must be a single pointer");

inline const at::Tensor& T(const Handle& handle) { return reinterpret_cast<const at::Tensor&>(handle); }
inline at::Tensor OrUndefined(const Handle& handle) { return handle ? T(handle) : at::Tensor(); }

// An argument that may be absent, converted to whatever optional type this libtorch uses.
template <class V>
struct Maybe {
    bool has;
    V value;
    template <class O, class = std::enable_if_t<std::is_same<typename O::value_type, V>::value>>
    operator O() const { return has ? O(value) : O(); }
};

inline Maybe<at::Tensor> OptTensor(const Handle& handle) { return {handle != nullptr, OrUndefined(handle)}; }
inline Maybe<at::ScalarType> OptType(int type) { return {type >= 0, static_cast<at::ScalarType>(type)}; }

// A number with the kind that libtorch distinguishes.
struct Number {
    int64_t bits;
    int64_t kind;  // 0 integer, 1 floating point, 2 boolean, -1 absent
};

inline at::Scalar S(Number number) {
    if (number.kind == 1) {
        double value;
        std::memcpy(&value, &number.bits, sizeof value);
        return value;
    }
    return number.kind == 2 ? at::Scalar(number.bits != 0) : at::Scalar(number.bits);
}
inline Maybe<at::Scalar> OptScalar(Number number) {
    return {number.kind >= 0, number.kind >= 0 ? S(number) : at::Scalar()};
}

inline at::IntArrayRef Ints(const int64_t* values, int count) { return {values, static_cast<size_t>(count)}; }
inline std::vector<at::Tensor> Tensors(const Handle* handles, int count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int i = 0; i < count; i++) tensors.push_back(OrUndefined(handles[i]));
    return tensors;
}
inline Maybe<at::Generator> OptGenerator(const at::Generator* generator) {
    return {generator != nullptr, generator ? *generator : at::Generator()};
}
inline at::TensorOptions Options(int type, int device, int index) {
    return at::TensorOptions()
        .dtype(static_cast<at::ScalarType>(type))
        .device(at::Device(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index)));
}

namespace shim {
void Remember() noexcept;                               // stores the exception in flight for ts_last_error
void CountHandles(int64_t change) noexcept;             // keeps the number of live handles
std::vector<at::Tensor>& Results() noexcept;            // the thread's last list result, until ts_take_results
extern std::atomic<int> thread_epoch;                   // bumped by ts_set_num_threads
extern thread_local int seen_thread_epoch;
void ApplyThreads();                                    // brings this thread's OpenMP setting up to date
inline void Enter() {
    if (seen_thread_epoch != thread_epoch.load(std::memory_order_relaxed)) ApplyThreads();
}
}  // namespace shim

// Gives a tensor out as an owned handle; an undefined tensor is a null handle.
inline Handle Give(at::Tensor tensor) {
    if (!tensor.defined()) return nullptr;
    shim::CountHandles(1);
    return tensor.unsafeReleaseTensorImpl();
}

// The three ways a C export runs its body: for a tensor, for a status (0 is success), for a list (-1 is failure).
template <class F>
inline Handle Make(F&& body) noexcept {
    try {
        shim::Enter();
        return Give(body());
    } catch (...) {
        shim::Remember();
        return nullptr;
    }
}
template <class F>
inline int Run(F&& body) noexcept {
    try {
        shim::Enter();
        body();
        return 0;
    } catch (...) {
        shim::Remember();
        return 1;
    }
}
template <class F>
inline int64_t List(F&& body) noexcept {
    try {
        shim::Enter();
        auto& results = shim::Results();
        results = body();
        return static_cast<int64_t>(results.size());
    } catch (...) {
        shim::Remember();
        return -1;
    }
}
// Gives a pair out through two pointers.
template <class Tuple>
inline void GivePair(Tuple&& pair, Handle* first, Handle* second) {
    *first = Give(std::get<0>(pair));
    *second = Give(std::get<1>(pair));
}
