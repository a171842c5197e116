using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Optional arguments in their native form, and results after the fact.</content>
    public unsafe partial class Tensor
    {
        internal static nint OrZero(Tensor? tensor) => tensor?.Handle ?? 0;

        internal static Number OrNone(Scalar? scalar) => scalar?.Value ?? Number.None;

        internal static int OrAny(ScalarType? type) => type is { } t ? (int)t : -1;

        internal static nint State(Generator? generator) => generator?.Handle ?? 0;

        private static Tensor New(nint result, Tensor a, Generator? generator)
        {
            GC.KeepAlive(generator);
            return New(result, a);
        }

        private Tensor Done(int status, Generator? generator, Tensor? b = null)
        {
            GC.KeepAlive(generator);
            return Done(status, b);
        }

        /// <summary>The result of a conversion, after which the source may be disposed.</summary>
        private Tensor Converted(nint result, bool disposeAfter)
        {
            var converted = New(result, this);
            if (disposeAfter)
            {
                Dispose();
            }

            return converted;
        }

        /// <summary>The tensor in another type, if one is asked for.</summary>
        private static Tensor As(Tensor tensor, ScalarType? type) => type is { } t ? tensor.to(t, disposeAfter: true) : tensor;

        /// <summary>The tensor copied into another, if one is given.</summary>
        private static Tensor Into(Tensor? target, Tensor tensor)
        {
            if (target is null)
            {
                return tensor;
            }

            using (tensor)
            {
                return target.copy_(tensor);
            }
        }
    }
}
