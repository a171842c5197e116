using System.Security.Cryptography;
using DslExperiments.Cohorts;
using DslExperiments.Constructions;
using DslExperiments.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// A frozen transformer, drawn once per seed and stacked, that adapters prompt or change. Per head and query token x over
/// the tokens X that it sees: <c>W_o W_v X softmax(s (W_k X)ᵀ W_q x)</c>, added to x; then
/// <c>W_2 act(W_1 x + b_1) + b_2</c>, added to its input with <see cref="MlpOptions.Residual"/>. A prompt is put before
/// the content: <c>g([P, X])</c>.
/// </summary>
/// <remarks>
/// The forward pass does the least work that is exact: see <see cref="FrozenPass"/> for the part that no trained number
/// reaches and <see cref="LivePass"/> for the rest.
/// </remarks>
public class Transformer
{
    private readonly byte[] fingerprint;
    private readonly Dictionary<(int Layer, NormPlace Place), Tensor> gains = [];
    private readonly Dictionary<(int Layer, NormPlace Place), Tensor> shifts = [];

    /// <summary>Takes the given weights of every seed and draws the others, every tensor from its own seed.</summary>
    /// <param name="options">Shape and distributions.</param>
    /// <param name="seeds">One seed per arm, [A].</param>
    /// <param name="device">Where the backbone computes.</param>
    /// <param name="weights">Weights in place of drawn or constructed ones, or null.</param>
    /// <exception cref="ArgumentException">The shape contradicts itself, or a given weight does not fit it.</exception>
    public Transformer(TransformerOptions options, IReadOnlyList<int> seeds, Device device, BackboneWeights? weights = null)
    {
        AssertConsistent(options);
        if (GetType() == typeof(Transformer) && (options.DecoderDepth > 0 || options.Positions == Positions.Relative))
        {
            throw new ArgumentException(
                $"A decoder and relative positions belong to an encoder-decoder; this backbone has {options.DecoderDepth} decoder layers and positions {options.Positions}.",
                nameof(options));
        }

        Options = options;
        Device = device;
        Dtype = options.Dtype.ToScalarType();
        Groups = new SeedGroups(seeds, Dtype, device);
        SharesWeights = options.Seed >= 0 || (weights?.AreShared ?? false);
        var source = new WeightSource(Groups, weights ?? ConstructedWeights.Of(options), options.Seed);
        Layers = [.. Enumerable.Range(0, options.Depth + options.DecoderDepth).Select(layer => new LayerWeights(options, layer, source))];
        foreach (var (layer, place) in options.NormPlaces())
        {
            if (source.Gain(WeightNames.Gain(layer, place), options.Width) is { } gain)
            {
                gains[(layer, place)] = gain;
            }

            if (options.NormBias && source.Shift(WeightNames.Shift(layer, place), options.Width) is { } shift)
            {
                shifts[(layer, place)] = shift;
            }
        }

        if (options.Vocabulary > 0)
        {
            Embedding = Table(WeightNames.Embedding, "embedding", options.Vocabulary);
            Unembedding = options.Tied ? Embedding : Table(WeightNames.Unembedding, "unembedding", options.Vocabulary);
        }

        PositionTable = options.Positions == Positions.Learned ? Table(WeightNames.Positions, "positions", options.Context) : null;
        RelativeTable = options.Positions == Positions.Relative ? Biases(WeightNames.Relative, "relative") : null;
        DecoderRelativeTable = options.Positions == Positions.Relative && options.DecoderDepth > 0
            ? Biases(WeightNames.DecoderRelative, "decoder_relative")
            : null;
        source.AssertAllTaken();
        fingerprint = Fingerprint();

        Tensor Table(string name, string concern, int rows) =>
            source.Stack(name, $"backbone/{concern}", options.Init.Embedding, [rows, options.Width]);

        Tensor Biases(string name, string concern) =>
            source.Stack(name, $"backbone/{concern}", options.Init.Embedding, [options.RelativeBuckets, options.Heads]);
    }

    /// <summary>Shape and distributions.</summary>
    public TransformerOptions Options { get; }

    /// <summary>Where the backbone computes.</summary>
    public Device Device { get; }

    /// <summary>Precision of weights and activations.</summary>
    public ScalarType Dtype { get; }

