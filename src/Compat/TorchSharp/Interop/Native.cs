using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp;

/// <summary>The exports of libTorchSharpNative, one line each; the files of this class follow the files in native/.</summary>
internal static unsafe partial class Native
{
    private const string Library = "TorchSharpNative";

    /// <summary>A number with its kind, as <c>struct Number</c> in shim.h.</summary>
    internal readonly struct Number(long bits, long kind)
    {
        public readonly long Bits = bits;
        public readonly long Kind = kind;

        public const long Integer = 0, Floating = 1, Boolean = 2, Absent = -1;
        public static readonly Number None = new(0, Absent);
        public static readonly Number One = new(1, Integer);

        public static implicit operator Number(double value) => new(BitConverter.DoubleToInt64Bits(value), Floating);
        public static implicit operator Number(long value) => new(value, Integer);

        public double ToDouble() => Kind == Floating ? BitConverter.Int64BitsToDouble(Bits) : Bits;
        public long ToInt64() => Kind == Floating ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;
    }

    /// <summary>One entry of an index expression, as <c>struct IndexEntry</c> in indexing.cpp.</summary>
    internal struct IndexEntry
    {
        public long Kind, Start, Stop, Step;
        public nint Tensor;
    }

    [LibraryImport(Library)] private static partial byte* ts_last_error();
    [LibraryImport(Library)] private static partial int ts_install_kernels();

    /// <summary>Whether kernels of the shim stand in place of libtorch's; decided with the first tensor of the process.</summary>
    internal static readonly bool OwnKernels = ts_install_kernels() != 0;

    /// <summary>The message of the last failed call on this thread, or null.</summary>
    internal static string? TakeError() => Marshal.PtrToStringUTF8((nint)ts_last_error());
}
