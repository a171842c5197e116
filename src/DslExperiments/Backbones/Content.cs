using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// The sequences of a task, one set per seed group, and the tokens that the loss reads. Keeps what the frozen backbone
/// makes of them, in the dispose scope in which it was made: sequences that are new in every step are made in its scope.
/// </summary>
public sealed class Content
{
    private readonly Func<Tensor> tokens;

    /// <summary>Looks at the caller's tokens, in the backbone's precision and on its device.</summary>
    /// <param name="tokens">[G, N, T, D].</param>
    /// <param name="reads">Which tokens the loss reads, counted from the first one, in order.</param>
    /// <param name="firstPosition">Position of the first token, as far as the backbone marks positions.</param>
    public Content(Tensor tokens, IReadOnlyList<int> reads, int firstPosition = 0)
        : this(Own(tokens), null, tokens.shape, tokens.device, reads, firstPosition)
    {
    }

    /// <summary>Takes tokens of a vocabulary, [G, N, T]; their rows of the frozen embedding are looked up when they are needed.</summary>
    internal Content(Tensor ids, Func<Tensor> tokens, IReadOnlyList<int> reads, int firstPosition)
        : this(tokens, ids, ids.shape, ids.device, reads, firstPosition)
    {
    }

    /// <summary>Takes texts of a vocabulary, [G, N, T], that end at different places and are read at different ones.</summary>
    /// <param name="ids">[G, N, T], 64-bit, padded at the end.</param>
    /// <param name="tokens">Looks up their rows of the frozen embedding, [G, N, T, D].</param>
    /// <param name="reads">[G, N, reads], 64-bit: tokens of the text, or of the decoder where there are some.</param>
    /// <param name="lengths">Tokens before the padding, [G, N], 64-bit; null when nothing is padded.</param>
    /// <param name="decoderIds">Tokens that a decoder is given, [G, N, Tout], 64-bit, padded at the end; null without a decoder.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    internal Content(Tensor ids, Func<Tensor> tokens, Tensor reads, Tensor? lengths, Tensor? decoderIds, int firstPosition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstPosition);
        this.tokens = tokens;
        Ids = ids;
        Sequences = (int)ids.shape[1];
        Length = (int)ids.shape[2];
        FirstPosition = firstPosition;
        ReadsPerSequence = reads;
        Lengths = lengths;
        DecoderIds = decoderIds;
        ReadCount = (int)reads.shape[2];
        Reads = [.. Enumerable.Range(0, ReadCount)];
        ReadIndex = arange(ReadCount, int64, ids.device);
        Outline = $"{FirstPosition}:ragged:{ReadCount}";
    }

    private Content(Func<Tensor> tokens, Tensor? ids, long[] shape, Device device, IReadOnlyList<int> reads, int firstPosition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstPosition);
        this.tokens = tokens;
        Ids = ids;
        Reads = [.. reads];
        ReadCount = Reads.Count;
        Sequences = (int)shape[1];
        Length = (int)shape[2];
        FirstPosition = firstPosition;
        if (Reads.Count == 0 || Reads.Any(position => position < 0 || position >= Length))
        {
            throw new ArgumentException($"The tokens that are read must be among 0..{Length - 1}.", nameof(reads));
        }

        ReadsAreRun = Reads.Select((position, index) => position - index).Distinct().Count() == 1;
        ReadIndex = tensor(Reads.Select(position => (long)position).ToArray(), int64, device);
        Outline = $"{FirstPosition}:{string.Join(',', Reads)}";
    }

    /// <summary>Before positions are marked, [G, N, T, D]; of a vocabulary, rows of the frozen embedding.</summary>
    public Tensor Tokens => Ids is null ? tokens() : Constants.Get(new(Stage.Tokens, 0), tokens);

    /// <summary>Tokens of a vocabulary, [G, N, T]; null for vectors.</summary>
    public Tensor? Ids { get; }

    /// <summary>Position of the first token, as far as the backbone marks positions.</summary>
    public int FirstPosition { get; }

    /// <summary>Which tokens the loss reads, counted from the first one; with <see cref="ReadsPerSequence"/> only as many as there are.</summary>
    public IReadOnlyList<int> Reads { get; }

    /// <summary>
    /// Which tokens of each sequence the loss reads, [G, N, reads]; of the decoder's, where there are some. Else null. -1
    /// stands for the last virtual token of a prompt before the sequence, see <see cref="ReadsPrompt"/>.
    /// </summary>
    public Tensor? ReadsPerSequence { get; }

    /// <summary>True when some sequence is read at the virtual token before it, which tells its first token.</summary>
    public bool ReadsPrompt { get; internal init; }

    /// <summary>Reads per sequence, R.</summary>
    public int ReadCount { get; }

    /// <summary>Tokens of each sequence before its padding, [G, N]; null when nothing is padded.</summary>
    public Tensor? Lengths { get; }

    /// <summary>Tokens that a decoder is given, [G, N, Tout]; null without a decoder.</summary>
    public Tensor? DecoderIds { get; }

    /// <summary>Sequences, N.</summary>
    public int Sequences { get; }

    /// <summary>Tokens per sequence, T.</summary>
    public int Length { get; }

    internal bool ReadsAreRun { get; }

    internal Tensor ReadIndex { get; }

    /// <summary>First position and reads: what masks and rotations that an adapter keeps depend on.</summary>
    internal string Outline { get; }

    internal ConstantStore Constants { get; } = new();

    /// <summary>A view, so that what is kept and disposed with this content is not the caller's tensor.</summary>
    private static Func<Tensor> Own(Tensor tokens)
    {
        var own = tokens.alias();
        return () => own;
    }

    /// <summary>
    /// The read tokens of [A, B, T, …] with <paramref name="before"/> rows in front of each sequence; where reads differ,
    /// of all sequences, [G, N, T, …].
    /// </summary>
    internal Tensor TakeReads(Tensor tokens, int before = 0)
    {
        if (ReadsPerSequence is not { } reads)
        {
            return ReadsAreRun
                ? tokens.narrow(2, before + Reads[0], Reads.Count)
                : (before == 0 ? tokens : tokens.narrow(2, before, Length)).index_select(2, ReadIndex);
        }

        long[] shape = tokens.shape;
        var rows = (reads + arange(shape[0] * shape[1], int64, reads.device).mul(shape[2]).add(before).view(shape[0], shape[1], 1)).view(-1);
        return tokens.reshape([shape[0] * shape[1] * shape[2], .. shape[3..]]).index_select(0, rows)
            .view([shape[0], shape[1], ReadCount, .. shape[3..]]);
    }

    /// <summary>0 for tokens of a causal sequence that its reads see and −∞ for later ones, [G, B, R, T].</summary>
    internal Tensor SeenByReads(Batch batch, ScalarType dtype)
    {
        var reads = batch.Select(ReadsPerSequence!).unsqueeze(3);
        return Hidden(arange(Length, int64, reads.device).gt(reads), dtype);
    }

    /// <summary>0 for tokens and −∞ for padding, [G, B, 1, T]; null when none is padded.</summary>
    internal Tensor? Unpadded(Batch batch, ScalarType dtype)
    {
        var lengths = Lengths is null ? null : batch.Select(Lengths).unsqueeze(2).unsqueeze(3);
        return lengths is null ? null : Hidden(arange(Length, int64, lengths.device).ge(lengths), dtype);
    }

    private static Tensor Hidden(Tensor where, ScalarType dtype) =>
        zeros(where.shape, dtype, where.device).masked_fill_(where, double.NegativeInfinity);
}
