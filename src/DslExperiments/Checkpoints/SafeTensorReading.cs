using DslExperiments.Hosting;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Checkpoints;

/// <summary>Numbers of a mapped file as tensors.</summary>
internal static class SafeTensorReading
{
    /// <summary>Numbers that are converted at once, so that a large tensor needs no second copy of itself.</summary>
    private const long Chunk = 1 << 22;

    private static readonly (SafeTensorType Safe, ScalarType Torch)[] Types =
    [
        (SafeTensorType.F32, ScalarType.Float32),
        (SafeTensorType.F64, ScalarType.Float64),
        (SafeTensorType.F16, ScalarType.Float16),
        (SafeTensorType.BF16, ScalarType.BFloat16),
    ];

    /// <summary>True for floating-point numbers that can be read.</summary>
    public static bool IsReadable(SafeTensorType type) => Types.Any(pair => pair.Safe == type);

    /// <summary>
    /// A new tensor on the CPU, which the caller disposes: in 64 bits when the file has them, else in 32, which hold the
    /// numbers of 16 exactly.
    /// </summary>
    /// <exception cref="ExperimentUsageException">A number is none, or infinite.</exception>
    public static Tensor Read(MappedSafetensors file, SafeTensorEntry entry)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var source = Types.First(pair => pair.Safe == entry.Type).Torch;
        var whole = empty([.. entry.Shape], source == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
        var flat = whole.view(-1);
        for (long done = 0; done < entry.Count; done += Chunk)
        {
            using var part = flat.narrow(0, done, Math.Min(Chunk, entry.Count - done));
            long offset = done * entry.Type.Size();
            if (part.dtype == source)
            {
                file.Copy(entry, offset, part.bytes);
            }
            else
            {
                using var raw = empty(part.shape, source);
                file.Copy(entry, offset, raw.bytes);
                part.copy_(raw);
            }

            AssertFinite(part, file, entry, done);
        }

        return whole.MoveToOuterDisposeScope();
    }

    /// <summary>A sum is one pass over numbers that were just written; only where it is odd are they looked at one by one.</summary>
    private static void AssertFinite(Tensor part, MappedSafetensors file, SafeTensorEntry entry, long first)
    {
        using var scope = NewDisposeScope();
        if (double.IsFinite(part.sum().to(ScalarType.Float64).item<double>()) || part.isfinite().all().item<bool>())
        {
            return;
        }

        long index = first + part.isfinite().logical_not().to(ScalarType.Int64).argmax().item<long>();
        throw new ExperimentUsageException(
            $"{file.Path}: the tensor '{entry.Name}' has a number that is {SpecText.Of(part.flatten()[index - first].to(ScalarType.Float64).item<double>())}, its {SpecText.Of(index + 1)}. of {SpecText.Of(entry.Count)}; a model with it computes nothing. The file is damaged, or a training that diverged wrote it.");
    }
}
