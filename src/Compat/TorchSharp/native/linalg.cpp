// Products of matrices and what is solved with them.
#include "shim.h"

#define BINARY(op) TS(Handle) ts_##op(Handle a, Handle b) { return Make([&] { return at::op(T(a), T(b)); }); }
#define ADDED(op) TS(Handle) ts_##op(Handle a, Handle b, Handle c, double beta, double alpha) { return Make([&] { return at::op(T(a), T(b), T(c), beta, alpha); }); }
#define ADDED_(op) TS(int) ts_##op##_(Handle a, Handle b, Handle c, double beta, double alpha) { return Run([&] { T(a).op##_(T(b), T(c), beta, alpha); }); }

BINARY(matmul) BINARY(mm) BINARY(bmm) BINARY(mv) BINARY(dot) BINARY(vdot) BINARY(outer) BINARY(inner) BINARY(kron)
ADDED(addmm) ADDED_(addmm) ADDED(addmv) ADDED_(addmv) ADDED(addr) ADDED_(addr) ADDED(addbmm) ADDED_(addbmm) ADDED(baddbmm)

TS(Handle) ts_einsum(const char* equation, const Handle* tensors, int n) { return Make([&] { return at::einsum(equation, Tensors(tensors, n)); }); }
TS(Handle) ts_tensordot(Handle a, Handle b, const int64_t* left, int n, const int64_t* right, int m) { return Make([&] { return at::tensordot(T(a), T(b), Ints(left, n), Ints(right, m)); }); }
TS(Handle) ts_trace(Handle a) { return Make([&] { return at::trace(T(a)); }); }
TS(Handle) ts_matrix_exp(Handle a) { return Make([&] { return at::matrix_exp(T(a)); }); }
TS(Handle) ts_matrix_power(Handle a, int64_t n) { return Make([&] { return at::linalg_matrix_power(T(a), n); }); }
TS(Handle) ts_det(Handle a) { return Make([&] { return at::linalg_det(T(a)); }); }
TS(Handle) ts_logdet(Handle a) { return Make([&] { return at::logdet(T(a)); }); }
TS(int) ts_slogdet(Handle a, Handle* sign, Handle* logabsdet) { return Run([&] { GivePair(at::linalg_slogdet(T(a)), sign, logabsdet); }); }
TS(Handle) ts_inv(Handle a) { return Make([&] { return at::linalg_inv(T(a)); }); }
TS(Handle) ts_pinv(Handle a, double rcond, int hermitian) { return Make([&] { return at::linalg_pinv(T(a), rcond, hermitian != 0); }); }
TS(Handle) ts_cholesky(Handle a) { return Make([&] { return at::linalg_cholesky(T(a)); }); }
TS(Handle) ts_solve(Handle a, Handle b, int left) {
    return Make([&] { return left ? at::linalg_solve(T(a), T(b)) : at::linalg_solve(T(a).mT(), T(b).mT()).mT(); });
}
TS(Handle) ts_solve_triangular(Handle a, Handle b, int upper, int left, int unitriangular) {
    return Make([&] { return at::linalg_solve_triangular(T(a), T(b), upper != 0, left != 0, unitriangular != 0); });
}
TS(int) ts_svd(Handle a, int full, Handle* u, Handle* s, Handle* vh) {
    return Run([&] {
        auto parts = at::linalg_svd(T(a), full != 0);
        GivePair(parts, u, s);
        *vh = Give(std::get<2>(parts));
    });
}
TS(Handle) ts_svdvals(Handle a) { return Make([&] { return at::linalg_svdvals(T(a)); }); }
TS(int) ts_qr(Handle a, int mode, Handle* q, Handle* r) {
    const char* names[] = {"reduced", "complete", "r"};
    return Run([&] { GivePair(at::linalg_qr(T(a), names[mode]), q, r); });
}
TS(int) ts_eigh(Handle a, int upper, Handle* values, Handle* vectors) { return Run([&] { GivePair(at::linalg_eigh(T(a), upper ? "U" : "L"), values, vectors); }); }
TS(Handle) ts_eigvalsh(Handle a, int upper) { return Make([&] { return at::linalg_eigvalsh(T(a), upper ? "U" : "L"); }); }
TS(Handle) ts_matrix_rank(Handle a, int hermitian) { return Make([&] { return at::linalg_matrix_rank(T(a), Maybe<double>{false, 0}, Maybe<double>{false, 0}, hermitian != 0); }); }
TS(Handle) ts_vector_norm(Handle a, double ord, const int64_t* dims, int n, int keepdim) {
    return Make([&] { return n ? at::linalg_vector_norm(T(a), ord, Ints(dims, n), keepdim != 0) : at::linalg_vector_norm(T(a), ord, at::OptionalIntArrayRef(), keepdim != 0); });
}
TS(Handle) ts_matrix_norm(Handle a, double ord, const int64_t* dims, int n, int keepdim) { return Make([&] { return at::linalg_matrix_norm(T(a), at::Scalar(ord), Ints(dims, n), keepdim != 0); }); }
TS(Handle) ts_matrix_norm_named(Handle a, const char* ord, const int64_t* dims, int n, int keepdim) { return Make([&] { return at::linalg_matrix_norm(T(a), ord, Ints(dims, n), keepdim != 0); }); }
