using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Products of matrices and what is solved with them.</content>
    public unsafe partial class Tensor
    {
        public Tensor matmul(Tensor target) => New(ts_matmul(Handle, target.Handle), this, target);
        public Tensor mm(Tensor target) => New(ts_mm(Handle, target.Handle), this, target);
        public Tensor bmm(Tensor batch2) => New(ts_bmm(Handle, batch2.Handle), this, batch2);
        public Tensor mv(Tensor target) => New(ts_mv(Handle, target.Handle), this, target);
        public Tensor dot(Tensor target) => New(ts_dot(Handle, target.Handle), this, target);
        public Tensor vdot(Tensor target) => New(ts_vdot(Handle, target.Handle), this, target);
        public Tensor outer(Tensor vec2) => New(ts_outer(Handle, vec2.Handle), this, vec2);
        public Tensor inner(Tensor vec2) => New(ts_inner(Handle, vec2.Handle), this, vec2);
        public Tensor kron(Tensor other) => New(ts_kron(Handle, other.Handle), this, other);
        public Tensor ger(Tensor vec2) => outer(vec2);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            New(ts_addmm(Handle, mat1.Handle, mat2.Handle, beta, alpha), this, mat1, mat2);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Done(ts_addmm_(Handle, mat1.Handle, mat2.Handle, beta, alpha), mat1, mat2);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) =>
            New(ts_addmv(Handle, mat.Handle, vec.Handle, beta, alpha), this, mat, vec);
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) =>
            Done(ts_addmv_(Handle, mat.Handle, vec.Handle, beta, alpha), mat, vec);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) =>
            New(ts_addr(Handle, vec1.Handle, vec2.Handle, beta, alpha), this, vec1, vec2);
        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) =>
            Done(ts_addr_(Handle, vec1.Handle, vec2.Handle, beta, alpha), vec1, vec2);
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            New(ts_addbmm(Handle, batch1.Handle, batch2.Handle, beta, alpha), this, batch1, batch2);
        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Done(ts_addbmm_(Handle, batch1.Handle, batch2.Handle, beta, alpha), batch1, batch2);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            New(ts_baddbmm(Handle, batch1.Handle, batch2.Handle, beta, alpha), this, batch1, batch2);
        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) =>
            New(ts_tensordot(Handle, b.Handle, dims1, dims1.Length, dims2, dims2.Length), this, b);
        public Tensor trace() => New(ts_trace(Handle), this);
        public Tensor matrix_exp() => New(ts_matrix_exp(Handle), this);
        public Tensor det() => New(ts_det(Handle), this);
        public Tensor logdet() => New(ts_logdet(Handle), this);
        public Tensor inverse() => New(ts_inv(Handle), this);
        public Tensor matrix_power(int n) => New(ts_matrix_power(Handle, n), this);
        public Tensor pinverse(double rcond = 1E-15, bool hermitian = false) => New(ts_pinv(Handle, rcond, hermitian ? 1 : 0), this);
    }
}
