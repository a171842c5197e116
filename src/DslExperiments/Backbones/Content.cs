using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// The sequences of a task, one set per seed group, and the tokens that the loss reads. Keeps what the frozen backbone
/// makes of them.
/// </summary>
public sealed class Content
{
    /// <summary>Takes the tokens in the backbone's precision and on its device.</summary>
    /// <param name="tokens">[G, N, T, D].</param>
    /// <param name="reads">Positions of the tokens that the loss reads, in order.</param>
    public Content(Tensor tokens, IReadOnlyList<int> reads)
    {
        long[] shape = tokens.shape;
        Tokens = tokens;
        Reads = [.. reads];
        Sequences = (int)shape[1];
        Length = (int)shape[2];
        if (Reads.Count == 0 || Reads.Any(position => position < 0 || position >= Length))
        {
            throw new ArgumentException($"The tokens that are read must be among 0..{Length - 1}.", nameof(reads));
        }

        ReadsAreRun = Reads.Select((position, index) => position - index).Distinct().Count() == 1;
        ReadIndex = tensor(Reads.Select(position => (long)position).ToArray(), int64, tokens.device);
    }

    /// <summary>[G, N, T, D].</summary>
    public Tensor Tokens { get; }

    /// <summary>Positions of the tokens that the loss reads.</summary>
    public IReadOnlyList<int> Reads { get; }

    /// <summary>Sequences, N.</summary>
    public int Sequences { get; }

    /// <summary>Tokens per sequence, T.</summary>
    public int Length { get; }

    internal bool ReadsAreRun { get; }

    internal Tensor ReadIndex { get; }

    internal ConstantStore Constants { get; } = new();

    /// <summary>The read tokens of [A, B, T, …] with <paramref name="before"/> rows in front of each sequence.</summary>
    internal Tensor TakeReads(Tensor tokens, int before = 0) => ReadsAreRun
        ? tokens.narrow(2, before + Reads[0], Reads.Count)
        : (before == 0 ? tokens : tokens.narrow(2, before, Length)).index_select(2, ReadIndex);
}
