using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_matmul(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_mm(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_bmm(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_mv(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_dot(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_vdot(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_outer(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_inner(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_kron(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_addmm(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial int ts_addmm_(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial nint ts_addmv(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial int ts_addmv_(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial nint ts_addr(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial int ts_addr_(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial nint ts_addbmm(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial int ts_addbmm_(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial nint ts_baddbmm(nint a, nint b, nint c, double beta, double alpha);
    [LibraryImport(Library)] internal static partial nint ts_einsum(ReadOnlySpan<byte> equation, ReadOnlySpan<nint> tensors, int n);
    [LibraryImport(Library)] internal static partial nint ts_tensordot(nint a, nint b, ReadOnlySpan<long> left, int n, ReadOnlySpan<long> right, int m);
    [LibraryImport(Library)] internal static partial nint ts_trace(nint a);
    [LibraryImport(Library)] internal static partial nint ts_matrix_exp(nint a);
    [LibraryImport(Library)] internal static partial nint ts_matrix_power(nint a, long n);
    [LibraryImport(Library)] internal static partial nint ts_det(nint a);
    [LibraryImport(Library)] internal static partial nint ts_logdet(nint a);
    [LibraryImport(Library)] internal static partial int ts_slogdet(nint a, nint* sign, nint* logabsdet);
    [LibraryImport(Library)] internal static partial nint ts_inv(nint a);
    [LibraryImport(Library)] internal static partial nint ts_pinv(nint a, double rcond, int hermitian);
    [LibraryImport(Library)] internal static partial nint ts_cholesky(nint a);
    [LibraryImport(Library)] internal static partial nint ts_solve(nint a, nint b, int left);
    [LibraryImport(Library)] internal static partial nint ts_solve_triangular(nint a, nint b, int upper, int left, int unitriangular);
    [LibraryImport(Library)] internal static partial int ts_svd(nint a, int full, nint* u, nint* s, nint* vh);
    [LibraryImport(Library)] internal static partial nint ts_svdvals(nint a);
    [LibraryImport(Library)] internal static partial int ts_qr(nint a, int mode, nint* q, nint* r);
    [LibraryImport(Library)] internal static partial int ts_eigh(nint a, int upper, nint* values, nint* vectors);
    [LibraryImport(Library)] internal static partial nint ts_eigvalsh(nint a, int upper);
    [LibraryImport(Library)] internal static partial nint ts_matrix_rank(nint a, int hermitian);
    [LibraryImport(Library)] internal static partial nint ts_vector_norm(nint a, double ord, ReadOnlySpan<long> dims, int n, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_matrix_norm(nint a, double ord, ReadOnlySpan<long> dims, int n, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_matrix_norm_named(nint a, ReadOnlySpan<byte> ord, ReadOnlySpan<long> dims, int n, int keepdim);
}
