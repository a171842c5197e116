using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// One pass of encoder and decoder on a batch. Rows are [A, B·T, D], B sequences of T rows, prompt first. What no trained
/// number reaches is computed per seed group and kept with the content: the first products of the encoder, and the
/// decoder up to its first cross-attention.
/// </summary>
internal sealed class EncoderDecoderPass(
    EncoderDecoder backbone, Content content, Adapter adapter, Batch batch, Action<int, Tensor>? watch = null)
{
    /// <summary>Numbers that are kept of a content of which batches are read; beyond, each batch computes its own.</summary>
    private const long MostKept = 1 << 26;

    private readonly TransformerOptions options = backbone.Options;
    private readonly int arms = adapter.Arms;
    private readonly int groups = backbone.Groups.Count;
    private readonly int sequences = batch.IsAll ? content.Sequences : batch.Size;
    private readonly long width = backbone.Options.Width;
    private readonly RowMath math = new(backbone, adapter, adapter.Arms);
    private readonly RelativeBias encoderBias = new(backbone, adapter, decoder: false);
    private readonly RelativeBias decoderBias = new(backbone, adapter, decoder: true);

    private bool IsCounted => options.VirtualPositions == VirtualPositions.Counted;

    private int Prompt => adapter.Prompt?.Count ?? 0;

    /// <summary>True when every arm has sequences of its own, [A, N, T], in place of those of its seed.</summary>
    private bool AreOwn => content.Ids!.shape[0] != groups;

    /// <summary>What the encoder makes of prompt and content, [A, B·(P + T), D], and which of its rows are none, see <see cref="KeyMask"/>.</summary>
    public (Tensor Rows, Tensor? Mask) Encoded()
    {
        var mask = KeyMask();
        return (Encode(mask), mask);
    }

    /// <summary>The decoder's rows that are read, normalised: [A, B, reads, D].</summary>
    public Tensor Run()
    {
        var ids = content.DecoderIds ?? throw new InvalidOperationException("The content has no tokens for a decoder.");
        var mask = KeyMask();
        return Decode(ids, Encode(mask), mask);
    }

    // Encoder ---------------------------------------------------------------------------------------------------------

    private Tensor Encode(Tensor? mask)
    {
        adapter.Prepare();
        int t = Prompt + content.Length, m = sequences * t;
        var before = adapter.Prompt is { } prompt ? new RowsBefore(prompt.Count, prompt.Lengths, IsCounted) : RowsBefore.None;
        var rows = Joined(adapter.Prompt?.Rows, ContentRows(content.Ids!), content.Length);
        for (int layer = 0; layer < options.Depth; layer++)
        {
            var normed = layer == 0 ? null : math.Before(rows, layer, NormPlace.Attention);
            var (q, k, v) = normed is null ? First() : Projected(layer, normed, m);
            var mixed = SelfAttention(layer, q, k, v, t, before, mask, encoderBias, rows);
            rows = math.Mlp(layer, math.Attended(layer, mixed, m, rows), m);
        }

        return math.NormsBefore(NormPlace.Final) ? math.Normalize(rows, options.Depth, NormPlace.Final) : rows;
    }

    /// <summary>Queries, keys and values of the first layer: those of content from what is kept, of a prompt once per arm.</summary>
    private (Tensor Q, Tensor K, Tensor V) First()
    {
        var prompt = adapter.Prompt is { } p ? math.Before(p.Rows, 0, NormPlace.Attention) : null;
        int m = sequences * content.Length;
        bool frozenInput = !AreOwn && adapter.Embedding is null && !adapter.TouchesNorm(0, NormPlace.Attention);
        Tensor? normed = null;
        return (Of(Projection.Q, Stage.QueryProduct), Of(Projection.K, Stage.KeyProduct), Of(Projection.V, Stage.ValueProduct));

        Tensor Of(Projection projection, Stage stage)
        {
            var own = prompt is null ? null : math.Project(0, projection, prompt, Prompt);
            return Joined(own, OfContent(projection, stage), content.Length);
        }

        Tensor OfContent(Projection projection, Stage stage)
        {
            if (!frozenInput || adapter.Replacement(0, projection) is not null)
            {
                return math.Project(0, projection, Normed(), m);
            }

            long size = Projections.ShapeOf(projection, options).Outputs;
            var product = PerArm(OfBatch(stage, content.Ids!, size, ids =>
            {
                var rows = FrozenNormed(ids);
                var weight = backbone.Layers[0][projection];
                return Frozen().Times(rows, (int)rows.shape[1], weight.Transposed, weight.BiasRow).view(groups, ids.shape[1], ids.shape[2], size);
            }));
            return adapter.Change(0, projection) is null ? product : math.Changed(0, projection, Normed(), product);
        }

        Tensor Normed() => normed ??= frozenInput
            ? PerArm(OfBatch(Stage.Normed, content.Ids!, width, ids => FrozenNormed(ids).view(groups, ids.shape[1], ids.shape[2], width)))
            : math.Before(ContentRows(content.Ids!), 0, NormPlace.Attention);
    }

    /// <summary>Prompt rows [A, P, X] before each sequence of [A, B·T, X]: [A, B·(P + T), X].</summary>
    private Tensor Joined(Tensor? prompt, Tensor rows, int t)
    {
        if (prompt is null)
        {
            return rows;
        }

        long p = prompt.shape[1], size = prompt.shape[2];
        return cat([prompt.unsqueeze(1).expand(arms, sequences, p, size), rows.view(arms, sequences, t, size)], 2)
            .view(arms, sequences * (p + t), size);
    }

    // Decoder ---------------------------------------------------------------------------------------------------------

    private Tensor Decode(Tensor ids, Tensor encoded, Tensor? mask)
    {
        int t = (int)ids.shape[2], encoderRows = (int)encoded.shape[1], reads = content.ReadCount;
        int first = options.Depth, end = options.Depth + options.DecoderDepth, m = sequences * t;
        Tensor? rows = null;
        for (int layer = first; layer < end; layer++)
        {
            if (layer == first && IsFrozenUntilCross(layer))
            {
                rows = PerArm(OfBatch(Stage.Attended, ids, width, FrozenUntilCross));
            }
            else
            {
                rows ??= ContentRows(ids);
                var (q, k, v) = Projected(layer, math.Before(rows, layer, NormPlace.Attention), m);
                rows = math.Attended(layer, SelfAttention(layer, q, k, v, t, RowsBefore.None, null, decoderBias), m, rows);
            }

            if (layer == end - 1)
            {
                (rows, t, m) = (TakeReads(rows, t), reads, sequences * reads);
            }

            var query = math.Project(layer, Projection.CrossQ, math.Before(rows, layer, NormPlace.Cross), m);
            var key = math.Project(layer, Projection.CrossK, encoded, encoderRows);
            var value = math.Project(layer, Projection.CrossV, encoded, encoderRows);
            rows = Crossed(layer, Mix(query, key, value, t, encoderRows / sequences, null, mask, arms).Mixed, m, rows);
            rows = math.Mlp(layer, rows, m);
        }

        var last = math.NormsBefore(NormPlace.DecoderFinal) ? math.Normalize(rows!, end, NormPlace.DecoderFinal) : rows!;
        return last.view(arms, sequences, reads, width);
    }

    private Tensor Crossed(int layer, Tensor mixed, int m, Tensor input) => math.After(
        options.Attention.Output ? math.Project(layer, Projection.CrossO, mixed, m, input) : input + mixed, layer, NormPlace.Cross);

    /// <summary>True when no trained number reaches the decoder's rows before its first cross-attention.</summary>
    private bool IsFrozenUntilCross(int layer) =>
        watch is null && adapter.Embedding is null && adapter.DecoderRelativeTable is null && adapter.PrefixOf(layer) is null
        && !adapter.TouchesNorm(layer, NormPlace.Attention)
        && !((Projection[])[Projection.Q, Projection.K, Projection.V, Projection.O]).Any(projection => adapter.Touches(layer, projection));

    /// <summary>The decoder's rows after the attention of its first layer, per seed group: [G, N, T, D].</summary>
    private Tensor FrozenUntilCross(Tensor ids)
    {
        int layer = options.Depth, n = (int)ids.shape[1], t = (int)ids.shape[2], m = n * t;
        var frozen = Frozen();
        var rows = backbone.RowsOf(ids).view(groups, m, width);
        var normed = frozen.Before(rows, layer, NormPlace.Attention);
        var bias = new RelativeBias(backbone, new Unadapted(backbone), decoder: true).Of(t, t, RowsBefore.None);
        var mixed = Mix(
            frozen.Project(layer, Projection.Q, normed, m), frozen.Project(layer, Projection.K, normed, m),
            frozen.Project(layer, Projection.V, normed, m), t, t, bias, null, groups).Mixed;
        return frozen.Attended(layer, mixed, m, rows).view(groups, n, t, width);
    }

    /// <summary>The read rows of [A, B·T, D]: [A, B·reads, D].</summary>
    private Tensor TakeReads(Tensor rows, int t)
    {
        var perSequence = content.ReadsPerSequence ?? throw new InvalidOperationException("The content does not say which tokens of the decoder are read.");
        var reads = backbone.Groups.PerArm(batch.Select(perSequence), arms).reshape(arms * sequences, -1);
        var flat = reads + arange(arms * sequences, int64, backbone.Device).mul(t).view(-1, 1);
        return rows.reshape(arms * sequences * t, width).index_select(0, flat.view(-1)).view(arms, -1, width);
    }

    // Attention -------------------------------------------------------------------------------------------------------

    /// <summary>Rows of a stack over each other, with the layer's prefix: [A, B·T, H·Dh].</summary>
    private Tensor SelfAttention(
        int layer, Tensor q, Tensor k, Tensor v, int t, RowsBefore before, Tensor? mask, RelativeBias bias, Tensor? encoded = null)
    {
        int keys = t;
        if (adapter.PrefixOf(layer) is { } prefix)
        {
            (k, v) = (Joined(PrefixPart(layer, prefix, prefix.Keys, Projection.K), k, t), Joined(PrefixPart(layer, prefix, prefix.Values, Projection.V), v, t));
            int p = (int)k.shape[1] / sequences - t;
            keys += p;
            before = new RowsBefore(p, adapter.PrefixLengths ?? [.. Enumerable.Repeat(p, arms)], IsCounted);
            if (prefix.KeyMask is { } padding)
            {
                mask = JoinedMask(padding, mask, t);
            }
            else if (mask is not null)
            {
                mask = JoinedMask(zeros([arms, p], backbone.Dtype, backbone.Device), mask, t);
            }
        }
        else if (encoded is not null && adapter.ReadsSequences && adapter.TokensOf(layer, encoded.view(arms, sequences, t, width), Instruction(mask, t)) is { } made)
        {
            int p = (int)made.shape[2], m = sequences * p;
            var normed = math.Before(made.reshape(arms, m, width), layer, NormPlace.Attention);
            (k, v) = (Before(math.Project(layer, Projection.K, normed, m), k), Before(math.Project(layer, Projection.V, normed, m), v));
            keys += p;
            before = new RowsBefore(p, adapter.PrefixLengths!, IsCounted);
            mask = mask is null && adapter.TokenMask is null
                ? null
                : JoinedMask(adapter.TokenMask ?? zeros([arms, p], backbone.Dtype, backbone.Device), mask, t);
        }

        var (mixed, weights) = Mix(q, k, v, t, keys, bias.Of(t, keys - before.Count, before), mask, arms);
        watch?.Invoke(layer, weights);
        return mixed;
    }

    /// <summary>Rows of each sequence before those of another tensor, [A, B·P, X] and [A, B·T, X].</summary>
    private Tensor Before(Tensor first, Tensor rest) =>
        cat([first.view(arms, sequences, -1, rest.shape[2]), rest.view(arms, sequences, -1, rest.shape[2])], 2).view(arms, -1, rest.shape[2]);

    /// <summary>What a generator must not look at: the padding of the encoder's sequences, [A, B, T].</summary>
    private Tensor Instruction(Tensor? mask, int t) =>
        (mask ?? zeros([1, 1, 1, 1, 1], backbone.Dtype, backbone.Device)).expand(arms, sequences, 1, 1, t).reshape(arms, sequences, t);

    private Tensor PrefixPart(int layer, PrefixRows prefix, Tensor? given, Projection projection) => prefix.Rows is { } rows
        ? math.Project(layer, projection, math.Before(rows, layer, NormPlace.Attention), (int)rows.shape[1])
        : given!;

    /// <summary>Masks of a prefix [A, P] and of keys [A or 1, B, 1, 1, T] as one, [A, B, 1, 1, P + T].</summary>
    private Tensor JoinedMask(Tensor prefix, Tensor? keys, int t)
    {
        long p = prefix.shape[1];
        var rest = keys ?? zeros([1, 1, 1, 1, t], backbone.Dtype, backbone.Device);
        return cat([prefix.view(arms, 1, 1, 1, p).expand(arms, sequences, 1, 1, p), rest.expand(arms, sequences, 1, 1, t)], 4);
    }

    /// <summary>Softmax and mixture of each sequence by itself, heads joined: [X, B·Tq, H·Dh] and weights [X, B, H, Tq, Tk].</summary>
    private (Tensor Mixed, Tensor Weights) Mix(Tensor q, Tensor k, Tensor v, int tq, int tk, Tensor? bias, Tensor? mask, int x)
    {
        long heads = options.Heads, shared = options.KeyValueHeadCount(), size = options.HeadSize();
        long b = q.shape[1] / tq, batches = x * b;
        var queries = Apart(q, tq, heads).reshape(batches * shared, heads / shared * tq, size);
        var keys = Apart(k, tk, shared).reshape(batches * shared, tk, size);
        var values = Apart(v, tk, shared).reshape(batches * shared, tk, size);
        var scores = AttentionMath.Scores(queries, keys, null, options.ScoreScale()).view(x, b, heads, tq, tk);
        scores = bias is null ? scores : scores + bias;
        scores = mask is null ? scores : scores + mask;
        var weights = scores.softmax(-1);
        var mixed = weights.view(batches * shared, heads / shared * tq, tk).bmm(values)
            .view(batches, heads, tq, size).transpose(1, 2).reshape(x, b * tq, heads * size);
        return (mixed, weights);

        Tensor Apart(Tensor rows, long t, long count) => rows.reshape(batches, t, count, size).transpose(1, 2);
    }

    private (Tensor Q, Tensor K, Tensor V) Projected(int layer, Tensor rows, int m)
    {
        if (adapter.Touches(layer, Projection.Q) || adapter.Touches(layer, Projection.K) || adapter.Touches(layer, Projection.V))
        {
            return (math.Project(layer, Projection.Q, rows, m), math.Project(layer, Projection.K, rows, m), math.Project(layer, Projection.V, rows, m));
        }

        long queries = options.QueryWidth(), others = options.KeyValueWidth();
        var weights = backbone.Layers[layer];
        var all = math.Times(rows, m, weights.QkvTransposed, weights.QkvBiasRow).split([queries, others, others], 2);
        return (all[0], all[1], all[2]);
    }

    // What is frozen --------------------------------------------------------------------------------------------------

    /// <summary>Tokens before any layer, per arm: [A, B·T, D].</summary>
    private Tensor ContentRows(Tensor ids)
    {
        if (adapter.Embedding is null && !AreOwn)
        {
            return PerArm(OfBatch(ReferenceEquals(ids, content.Ids) ? Stage.Tokens : Stage.Lookup, ids, width, backbone.RowsOf));
        }

        return backbone.RowsOfArms(backbone.Groups.PerArm(batch.Select(ids), arms), adapter).view(arms, -1, width);
    }

    private Tensor FrozenNormed(Tensor ids) => Frozen().Before(backbone.RowsOf(ids).view(groups, -1, width), 0, NormPlace.Attention);

    private RowMath Frozen() => new(backbone, adapter, groups);

    /// <summary>The batch's part of what is computed of tokens [G, N, T], [G, N, T, X]; kept with the content unless that is large.</summary>
    private Tensor OfBatch(Stage stage, Tensor ids, long size, Func<Tensor, Tensor> compute) =>
        batch.Rows is null || ids.numel() * size <= MostKept
            ? batch.Select(content.Constants.Get(new(stage, ReferenceEquals(ids, content.Ids) ? 0 : 1), () => compute(ids)))
            : compute(batch.Select(ids));

    /// <summary>[G, B, T, X] as [A, B·T, X].</summary>
    private Tensor PerArm(Tensor grouped) =>
        backbone.Groups.PerArm(grouped, arms).reshape(arms, grouped.shape[1] * grouped.shape[2], grouped.shape[3]);

    /// <summary>0 for keys of the encoder and −∞ for padding of prompts and texts, [A or 1, B or 1, 1, 1, P + T]; or null.</summary>
    private Tensor? KeyMask()
    {
        if (content.Lengths is null && adapter.Prompt?.KeyMask is null)
        {
            return null;
        }

        int p = Prompt, t = content.Length;
        var text = zeros([1, 1, 1, 1, t], backbone.Dtype, backbone.Device);
        if (content.Lengths is { } lengths)
        {
            var real = backbone.Groups.PerArm(batch.Select(lengths), arms).reshape(arms, sequences, 1, 1, 1);
            text = zeros([arms, sequences, 1, 1, t], backbone.Dtype, backbone.Device)
                .masked_fill(arange(t, int64, backbone.Device).view(1, 1, 1, 1, t) >= real, double.NegativeInfinity);
        }

        if (p == 0)
        {
            return text;
        }

        var prompt = (adapter.Prompt!.KeyMask ?? zeros([arms, p], backbone.Dtype, backbone.Device)).view(arms, 1, 1, 1, p);
        return cat([prompt.expand(arms, sequences, 1, 1, p), text.expand(arms, sequences, 1, 1, t)], 4);
    }
}
