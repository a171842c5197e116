using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>The virtual tokens of all arms of a cohort, before the first layer.</summary>
public sealed class PromptRows
{
    /// <summary>Pads are masked by their key.</summary>
    /// <param name="rows">[A, P, D], P the longest length; rows beyond an arm's length are zero.</param>
    /// <param name="lengths">The real lengths, [A], each at least 1.</param>
    public PromptRows(Tensor rows, IReadOnlyList<int> lengths)
    {
        Rows = rows;
        Lengths = lengths;
        KeyMask = MaskOf(rows, lengths);
    }

    /// <summary>[A, P, D].</summary>
    public Tensor Rows { get; }

    /// <summary>The real lengths, [A].</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>The longest length, P.</summary>
    public int Count => (int)Rows.shape[1];

    /// <summary>0 for real rows and −∞ for padding, [A, P]; null when nothing is padded.</summary>
    public Tensor? KeyMask { get; }

    /// <summary>0 for real rows of [A, P, D] and −∞ for padding, [A, P]; null when every length is P.</summary>
    internal static Tensor? MaskOf(Tensor rows, IReadOnlyList<int> lengths)
    {
        int longest = (int)rows.shape[1];
        if (lengths.All(length => length == longest))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var position = arange(longest, int64, rows.device).view(1, longest);
        var length = tensor(lengths.Select(l => (long)l).ToArray(), int64, rows.device).view(-1, 1);
        return zeros([lengths.Count, longest], rows.dtype, rows.device)
            .masked_fill(position >= length, double.NegativeInfinity).MoveToOuterDisposeScope();
    }
}
