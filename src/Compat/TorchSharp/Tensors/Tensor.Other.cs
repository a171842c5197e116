using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        /// <summary>The matrix, or each matrix of a batch, transposed.</summary>
        public Tensor mT => New(ts_mT(Handle), this);

        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false)
        {
            var close = ts_allclose(Handle, target.Handle, rtol, atol, equal_nan ? 1 : 0);
            GC.KeepAlive(this);
            GC.KeepAlive(target);
            return close >= 0 ? close != 0 : throw Failure(this, target);
        }

        public bool is_nonzero() => ToScalar().ToDouble() != 0;
    }
}
