// Tensors from nothing, and from the caller's memory.
#include "shim.h"

TS(Handle) ts_empty(const int64_t* sizes, int n, int type, int device, int index) {
    return Make([&] { return at::empty(Ints(sizes, n), Options(type, device, index)); });
}
TS(Handle) ts_zeros(const int64_t* sizes, int n, int type, int device, int index) {
    return Make([&] { return at::zeros(Ints(sizes, n), Options(type, device, index)); });
}
TS(Handle) ts_ones(const int64_t* sizes, int n, int type, int device, int index) {
    return Make([&] { return at::ones(Ints(sizes, n), Options(type, device, index)); });
}
TS(Handle) ts_full(const int64_t* sizes, int n, Number value, int type, int device, int index) {
    return Make([&] { return at::full(Ints(sizes, n), S(value), Options(type, device, index)); });
}
TS(Handle) ts_rand(const int64_t* sizes, int n, const at::Generator* generator, int type, int device, int index) {
    return Make([&] { return at::rand(Ints(sizes, n), OptGenerator(generator), Options(type, device, index)); });
}
TS(Handle) ts_randn(const int64_t* sizes, int n, const at::Generator* generator, int type, int device, int index) {
    return Make([&] { return at::randn(Ints(sizes, n), OptGenerator(generator), Options(type, device, index)); });
}
TS(Handle) ts_randint(int64_t low, int64_t high, const int64_t* sizes, int n, const at::Generator* generator, int type, int device, int index) {
    return Make([&] { return at::randint(low, high, Ints(sizes, n), OptGenerator(generator), Options(type, device, index)); });
}
TS(Handle) ts_randperm(int64_t count, const at::Generator* generator, int type, int device, int index) {
    return Make([&] { return at::randperm(count, OptGenerator(generator), Options(type, device, index)); });
}
TS(Handle) ts_arange(Number start, Number stop, Number step, int type, int device, int index) {
    return Make([&] { return at::arange(S(start), S(stop), S(step), Options(type, device, index)); });
}
TS(Handle) ts_linspace(double start, double end, int64_t steps, int type, int device, int index) {
    return Make([&] { return at::linspace(start, end, steps, Options(type, device, index)); });
}
TS(Handle) ts_logspace(double start, double end, int64_t steps, double base, int type, int device, int index) {
    return Make([&] { return at::logspace(start, end, steps, base, Options(type, device, index)); });
}
TS(Handle) ts_eye(int64_t rows, int64_t columns, int type, int device, int index) {
    return Make([&] { return at::eye(rows, columns, Options(type, device, index)); });
}
TS(Handle) ts_tril_indices(int64_t rows, int64_t columns, int64_t offset, int type, int device, int index) {
    return Make([&] { return at::tril_indices(rows, columns, offset, Options(type, device, index)); });
}
TS(Handle) ts_triu_indices(int64_t rows, int64_t columns, int64_t offset, int type, int device, int index) {
    return Make([&] { return at::triu_indices(rows, columns, offset, Options(type, device, index)); });
}
// Copies numbers of one type from the caller into a tensor of another type on any device.
TS(Handle) ts_from_memory(const void* data, int source_type, const int64_t* sizes, int n, int type, int device, int index) {
    return Make([&] {
        auto source = at::empty(Ints(sizes, n), Options(source_type, 0, -1));
        if (source.numel() > 0) std::memcpy(source.data_ptr(), data, source.numel() * source.element_size());
        return source.to(Options(type, device, index));
    });
}