    /// <summary>
    /// What calling one more product costs, in multiplications: the choice between equal ways to compute the attention,
    /// of which some do less arithmetic and others fewer calls.
    /// </summary>
    internal long CallCost { get; set; } = 5000;

    /// <summary>What a pass may leave out.</summary>
    internal Shortcuts Shortcuts { get; set; } = Shortcuts.All;

    /// <summary>How arms share weights.</summary>
    public SeedGroups Groups { get; }

    /// <summary>True when the given weights are the same for all seeds and lie in memory once, [1, …].</summary>
    public bool SharesWeights { get; }

    /// <summary>The frozen weights by layer, those of a decoder's layers after the others.</summary>
    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>Rows of the tokens of the vocabulary, [G, V, D]; null when tokens are vectors.</summary>
    public Tensor? Embedding { get; }

    /// <summary>A token's score is its row times the output, [G, V, D]; null when tokens are vectors.</summary>
    public Tensor? Unembedding { get; }

    /// <summary>Learned positions, [G, context, D], or null.</summary>
    public Tensor? PositionTable { get; }

    /// <summary>Biases of distances, [G, buckets, H], or null.</summary>
    public Tensor? RelativeTable { get; }

    /// <summary>Biases of distances of a decoder, [G, buckets, H], or null.</summary>
    public Tensor? DecoderRelativeTable { get; }

    /// <summary>Given gains of a normalisation, [G, 1, D], or null for ones.</summary>
    public Tensor? Gain(int layer, NormPlace place) => gains.GetValueOrDefault((layer, place));

    /// <summary>Given vectors that a normalisation adds, [G, 1, D], or null for zeros.</summary>
    public Tensor? Shift(int layer, NormPlace place) => shifts.GetValueOrDefault((layer, place));

    /// <summary>
    /// What <paramref name="adapter"/> makes the backbone compute on the tokens that the task reads: [A, B, reads, D].
    /// </summary>
    /// <param name="content">The sequences.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="batch">Which sequences.</param>
    public virtual Tensor Forward(Content content, Adapter adapter, Batch batch) => new FrozenPass(this, content, adapter, batch).Run();

    /// <summary>Sequences of tokens of the vocabulary as content.</summary>
    /// <param name="ids">[G, N, T], 64-bit.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    /// <param name="reads">Which tokens are read, counted from the first one.</param>
    /// <exception cref="InvalidOperationException">The backbone has no vocabulary.</exception>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or a position beyond the learned ones.</exception>
    public Content Embed(Tensor ids, int firstPosition, IReadOnlyList<int> reads)
    {
        var table = Embedding ?? throw NoVocabulary();
        AssertTokens(ids);
        AssertAmong(ids, 0, Options.Vocabulary, "Tokens");
        AssertInContext(firstPosition, (int)ids.shape[2]);
        return new Content(ids, () => LookUp(table, ids), reads, firstPosition);
    }

    /// <summary>Sequences of texts, which end at different places and are read at different ones.</summary>
    /// <param name="ids">[G, N, T], 64-bit, each padded at its end with any token of the vocabulary.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    /// <param name="reads">
    /// Which tokens are read, [G, N, reads], 64-bit; -1 stands for the last virtual token of a prompt before the sequence,
    /// if reads come from the CPU.
    /// </param>
    /// <param name="lengths">Tokens before the padding, [G, N], 64-bit; null when nothing is padded.</param>
    /// <param name="decoderIds">Tokens that a decoder is given, [G, N, Tout], to which the reads then belong; else null.</param>
    /// <remarks>
    /// Tensors may be on the CPU and are then brought to the device. Values are checked there, where it costs nothing; those
    /// of another device are not read back.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The backbone has no vocabulary, or decoder and tokens do not go together.</exception>
    /// <exception cref="ArgumentException">A shape or a value does not fit.</exception>
    public virtual Content Embed(Tensor ids, int firstPosition, Tensor reads, Tensor? lengths = null, Tensor? decoderIds = null)
    {
        var table = Embedding ?? throw NoVocabulary();
        if (decoderIds is not null)
        {
            throw new InvalidOperationException("The backbone has no decoder that could be given tokens.");
        }

        AssertTokens(ids);
        long sequences = ids.shape[1], length = ids.shape[2];
        AssertShape(reads, "Reads", reads.dim() == 3 ? [Groups.Count, sequences, reads.shape[2]] : [Groups.Count, sequences, 1]);
        AssertInContext(firstPosition, (int)length);
        AssertAmongIfNear(ids, 0, Options.Vocabulary, "Tokens");
        bool readsPrompt = AssertAmongIfNear(reads, -1, length, "Reads") < 0;
        if (lengths is not null)
        {
            AssertShape(lengths, "Lengths", [Groups.Count, sequences]);
            AssertAmongIfNear(lengths, 1, length + 1, "Lengths");
        }

        var here = ids.to(Device);
        return new Content(here, () => LookUp(table, here), reads.to(Device), lengths?.to(Device), null, firstPosition)
        {
            ReadsPrompt = readsPrompt,
        };
    }

