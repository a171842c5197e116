using System.Text;
using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static unsafe partial class linalg
    {
        public enum QRMode { Reduced = 0, Complete = 1, R = 2 }

        public static Tensor cholesky(Tensor input) => Tensor.New(ts_cholesky(input.Handle), input);
        public static Tensor det(Tensor input) => input.det();
        public static Tensor inv(Tensor input) => input.inverse();
        public static Tensor matrix_exp(Tensor input) => input.matrix_exp();
        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1) => input.diagonal(offset, dim1, dim2);
        public static Tensor svdvals(Tensor input) => Tensor.New(ts_svdvals(input.Handle), input);
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Tensor.New(ts_eigvalsh(input.Handle, UPLO == 'U' ? 1 : 0), input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) =>
            Tensor.New(ts_solve(A.Handle, B.Handle, left ? 1 : 0), A, B);

        public static Tensor solve_triangular(Tensor A, Tensor B, bool upper, bool left = true, bool unitriangular = false, Tensor? @out = null)
        {
            var result = Tensor.New(ts_solve_triangular(A.Handle, B.Handle, upper ? 1 : 0, left ? 1 : 0, unitriangular ? 1 : 0), A, B);
            return @out is null ? result : @out.copy_(result);
        }

        public static (Tensor, Tensor) slogdet(Tensor input)
        {
            nint sign, logarithm;
            return Tensor.Pair(ts_slogdet(input.Handle, &sign, &logarithm), sign, logarithm, input);
        }

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L')
        {
            nint values, vectors;
            return Tensor.Pair(ts_eigh(input.Handle, UPLO == 'U' ? 1 : 0, &values, &vectors), values, vectors, input);
        }

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced)
        {
            nint q, r;
            return Tensor.Pair(ts_qr(input.Handle, (int)mode, &q, &r), q, r, input);
        }

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            nint u, s, vh;
            var (first, second) = Tensor.Pair(ts_svd(input.Handle, fullMatrices ? 1 : 0, &u, &s, &vh), u, s, input);
            return (first, second, new Tensor(vh));
        }

        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            atol is null && rtol is null
                ? Tensor.New(ts_matrix_rank(input.Handle, hermitian ? 1 : 0), input)
                : throw new NotSupportedException("matrix_rank with tolerances is not part of this subset of TorchSharp.");

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) =>
            Tensor.New(ts_vector_norm(input.Handle, ord, dims, dims?.Length ?? 0, keepdim ? 1 : 0), input);

        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            Tensor.New(ts_matrix_norm(input.Handle, ord, dims ?? [-2, -1], 2, keepdim ? 1 : 0), input);

        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) =>
            Tensor.New(ts_matrix_norm_named(input.Handle, Encoding.UTF8.GetBytes(ord + '\0'), dims ?? [-2, -1], 2, keepdim ? 1 : 0), input);

        /// <summary>The vector norm of the dimensions named, of all elements when none is.</summary>
        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => vector_norm(input, 2, dims, keepdim);

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => norm(input, (double)ord, dims, keepdim);

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) =>
            (dims?.Length ?? (int)input.dim()) == 2 ? matrix_norm(input, ord, dims, keepdim) : vector_norm(input, ord, dims, keepdim);

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) => matrix_norm(input, ord, dims, keepdim);
    }
}
