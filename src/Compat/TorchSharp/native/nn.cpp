// Layers and losses in functional form. A reduction is 0 none, 1 mean, 2 sum, as in libtorch.
#include "shim.h"

TS(Handle) ts_softmax(Handle a, int64_t dim, int type) { return Make([&] { return at::softmax(T(a), dim, OptType(type)); }); }
TS(Handle) ts_log_softmax(Handle a, int64_t dim, int type) { return Make([&] { return at::log_softmax(T(a), dim, OptType(type)); }); }
TS(Handle) ts_linear(Handle a, Handle weight, Handle bias) { return Make([&] { return at::linear(T(a), T(weight), OptTensor(bias)); }); }
TS(Handle) ts_embedding(Handle weight, Handle index, int64_t padding) { return Make([&] { return at::embedding(T(weight), T(index), padding); }); }
TS(Handle) ts_layer_norm(Handle a, const int64_t* shape, int n, Handle weight, Handle bias, double eps) {
    return Make([&] { return at::layer_norm(T(a), Ints(shape, n), OptTensor(weight), OptTensor(bias), eps); });
}
TS(Handle) ts_dropout(Handle a, double p, int training) { return Make([&] { return at::dropout(T(a), p, training != 0); }); }
TS(int) ts_dropout_(Handle a, double p, int training) { return Run([&] { auto t = T(a); at::dropout_(t, p, training != 0); }); }
TS(int) ts_silu_(Handle a) { return Run([&] { auto t = T(a); at::silu_(t); }); }
TS(int) ts_gelu_(Handle a, int tanh) { return Run([&] { auto t = T(a); at::gelu_(t, tanh ? "tanh" : "none"); }); }

TS(Handle) ts_cross_entropy(Handle a, Handle target, Handle weight, int reduction, int64_t ignore_index, double smoothing) {
    return Make([&] { return at::cross_entropy_loss(T(a), T(target), OptTensor(weight), reduction, ignore_index, smoothing); });
}
TS(Handle) ts_nll_loss(Handle a, Handle target, Handle weight, int reduction, int64_t ignore_index) {
    return Make([&] { return at::nll_loss_nd(T(a), T(target), OptTensor(weight), reduction, ignore_index); });
}
TS(Handle) ts_mse_loss(Handle a, Handle target, int reduction) { return Make([&] { return at::mse_loss(T(a), T(target), reduction); }); }
TS(Handle) ts_l1_loss(Handle a, Handle target, int reduction) { return Make([&] { return at::l1_loss(T(a), T(target), reduction); }); }
TS(Handle) ts_smooth_l1_loss(Handle a, Handle target, int reduction, double beta) { return Make([&] { return at::smooth_l1_loss(T(a), T(target), reduction, beta); }); }
TS(Handle) ts_huber_loss(Handle a, Handle target, int reduction, double delta) { return Make([&] { return at::huber_loss(T(a), T(target), reduction, delta); }); }
TS(Handle) ts_kl_div(Handle a, Handle target, int reduction, int log_target) { return Make([&] { return at::kl_div(T(a), T(target), reduction, log_target != 0); }); }
TS(Handle) ts_binary_cross_entropy(Handle a, Handle target, Handle weight, int reduction) {
    return Make([&] { return at::binary_cross_entropy(T(a), T(target), OptTensor(weight), reduction); });
}
TS(Handle) ts_binary_cross_entropy_with_logits(Handle a, Handle target, Handle weight, Handle pos_weight, int reduction) {
    return Make([&] { return at::binary_cross_entropy_with_logits(T(a), T(target), OptTensor(weight), OptTensor(pos_weight), reduction); });
}
