// Gradients. On the CPU the engine runs in the calling thread, so its order, and with it every bit, is fixed.
#include "shim.h"

#include <torch/csrc/autograd/autograd.h>

TS(int) ts_set_requires_grad(Handle a, int value) { return Run([&] { T(a).set_requires_grad(value != 0); }); }
TS(int) ts_retain_grad(Handle a) { return Run([&] { T(a).retain_grad(); }); }
TS(Handle) ts_grad(Handle a) { return Make([&] { return T(a).grad(); }); }
TS(int) ts_set_grad(Handle a, Handle grad) { return Run([&] { T(a).mutable_grad() = OrUndefined(grad); }); }

TS(int) ts_backward(Handle a) { return Run([&] { torch::autograd::backward({T(a)}, {}); }); }

TS(int) ts_backward_list(const Handle* tensors, int n, const Handle* grads, int grad_count, int retain_graph, int create_graph,
                         const Handle* inputs, int input_count) {
    return Run([&] {
        torch::autograd::backward(Tensors(tensors, n), Tensors(grads, grad_count), retain_graph != 0, create_graph != 0, Tensors(inputs, input_count));
    });
}

TS(int64_t) ts_autograd_grad(const Handle* outputs, int n, const Handle* inputs, int input_count, const Handle* grads, int grad_count,
                             int retain_graph, int create_graph, int allow_unused) {
    return List([&] {
        return torch::autograd::grad(Tensors(outputs, n), Tensors(inputs, input_count), Tensors(grads, grad_count), retain_graph != 0,
                                     create_graph != 0, allow_unused != 0);
    });
}
