// Scaled dot product attention: libtorch's own where it has one, composed of its parts in libtorch 1.
#include "shim.h"

#include <torch/version.h>

#include <cmath>
#include <limits>

#if TORCH_VERSION_MAJOR < 2
namespace {
at::Tensor Attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& mask, double dropout, bool causal) {
    auto scores = at::matmul(q * (1.0 / std::sqrt(static_cast<double>(q.size(-1)))), k.transpose(-2, -1));
    const double never = -std::numeric_limits<double>::infinity();
    if (causal) {
        TORCH_CHECK(!mask.defined(), "scaled_dot_product_attention: an explicit attn_mask and is_casual exclude each other");
        auto allowed = at::ones({q.size(-2), k.size(-2)}, q.options().dtype(at::kBool)).tril();
        scores = scores.masked_fill(allowed.logical_not(), never);
    } else if (mask.defined()) {
        scores = mask.scalar_type() == at::kBool ? scores.masked_fill(mask.logical_not(), never) : scores + mask;
    }
    auto weights = at::softmax(scores, -1);
    return at::matmul(dropout > 0 ? at::dropout(weights, dropout, true) : weights, v);
}
}  // namespace
#endif

TS(Handle) ts_attention(Handle q, Handle k, Handle v, Handle mask, double dropout, int causal) {
    return Make([&] {
#if TORCH_VERSION_MAJOR < 2
        return Attend(T(q), T(k), T(v), OrUndefined(mask), dropout, causal != 0);
#else
        return at::scaled_dot_product_attention(T(q), T(k), T(v), OptTensor(mask), dropout, causal != 0);
#endif
    });
}
