using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>The sequences of a training step: all of them, or the same number from each seed's data.</summary>
public sealed class Batch
{
    private Batch(Tensor? rows, int size, int step)
    {
        Rows = rows;
        Size = size;
        Step = step;
    }

    /// <summary>All sequences.</summary>
    public static Batch All { get; } = new(null, 0, -1);

    /// <summary>Sequences that a task draws anew for a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="size">Sequences per arm, B.</param>
    public static Batch Fresh(int step, int size) => new(null, size, step);

    /// <summary>Positions among G·N stacked sequences, [G·B], or null for all.</summary>
    internal Tensor? Rows { get; }

    /// <summary>Sequences per arm, B; 0 for all.</summary>
    public int Size { get; }

    /// <summary>The step whose sequences are drawn anew, or -1.</summary>
    public int Step { get; }

    /// <summary>True when the batch has all sequences.</summary>
    public bool IsAll => Rows is null && Step < 0;

    internal static Batch Of(Tensor rows, int size) => new(rows, size, -1);

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
