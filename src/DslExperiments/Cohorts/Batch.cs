using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>The sequences of a training step: all of them, or the same number from each seed's data.</summary>
public sealed class Batch
{
    private Batch(Tensor? rows, int size)
    {
        Rows = rows;
        Size = size;
    }

    /// <summary>All sequences.</summary>
    public static Batch All { get; } = new(null, 0);

    /// <summary>Positions among G·N stacked sequences, [G·B], or null for all.</summary>
    internal Tensor? Rows { get; }

    /// <summary>Sequences per arm, B; 0 for all.</summary>
    public int Size { get; }

    /// <summary>True when the batch has all sequences.</summary>
    public bool IsAll => Rows is null;

    internal static Batch Of(Tensor rows, int size) => new(rows, size);

    /// <summary>The batch's part of a tensor that has all sequences, [G, N, …] to [G, B, …].</summary>
    internal Tensor Select(Tensor all)
    {
        if (Rows is null)
        {
            return all;
        }

        long[] shape = all.shape;
        return all.reshape([shape[0] * shape[1], .. shape[2..]]).index_select(0, Rows).view([shape[0], Size, .. shape[2..]]);
    }
}
