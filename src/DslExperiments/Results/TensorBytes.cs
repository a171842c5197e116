using static TorchSharp.torch;

namespace DslExperiments.Results;

/// <summary>Between tensors and their bytes.</summary>
internal static class TensorBytes
{
    private static readonly (SafeTensorType Safe, ScalarType Torch)[] Types =
    [
        (SafeTensorType.F32, ScalarType.Float32),
        (SafeTensorType.F64, ScalarType.Float64),
        (SafeTensorType.I64, ScalarType.Int64),
        (SafeTensorType.Bool, ScalarType.Bool),
    ];

    /// <summary>Copies a tensor's elements.</summary>
    public static SafeTensor ToSafe(string name, Tensor tensor)
    {
        using var detached = tensor.detach();
        using var onCpu = detached.cpu();
        using var contiguous = onCpu.contiguous();
        var type = Types.FirstOrDefault(pair => pair.Torch == contiguous.dtype, (SafeTensorType.F32, default));
        return type.Torch == contiguous.dtype
            ? new SafeTensor(name, type.Safe, [.. contiguous.shape], contiguous.bytes.ToArray())
            : throw new NotSupportedException($"Tensors of type {contiguous.dtype} are not saved.");
    }

    /// <summary>A new tensor on the CPU, which the caller disposes.</summary>
    public static Tensor ToTensor(SafeTensor safe)
    {
        var type = Types.First(pair => pair.Safe == safe.Type).Torch;
        var tensor = empty([.. safe.Shape], dtype: type);
        if (safe.Bytes.Length > 0)
        {
            safe.Bytes.Span.CopyTo(tensor.bytes);
        }

        return tensor;
    }
}
