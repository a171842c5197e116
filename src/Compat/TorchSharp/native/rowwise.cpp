// Softmax and layer normalisation on the CPU by the kernels of rows.h, where these fit; else by libtorch's own.
#include "kernels.h"
#include "rows.h"

#include <ATen/CPUFunctions.h>
#include <ATen/ops/native_layer_norm_backward_native.h>
#include <ATen/ops/native_layer_norm_native.h>

#include <algorithm>

#if defined(ROWS_ARE_BUILT)

namespace {

bool Fits(const at::Tensor& t) {
    return (t.scalar_type() == at::kFloat || t.scalar_type() == at::kDouble) && t.device().is_cpu() && t.layout() == at::kStrided &&
           t.is_contiguous() && t.dim() > 0 && t.numel() > 0;
}

// f(first row, rows), on as many threads as the caller may use.
template <class F> void OverRows(int64_t rows, int64_t columns, F f) {
    at::parallel_for(0, rows, std::max<int64_t>(1, at::internal::GRAIN_SIZE / columns), [&](int64_t begin, int64_t end) { f(begin, end - begin); });
}

// Wide rows of whole vectors: libtorch's gradients take as long as ours or, from 256 numbers on, a fifth to a third less.
template <class V> bool BetterLeft(int64_t columns) { return columns >= 64 && columns * sizeof(V) % 32 == 0; }
bool BetterLeft(const at::Tensor& t) { return t.scalar_type() == at::kFloat ? BetterLeft<float>(t.size(-1)) : BetterLeft<double>(t.size(-1)); }

bool IsLast(const at::Tensor& t, int64_t dim) { return dim == -1 || dim == t.dim() - 1; }

at::Tensor Softmax(const at::Tensor& self, int64_t dim, bool half_to_float) {
    if (half_to_float || !Fits(self) || !IsLast(self, dim)) return at::cpu::_softmax(self, dim, half_to_float);
    auto result = at::empty_like(self);
    const auto columns = self.size(-1);
    AT_DISPATCH_FLOATING_TYPES(self.scalar_type(), "softmax", [&] {
        const auto in = self.data_ptr<scalar_t>(), out = result.data_ptr<scalar_t>();
        OverRows(self.numel() / columns, columns, [&](int64_t first, int64_t count) {
            rows::Softmax<scalar_t>(in + first * columns, out + first * columns, count, columns);
        });
    });
    return result;
}

at::Tensor SoftmaxBackward(const at::Tensor& grad, const at::Tensor& output, int64_t dim, at::ScalarType type) {
    if (type != grad.scalar_type() || type != output.scalar_type() || !Fits(output) || BetterLeft(output) || !IsLast(output, dim) || grad.sizes() != output.sizes()) {
        return at::cpu::_softmax_backward_data(grad, output, dim, type);
    }
    const auto gradients = grad.contiguous();
    auto result = at::empty_like(output);
    const auto columns = output.size(-1);
    AT_DISPATCH_FLOATING_TYPES(type, "softmax_backward", [&] {
        const auto g = gradients.data_ptr<scalar_t>(), y = output.data_ptr<scalar_t>(), x = result.data_ptr<scalar_t>();
        OverRows(output.numel() / columns, columns, [&](int64_t first, int64_t count) {
            const auto at = first * columns;
            rows::SoftmaxBackward<scalar_t>(g + at, y + at, x + at, count, columns);
        });
    });
    return result;
}

using Three = std::tuple<at::Tensor, at::Tensor, at::Tensor>;
using Optional = c10::optional<at::Tensor>;

bool Fits(const at::Tensor& rows, at::IntArrayRef shape, const Optional& factor) {
    return shape.size() == 1 && rows.dim() > 0 && rows.size(-1) == shape[0] &&
           (!factor || !factor->defined() || (factor->is_contiguous() && factor->scalar_type() == rows.scalar_type() && factor->sizes() == shape));
}

template <class V> const V* Numbers(const Optional& t) { return t && t->defined() ? t->data_ptr<V>() : nullptr; }

Three LayerNorm(const at::Tensor& input, at::IntArrayRef shape, const Optional& weight, const Optional& bias, double eps) {
    const auto in = input.contiguous();
    if (!Fits(in) || !Fits(in, shape, weight) || !Fits(in, shape, bias)) return at::native::layer_norm_cpu(input, shape, weight, bias, eps);
    auto sizes = in.sizes().vec();
    sizes.back() = 1;
    auto result = at::empty_like(in), means = at::empty(sizes, in.options()), rstds = at::empty(sizes, in.options());
    const auto columns = shape[0];
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "layer_norm", [&] {
        const auto x = in.data_ptr<scalar_t>(), y = result.data_ptr<scalar_t>(), mean = means.data_ptr<scalar_t>(), rstd = rstds.data_ptr<scalar_t>();
        const auto gain = Numbers<scalar_t>(weight), shift = Numbers<scalar_t>(bias);
        OverRows(in.numel() / columns, columns, [&](int64_t first, int64_t count) {
            const auto at = first * columns;
            rows::LayerNorm<scalar_t>(x + at, gain, shift, static_cast<scalar_t>(eps), y + at, mean + first, rstd + first, count, columns);
        });
    });
    return {result, means, rstds};
}

Three LayerNormBackward(
    const at::Tensor& grad, const at::Tensor& input, at::IntArrayRef shape, const at::Tensor& means, const at::Tensor& rstds,
    const Optional& weight, const Optional& bias, std::array<bool, 3> wanted) {
    const auto in = input.contiguous(), gradients = grad.contiguous();
    if (!wanted[0] || wanted[1] || wanted[2] || !Fits(in) || BetterLeft(in) || !Fits(in, shape, weight) || gradients.scalar_type() != in.scalar_type() ||
        gradients.sizes() != in.sizes() || means.scalar_type() != in.scalar_type() || !means.is_contiguous() || !rstds.is_contiguous()) {
        return at::native::layer_norm_backward_cpu(grad, input, shape, means, rstds, weight, bias, wanted);
    }
    auto result = at::empty_like(in);
    const auto columns = shape[0];
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "layer_norm_backward", [&] {
        const auto g = gradients.data_ptr<scalar_t>(), x = in.data_ptr<scalar_t>(), out = result.data_ptr<scalar_t>();
        const auto mean = means.data_ptr<scalar_t>(), rstd = rstds.data_ptr<scalar_t>();
        const auto gain = Numbers<scalar_t>(weight);
        OverRows(in.numel() / columns, columns, [&](int64_t first, int64_t count) {
            const auto at = first * columns;
            rows::LayerNormBackward<scalar_t>(g + at, x + at, gain, mean + first, rstd + first, out + at, count, columns);
        });
    });
    return {result, at::Tensor(), at::Tensor()};
}

}  // namespace

bool InstallRowwise(torch::Library& library) {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return false;
    library.impl("_softmax", TORCH_FN(Softmax));
    library.impl("_softmax_backward_data", TORCH_FN(SoftmaxBackward));
    library.impl("native_layer_norm", TORCH_FN(LayerNorm));
    library.impl("native_layer_norm_backward", TORCH_FN(LayerNormBackward));
    return true;
}

#else

bool InstallRowwise(torch::Library&) { return false; }

#endif