    /// <summary>Scores of the vocabulary after every token that is read, [A, B, reads, V].</summary>
    /// <param name="content">Sequences of <see cref="Embed(Tensor, int, IReadOnlyList{int})"/>, or vectors.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="batch">Which sequences.</param>
    /// <exception cref="InvalidOperationException">The backbone has no vocabulary.</exception>
    public virtual Tensor Logits(Content content, Adapter adapter, Batch batch)
    {
        _ = Unembedding ?? throw NoVocabulary();
        return Scores(Forward(content, adapter, batch), adapter);
    }

    /// <summary>Scores of the vocabulary of the backbone's outputs, [A, B, reads, D] to [A, B, reads, V].</summary>
    internal Tensor Scores(Tensor outputs, Adapter adapter)
    {
        long[] shape = outputs.shape;
        int m = (int)(shape[1] * shape[2]);
        var rows = outputs.reshape(shape[0], m, shape[3]);
        var scores = adapter.Unembedding is { } trained
            ? rows.bmm(trained.transpose(1, 2))
            : new RowMath(this, adapter, adapter.Arms).Times(rows, m, Unembedding!.transpose(1, 2));
        return scores.view(shape[0], shape[1], shape[2], Options.Vocabulary);
    }

    /// <summary>
    /// The attention of one layer with everything in place: softmax weights of all rows over all rows, prompt first,
    /// [A, H, N, P + T, P + T]; a prefix has columns but no rows. What a row does not see has weight zero.
    /// </summary>
    public virtual Tensor Attention(Content content, Adapter adapter, int layer)
    {
        Tensor? seen = null;
        var pass = new FrozenPass(this, content, adapter, Batch.All);
        pass.RunPlainly((index, weights) => seen = index == layer ? weights : seen);
        return seen ?? throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The backbone has {Options.Depth} layers.");
    }

    /// <summary>
    /// The attention mass <c>Z_P</c> of the first layer's prompt at the tokens that the task reads, per head: [A, N, reads, H].
    /// </summary>
    internal Tensor PromptMass(Content content, Adapter adapter) => new FrozenPass(this, content, adapter, Batch.All).PromptMass();

    /// <summary>True while every weight has the bits with which it was drawn or given.</summary>
    public bool IsUnchanged() => fingerprint.AsSpan().SequenceEqual(Fingerprint());

    /// <summary>Rows of a table of positions, [X, context, D] to [X, length, D].</summary>
    /// <exception cref="ArgumentException">A position is beyond the table.</exception>
    internal Tensor PositionsOf(Tensor table, int first, int length)
    {
        AssertInContext(first, length);
        return table.narrow(1, first, length);
    }

    /// <summary>The error of a backbone whose tokens are vectors.</summary>
    private protected static InvalidOperationException NoVocabulary() =>
        new($"The backbone has no vocabulary; set {nameof(TransformerOptions)}.{nameof(TransformerOptions.Vocabulary)}.");

    /// <summary>Refuses tokens that are not [G, N, T].</summary>
    private protected void AssertTokens(Tensor ids)
    {
        if (ids.shape is not [var groups, _, _] || groups != Groups.Count)
        {
            throw new ArgumentException($"Tokens must be [{Groups.Count}, N, T], but are [{string.Join(", ", ids.shape)}].", nameof(ids));
        }
    }

