// Generators, and random numbers into existing tensors.
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>

#include <mutex>

namespace {
at::Generator Default(int device, int index) {
    at::Device place(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index));
    return at::globalContext().defaultGenerator(place);
}
}  // namespace

TS(at::Generator*) ts_generator_new(uint64_t seed, int device, int index) {
    at::Generator* result = nullptr;
    Run([&] {
        at::Generator generator = device == 0 ? at::make_generator<at::CPUGeneratorImpl>(seed) : Default(device, index).clone();
        generator.set_current_seed(seed);
        result = new at::Generator(generator);
    });
    return result;
}
TS(at::Generator*) ts_generator_default() {
    at::Generator* result = nullptr;
    Run([&] { result = new at::Generator(Default(0, -1)); });
    return result;
}
TS(void) ts_generator_free(at::Generator* generator) { delete generator; }
TS(int) ts_generator_set_seed(at::Generator* generator, uint64_t seed) {
    return Run([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_current_seed(seed);
    });
}
TS(uint64_t) ts_generator_current_seed(at::Generator* generator) {
    std::lock_guard<std::mutex> lock(generator->mutex());
    return generator->current_seed();
}
TS(uint64_t) ts_generator_reseed(at::Generator* generator) {
    std::lock_guard<std::mutex> lock(generator->mutex());
    return generator->seed();
}
TS(Handle) ts_generator_get_state(at::Generator* generator) {
    return Make([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        return generator->get_state();
    });
}
TS(int) ts_generator_set_state(at::Generator* generator, Handle state) {
    return Run([&] {
        std::lock_guard<std::mutex> lock(generator->mutex());
        generator->set_state(T(state));
    });
}
TS(int) ts_manual_seed(uint64_t seed) { return Run([&] { at::manual_seed(seed); }); }

TS(int) ts_normal_(Handle a, double mean, double std, const at::Generator* g) { return Run([&] { T(a).normal_(mean, std, OptGenerator(g)); }); }
TS(int) ts_uniform_(Handle a, double low, double high, const at::Generator* g) { return Run([&] { T(a).uniform_(low, high, OptGenerator(g)); }); }
TS(int) ts_bernoulli_(Handle a, double p, const at::Generator* g) { return Run([&] { T(a).bernoulli_(p, OptGenerator(g)); }); }
TS(int) ts_bernoulli_tensor_(Handle a, Handle p, const at::Generator* g) { return Run([&] { T(a).bernoulli_(T(p), OptGenerator(g)); }); }
TS(int) ts_exponential_(Handle a, double rate, const at::Generator* g) { return Run([&] { T(a).exponential_(rate, OptGenerator(g)); }); }
TS(int) ts_random_(Handle a, int64_t from, int64_t to, const at::Generator* g) { return Run([&] { T(a).random_(from, to, OptGenerator(g)); }); }
TS(Handle) ts_bernoulli(Handle a, const at::Generator* g) { return Make([&] { return at::bernoulli(T(a), OptGenerator(g)); }); }
TS(Handle) ts_multinomial(Handle a, int64_t count, int replacement, const at::Generator* g) {
    return Make([&] { return at::multinomial(T(a), count, replacement != 0, OptGenerator(g)); });
}
TS(Handle) ts_normal(Handle mean, Handle std, const at::Generator* g) { return Make([&] { return at::normal(T(mean), T(std), OptGenerator(g)); }); }
