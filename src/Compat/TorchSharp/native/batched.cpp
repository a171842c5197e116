// Batched products of small float and double matrices on the CPU.
//
// Without MKL, libtorch's bmm and baddbmm call addmm once per matrix and pay its dispatch each time. Here BLAS is called
// directly. Only products below OpenBLAS's threshold for threads are taken, so each is computed by one thread and its
// bits do not depend on the number of threads. The larger ones go to libtorch's own kernel, and so do the very smallest,
// for which it has loops that cost less than a call of BLAS.
#include "kernels.h"

#include <ATen/CPUFunctions.h>

#include <dlfcn.h>

#include <algorithm>

namespace {

constexpr int64_t SmallestProduct = 128, LargestProduct = 64 * 64 * 64;

template <class V>
using Gemm = void (*)(const char*, const char*, const int*, const int*, const int*, const V*, const V*, const int*, const V*, const int*, const V*, V*, const int*);
Gemm<float> sgemm = nullptr;
Gemm<double> dgemm = nullptr;
Gemm<float> GemmOf(float) { return sgemm; }
Gemm<double> GemmOf(double) { return dgemm; }

// A batch of matrices as BLAS reads them: rows one after another, or columns one after another.
struct Layout {
    bool valid, by_columns;
    int leading;
};

Layout LayoutOf(const at::Tensor& t) {
    auto rows = t.size(1), columns = t.size(2), down = t.stride(1), across = t.stride(2);
    if ((across == 1 || columns == 1) && (down >= std::max<int64_t>(1, columns) || rows == 1)) {
        return {true, false, static_cast<int>(std::max({int64_t{1}, columns, rows == 1 ? columns : down}))};
    }
    if ((down == 1 || rows == 1) && (across >= std::max<int64_t>(1, rows) || columns == 1)) {
        return {true, true, static_cast<int>(std::max({int64_t{1}, rows, columns == 1 ? rows : across}))};
    }
    return {false, false, 0};
}

bool Fits(const at::Tensor& a, const at::Tensor& b) {
    auto within = [](int64_t count) { return count >= SmallestProduct && count <= LargestProduct; };
    return a.dim() == 3 && b.dim() == 3 && a.size(0) == b.size(0) && a.size(2) == b.size(1) && a.scalar_type() == b.scalar_type() &&
           (a.scalar_type() == at::kFloat || a.scalar_type() == at::kDouble) && a.layout() == at::kStrided && b.layout() == at::kStrided &&
           a.numel() > 0 && b.numel() > 0 && within(a.size(1) * a.size(2) * b.size(2)) && b.device().is_cpu();
}

// result = beta * result + alpha * a b, for a contiguous result. BLAS reads rows as columns, so it computes bᵀ aᵀ.
template <class V>
void Multiply(const at::Tensor& result, const at::Tensor& a, const at::Tensor& b, Layout left, Layout right, double beta_value, double alpha_value) {
    const int m = static_cast<int>(a.size(1)), k = static_cast<int>(a.size(2)), n = static_cast<int>(b.size(2));
    const V alpha = static_cast<V>(alpha_value), beta = static_cast<V>(beta_value);
    const char first = right.by_columns ? 'T' : 'N', second = left.by_columns ? 'T' : 'N';
    const V *pa = a.data_ptr<V>(), *pb = b.data_ptr<V>();
    V* pc = result.data_ptr<V>();
    const int64_t step_a = a.stride(0), step_b = b.stride(0), step_c = int64_t{m} * n;
    const auto gemm = GemmOf(V{});
    const auto grain = std::max<int64_t>(1, 4 * at::internal::GRAIN_SIZE / (int64_t{m} * n * k));
    at::parallel_for(0, a.size(0), grain, [&](int64_t begin, int64_t end) {
        for (auto i = begin; i < end; i++) {
            gemm(&first, &second, &n, &m, &k, &alpha, pb + i * step_b, &right.leading, pa + i * step_a, &left.leading, &beta, pc + i * step_c, &n);
        }
    });
}

void Multiply(const at::Tensor& result, const at::Tensor& a, const at::Tensor& b, double beta, double alpha) {
    auto left = LayoutOf(a), right = LayoutOf(b);
    auto ready_a = left.valid ? a : a.contiguous(), ready_b = right.valid ? b : b.contiguous();
    if (!left.valid) left = LayoutOf(ready_a);
    if (!right.valid) right = LayoutOf(ready_b);
    if (a.scalar_type() == at::kFloat) {
        Multiply<float>(result, ready_a, ready_b, left, right, beta, alpha);
    } else {
        Multiply<double>(result, ready_a, ready_b, left, right, beta, alpha);
    }
}

at::Tensor Bmm(const at::Tensor& a, const at::Tensor& b) {
    if (!Fits(a, b)) return at::cpu::bmm(a, b);
    auto result = at::empty({a.size(0), a.size(1), b.size(2)}, a.options());
    Multiply(result, a, b, 0, 1);
    return result;
}

at::Tensor Baddbmm(const at::Tensor& c, const at::Tensor& a, const at::Tensor& b, const at::Scalar& beta, const at::Scalar& alpha) {
    if (!Fits(a, b) || c.scalar_type() != a.scalar_type() || c.dim() > 3) return at::cpu::baddbmm(c, a, b, beta, alpha);
    auto result = at::empty({a.size(0), a.size(1), b.size(2)}, a.options());
    auto scale = beta.toDouble();
    if (scale != 0) result.copy_(c);
    Multiply(result, a, b, scale, alpha.toDouble());
    return result;
}

}  // namespace

bool InstallBatched(torch::Library& library) {
    sgemm = reinterpret_cast<Gemm<float>>(dlsym(RTLD_DEFAULT, "sgemm_"));
    dgemm = reinterpret_cast<Gemm<double>>(dlsym(RTLD_DEFAULT, "dgemm_"));
    if (at::hasMKL() || !sgemm || !dgemm) return false;
    library.impl("bmm", TORCH_FN(Bmm));
    library.impl("baddbmm", TORCH_FN(Baddbmm));
    return true;
}