    /// <summary>Refuses another shape.</summary>
    private protected static void AssertShape(Tensor tensor, string what, long[] shape)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(shape))
        {
            throw new ArgumentException($"{what} must be [{string.Join(", ", shape)}], but are [{string.Join(", ", tensor.shape)}].", nameof(tensor));
        }
    }

    /// <summary>Refuses numbers that are not from <paramref name="first"/> to below <paramref name="end"/>, if they are on the CPU: their smallest, or 0.</summary>
    private protected static long AssertAmongIfNear(Tensor numbers, long first, long end, string what) =>
        numbers.device_type == DeviceType.CPU ? AssertAmong(numbers, first, end, what) : 0;

    /// <summary>Rows of every arm's own tokens, [A, N, T], of the adapter's table or of the frozen one: [A, N, T, D].</summary>
    internal Tensor RowsOfArms(Tensor ids, Adapter adapter)
    {
        var table = adapter.Embedding ?? Embedding ?? throw NoVocabulary();
        long arms = ids.shape[0], tables = table.shape[0];
        var rows = tables == 1 ? ids : ids + arange(arms, int64, Device).div(arms / tables, RoundingMode.floor).mul(Options.Vocabulary).view(-1, 1, 1);
        return table.reshape(-1, Options.Width).index_select(0, rows.reshape(-1)).view(arms, ids.shape[1], ids.shape[2], Options.Width);
    }

    /// <summary>Rows [G, V, D] of tokens [G, N, T]: [G, N, T, D].</summary>
    private protected Tensor LookUp(Tensor table, Tensor ids)
    {
        // A table of all seeds needs no offsets.
        var rows = table.shape[0] == 1 ? ids : ids + arange(Groups.Count, int64, Device).mul(Options.Vocabulary).view(-1, 1, 1);
        return table.view(-1, Options.Width).index_select(0, rows.reshape(-1))
            .view(ids.shape[0], ids.shape[1], ids.shape[2], Options.Width);
    }

    private static long AssertAmong(Tensor numbers, long first, long end, string what)
    {
        if (numbers.numel() == 0)
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        var (smallest, largest) = (numbers.min().item<long>(), numbers.max().item<long>());
        return smallest >= first && largest < end
            ? smallest
            : throw new ArgumentException($"{what} must be {first} to {end - 1}, but {smallest} to {largest} occur.", nameof(numbers));
    }

    private static void AssertConsistent(TransformerOptions options)
    {
        if (options.Heads < 1 || (options.HeadWidth <= 0 && options.Width % options.Heads != 0))
        {
            throw new ArgumentException($"{options.Heads} heads do not divide a width of {options.Width}.", nameof(options));
        }

        if (options.Heads % options.KeyValueHeadCount() != 0)
        {
            throw new ArgumentException($"{options.KeyValueHeads} heads of keys and values do not divide {options.Heads} heads.", nameof(options));
        }

        if (!options.Attention.Output && options.QueryWidth() != options.Width)
        {
            throw new ArgumentException(
                $"{options.Heads} heads of {options.HeadSize()} need an output matrix to become a width of {options.Width}.", nameof(options));
        }

        if (options.Positions == Positions.Learned && options.Context < 1)
        {
            throw new ArgumentException("Learned positions need a context: the number of rows of their table.", nameof(options));
        }
    }

    private void AssertInContext(int first, int length)
    {
        if (Options.Positions == Positions.Learned && (first < 0 || first + length > Options.Context))
        {
            throw new ArgumentException(
                $"{length} tokens from position {first} on do not fit into a context of {Options.Context} learned positions.", nameof(first));
        }
    }

    private byte[] Fingerprint()
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var norms = gains.OrderBy(gain => gain.Key).Concat(shifts.OrderBy(shift => shift.Key)).Select(norm => norm.Value);
        Tensor?[] tables = [Embedding, Options.Tied ? null : Unembedding, PositionTable, RelativeTable, DecoderRelativeTable];
        foreach (var weight in Layers.SelectMany(layer => layer.Stored).Concat(norms).Concat(tables.OfType<Tensor>()))
        {
            hash.AppendData(weight.cpu().contiguous().bytes);
        }

        return hash.GetHashAndReset();
    }
}
