using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// Rows that depend on trained numbers: P prompt rows per arm, then B sequences of T rows each, [A, P + B·T, D]. In a
/// causal backbone prompt rows never see content, so they belong to the arm and not to the sequence; once a prompt has
/// seen content, it is part of each sequence: P = 0, and T counts it.
/// </summary>
/// <param name="Rows">[A, P + B·T, D].</param>
/// <param name="P">Prompt rows per arm.</param>
/// <param name="B">Sequences.</param>
/// <param name="T">Rows per sequence.</param>
/// <param name="Front">Prompt rows at the front of each sequence.</param>
internal sealed record LiveRows(Tensor Rows, int P, int B, int T, int Front)
{
    public int Count => P + (B * T);
}

/// <summary>The layers that see trained numbers in all of their input.</summary>
/// <param name="backbone">The frozen weights.</param>
/// <param name="content">The sequences.</param>
/// <param name="adapter">What changes or prompts the backbone.</param>
/// <param name="batch">Which sequences the rows belong to.</param>
/// <param name="watch">Is shown the attention of every layer.</param>
internal sealed class LivePass(Transformer backbone, Content content, Adapter adapter, Batch batch, Action<int, Tensor>? watch = null)
{
    /// <summary>Up to so many keys, a row of scores is not worth filling up.</summary>
    private const int FewColumns = 8;

    private readonly TransformerOptions options = backbone.Options;
    private readonly int arms = adapter.Arms;
    private readonly int groups = backbone.Groups.Count;
    private readonly int width = backbone.Options.Width;
    private readonly int heads = backbone.Options.Heads;
    private readonly int keyHeads = backbone.Options.KeyValueHeadCount();
    private readonly int headWidth = backbone.Options.HeadSize();
    private readonly int perKey = backbone.Options.Heads / backbone.Options.KeyValueHeadCount();
    private readonly VirtualPlaces places = new(backbone, adapter, content);
    private readonly Dictionary<ConstantKey, Tensor> own = [];
    private readonly RowMath math = new(backbone, adapter, adapter.Arms);

    /// <summary>Layers from <paramref name="first"/> to the end: [A, B, reads, D].</summary>
    public Tensor Run(int first, LiveRows rows) =>
        math.Last(Layers(first, rows)).view(arms, rows.B, content.ReadCount, width);

    /// <summary>All layers without the normalisation at the end: [A, B, reads, D].</summary>
    public Tensor Unnormed(LiveRows rows) => Layers(0, rows).view(arms, rows.B, content.ReadCount, width);

    private Tensor Layers(int first, LiveRows rows)
    {
        for (int layer = first; layer < options.Depth - 1; layer++)
        {
            rows = rows with { Rows = Layer(layer, rows, last: false) };
        }

        // Who watches wants all rows of the last layer too.
        return watch is null && backbone.Shortcuts.HasFlag(Shortcuts.ReadsOnly)
            ? Layer(options.Depth - 1, rows, last: true)
            : Reads(Layer(options.Depth - 1, rows, last: false), rows);
    }

    /// <summary>Attention of projected rows, joined over heads: queries [A, Mq, H·Dh], keys and values [A, M, Hkv·Dh].</summary>
    public Tensor Mix(int layer, Tensor q, Tensor k, Tensor v, LiveRows input, bool last)
    {
        int m = input.Count, tq = last ? content.ReadCount : input.T, mq = last ? input.B * tq : m;
        if (options.Positions == Positions.Rotary)
        {
            q = PositionSignals.RotateJoined(q, Rotation(input, last), headWidth);
            k = PositionSignals.RotateJoined(k, Rotation(input, last: false), headWidth);
        }

        var made = adapter.ReadsSequences ? MadeHeads(layer, input) : null;
        bool packs = watch is not null
            || (!AreOwn(last) && AttentionMath.PaysToPack(input, tq, headWidth, backbone.CallCost));
        if (made is null && !packs && perKey * tq >= headWidth)
        {
            return Alongside(layer, q, k, v, input, last);
        }

        var queries = Heads(q, mq, heads);
        var (keys, values) = (AttentionMath.ForQueries(KeysOf(k, m), heads), AttentionMath.ForQueries(KeysOf(v, m), heads));
        var mixed = made is { } tokens ? BySequence(layer, queries, keys, values, tokens, input, last)
            : packs ? Packed(layer, queries, keys, values, input, last)
            : Split(layer, queries, keys, values, input, last);
        return mixed.transpose(1, 2).reshape(arms, mq, heads * headWidth);
    }

    /// <summary>One layer on all rows, or the last one on the rows that the loss reads.</summary>
    public Tensor Layer(int layer, LiveRows input, bool last)
    {
        var normed = math.Before(input.Rows, layer, NormPlace.Attention);
        var queryInput = last ? Reads(input.Rows, input) : input.Rows;
        var queryRows = last ? (math.NormsBefore(NormPlace.Attention) ? Reads(normed, input) : queryInput) : normed;
        int m = input.Count, mq = last ? input.B * content.ReadCount : m;
        int queryWidth = heads * headWidth, keyWidth = keyHeads * headWidth;

        Tensor q, k, v;
        var weights = backbone.Layers[layer];
        bool plain = !adapter.Touches(layer, Projection.Q) && !adapter.Touches(layer, Projection.K) && !adapter.Touches(layer, Projection.V);
        if (plain && !last)
        {
            var all = math.Times(normed, m, weights.QkvTransposed, weights.QkvBiasRow).split([queryWidth, keyWidth, keyWidth], 2);
            (q, k, v) = (all[0], all[1], all[2]);
        }
        else
        {
            q = math.Project(layer, Projection.Q, queryRows, mq);
            if (plain)
            {
                var both = math.Times(normed, m, weights.KvTransposed, weights.KvBiasRow).split([keyWidth, keyWidth], 2);
                (k, v) = (both[0], both[1]);
            }
            else
            {
                k = math.Project(layer, Projection.K, normed, m);
                v = math.Project(layer, Projection.V, normed, m);
            }
        }

        var mixed = Mix(layer, q, k, v, input, last);
        return math.Mlp(layer, math.Attended(layer, mixed, mq, queryInput), mq);
    }

    /// <summary>All rows of an arm in one product; a mask keeps sequences apart.</summary>
    private Tensor Packed(int layer, Tensor q, Tensor k, Tensor v, LiveRows input, bool last)
    {
        int m = input.Count, mq = last ? input.B * content.ReadCount : m, batches = arms * heads;
        var queries = q.reshape(batches, mq, headWidth);
        var scores = AttentionMath.Scores(queries, k.reshape(batches, m, headWidth), PackedMask(input, last), options.ScoreScale());
        if (AreOwn(last))
        {
            var hidden = OwnMask(input, last, 0).view(groups, 1, 1, 1, input.B * input.T);
            hidden = input.P == 0 ? hidden : cat([zeros([groups, 1, 1, 1, input.P], backbone.Dtype, backbone.Device), hidden], 4);
            scores = (scores.view(groups, arms / groups, heads, mq, m) + hidden).view(batches, mq, m);
        }

        var values = v.reshape(batches, m, headWidth);
        if (PrefixHeads(layer) is { } prefix)
        {
            scores = cat([AttentionMath.Scores(queries, prefix.Keys, prefix.Mask, options.ScoreScale()), scores], 2);
            values = cat([prefix.Values, values], 1);
        }

        var weights = scores.softmax(-1);
        watch?.Invoke(layer, Unpacked(weights, input));
        return weights.bmm(values).view(arms, heads, mq, headWidth);
    }

    /// <summary>
    /// Each sequence by itself, virtual tokens in front of its own keys and values: these are few numbers where scores are
    /// many. Query heads that share a key are rows of one product. Joined heads, [A, Mq, H·Dh].
    /// </summary>
    private Tensor Alongside(int layer, Tensor q, Tensor k, Tensor v, LiveRows input, bool last)
    {
        int p = input.P, b = input.B, t = input.T, tq = last ? content.ReadCount : t, batches = arms * keyHeads * b;
        double scale = options.ScoreScale();
        var before = p == 0 ? PrefixKeys(layer) : (KeysOf(k.narrow(1, 0, p), p), KeysOf(v.narrow(1, 0, p), p), adapter.Prompt!.KeyMask);
        int virtuals = before is { } some ? (int)some.Keys.shape[2] : 0;

        // A softmax over rows that fill whole vectors costs half of one over rows that do not.
        int filler = options.Causal && !AreOwn(last) && virtuals + t > FewColumns ? -(virtuals + t) & 7 : 0, columns = virtuals + t + filler;
        var contentQ = p == 0 || last ? q : q.narrow(1, p, b * t);
        var queries = contentQ.view(arms, b, tq, keyHeads, perKey, headWidth).permute(0, 3, 1, 4, 2, 5).reshape(batches, perKey * tq, headWidth);
        var scores = AttentionMath.Scores(
            queries, InFront(before?.Keys, k), SequenceMask(input, last, perKey, virtuals, before?.Mask, filler), scale);
        if (AreOwn(last))
        {
            scores = (scores.view(groups, arms / groups, keyHeads, b, perKey, tq, columns) + OwnMask(input, last, virtuals).unsqueeze(4))
                .view(batches, perKey * tq, columns);
        }

        var mixed = scores.softmax(-1).bmm(InFront(before?.Values, v)).view(arms, keyHeads, b, perKey, tq, headWidth)
            .permute(0, 2, 4, 1, 3, 5).reshape(arms, b * tq, heads * headWidth);
        if (p == 0 || last)
        {
            return mixed;
        }

        var ownQueries = q.narrow(1, 0, p).view(arms, p, keyHeads, perKey, headWidth).permute(0, 2, 3, 1, 4).reshape(arms * keyHeads, perKey * p, headWidth);
        var own = AttentionMath.Weights(ownQueries, before!.Value.Keys.reshape(arms * keyHeads, p, headWidth), CausalMask(p, perKey), scale)
            .bmm(before.Value.Values.reshape(arms * keyHeads, p, headWidth))
            .view(arms, keyHeads, perKey, p, headWidth).permute(0, 3, 1, 2, 4).reshape(arms, p, heads * headWidth);
        return cat([own, mixed], 1);

        Tensor InFront(Tensor? virtualRows, Tensor rows)
        {
            var content = (p == 0 ? rows : rows.narrow(1, p, b * t)).view(arms, b, t, keyHeads, headWidth).permute(0, 3, 1, 2, 4);
            List<Tensor> parts = virtualRows is null ? [content] : [virtualRows.unsqueeze(2).expand(arms, keyHeads, b, virtuals, headWidth), content];
            if (filler > 0)
            {
                parts.Add(zeros([1, 1, 1, 1, 1], backbone.Dtype, backbone.Device).expand(arms, keyHeads, b, filler, headWidth));
            }

            return (parts.Count == 1 ? content : cat(parts, 3)).reshape(batches, columns, headWidth);
        }
    }

    /// <summary>Each sequence by itself; its rows see the arm's prompt rows through a second product.</summary>
    private Tensor Split(int layer, Tensor q, Tensor k, Tensor v, LiveRows input, bool last)
    {
        int p = input.P, b = input.B, t = input.T, tq = last ? content.ReadCount : t;
        double scale = options.ScoreScale();
        var contentQ = p == 0 || last ? q : q.narrow(2, p, b * t);
        var contentK = p == 0 ? k : k.narrow(2, p, b * t);
        var contentV = p == 0 ? v : v.narrow(2, p, b * t);
        var scores = AttentionMath.Scores(
            contentQ.reshape(arms * heads * b, tq, headWidth), contentK.reshape(arms * heads * b, t, headWidth), SequenceMask(input, last, 1, 0, null), scale);
        if (AreOwn(last))
        {
            scores = (scores.view(groups, arms / groups, heads, b, tq, t) + OwnMask(input, last, 0)).view(arms * heads * b, tq, t);
        }

        var values = contentV.reshape(arms * heads * b, t, headWidth);
        if ((p == 0 ? PrefixHeads(layer) : (PromptHeads(k, p), PromptHeads(v, p), KeyMask())) is not { } tokens)
        {
            return scores.softmax(-1).bmm(values).view(arms, heads, b * tq, headWidth);
        }

        var (promptK, promptV, keyMask) = tokens;
        var mixed = AttentionMath.Merge(
            contentQ.reshape(arms * heads, b * tq, headWidth), promptK, promptV, keyMask, scale,
            scores.view(arms * heads, b * tq, t), w => w.reshape(arms * heads * b, tq, t).bmm(values).view(arms * heads, b * tq, headWidth))
            .view(arms, heads, b * tq, headWidth);
        if (last || p == 0)
        {
            return mixed;
        }

        var prompt = AttentionMath.Weights(q.narrow(2, 0, p).reshape(arms * heads, p, headWidth), promptK, CausalMask(p), scale)
            .bmm(promptV).view(arms, heads, p, headWidth);
        return cat([prompt, mixed], 2);
    }

    /// <summary>Each sequence by itself over the virtual tokens that were made of it, and over its own.</summary>
    private Tensor BySequence(
        int layer, Tensor q, Tensor k, Tensor v, (Tensor Keys, Tensor Values, Tensor? Mask) made, LiveRows input, bool last)
    {
        int b = input.B, t = input.T, tq = last ? content.ReadCount : t, batches = arms * heads * b;
        var queries = q.reshape(batches, tq, headWidth);
        var scores = AttentionMath.Scores(queries, k.reshape(batches, t, headWidth), SequenceMask(input, last, 1, 0, null), options.ScoreScale());
        if (AreOwn(last))
        {
            scores = (scores.view(groups, arms / groups, heads, b, tq, t) + OwnMask(input, last, 0)).view(batches, tq, t);
        }

        var before = AttentionMath.Scores(queries, made.Keys, made.Mask, options.ScoreScale());
        var weights = cat([before, scores], 2).softmax(-1);
        watch?.Invoke(layer, weights.view(arms, heads, b, tq, -1));
        return weights.bmm(cat([made.Values, v.reshape(batches, t, headWidth)], 1)).view(arms, heads, b * tq, headWidth);
    }

    /// <summary>The virtual tokens that a layer makes of each sequence, heads apart: keys and values [A·H·B, P, Dh], mask [A·H·B, 1, P]; or null.</summary>
    private (Tensor Keys, Tensor Values, Tensor? Mask)? MadeHeads(int layer, LiveRows input)
    {
        if (adapter.TokensOf(layer, input.Rows.view(arms, input.B, input.T, width), Instruction(input)) is not { } tokens)
        {
            return null;
        }

        int p = (int)tokens.shape[2], m = input.B * p;
        var normed = math.Before(tokens.reshape(arms, m, width), layer, NormPlace.Attention);
        var keys = Heads(math.Project(layer, Projection.K, normed, m), m, keyHeads);
        keys = places.Turn ? PositionSignals.Rotate(keys, places.PrefixTurns(), headWidth) : keys;
        var mask = adapter.TokenMask is not { } padding ? null : adapter.Constants.Get(
            new(Stage.KeyMask, 2, input.B),
            () => padding.view(arms, 1, 1, 1, p).expand(arms, heads, input.B, 1, p).reshape(arms * heads * input.B, 1, p));
        return (Apart(keys), Apart(Heads(math.Project(layer, Projection.V, normed, m), m, keyHeads)), mask);

        Tensor Apart(Tensor each) => AttentionMath.ForQueries(each, heads).reshape(arms * heads * input.B, p, headWidth);
    }

    /// <summary>0 for tokens up to the first one that is read, −∞ for those after it, [A, B, T]; of an encoder, for its padding.</summary>
    private Tensor Instruction(LiveRows input) => Own(new(Stage.Instruction, arms, input.B, input.T), () =>
    {
        using var frozen = no_grad();
        var position = arange(input.T, int64, backbone.Device);
        Tensor hidden;
        if (content.DecoderIds is not null)
        {
            hidden = content.Lengths is { } all ? position.ge(batch.Select(all).unsqueeze(-1)) : zeros([groups, input.B, input.T], @bool, backbone.Device);
        }
        else
        {
            hidden = content.ReadsPerSequence is { } own
                ? position.gt(batch.Select(own).amin([2], keepdim: true))
                : position.gt(content.Reads.Min()).expand(groups, input.B, input.T);
        }

        var mask = zeros([groups, input.B, input.T], backbone.Dtype, backbone.Device).masked_fill(hidden, double.NegativeInfinity);
        return backbone.Groups.PerArm(mask, arms);
    });

    /// <summary>The prefix of a layer, repeated for query heads: keys and values [A·H, P, Dh], mask [A·H, 1, P]; or null.</summary>
    public (Tensor Keys, Tensor Values, Tensor? Mask)? PrefixHeads(int layer)
    {
        if (PrefixKeys(layer) is not { } prefix)
        {
            return null;
        }

        return (Apart(prefix.Keys), Apart(prefix.Values), PerHead(prefix.Mask, variant: 1));

        Tensor Apart(Tensor each) => AttentionMath.ForQueries(each, heads).reshape(arms * heads, each.shape[2], headWidth);
    }

    /// <summary>The prefix of a layer, heads apart: keys and values [A, Hkv, P, Dh], mask [A, P]; or null.</summary>
    private (Tensor Keys, Tensor Values, Tensor? Mask)? PrefixKeys(int layer)
    {
        if (adapter.PrefixOf(layer) is not { } prefix)
        {
            return null;
        }

        var (k, v) = (prefix.Keys, prefix.Values);
        if (prefix.Rows is { } rows)
        {
            int p = (int)rows.shape[1];
            var normed = math.Before(rows, layer, NormPlace.Attention);
            (k, v) = (math.Project(layer, Projection.K, normed, p), math.Project(layer, Projection.V, normed, p));
        }

        int count = (int)k!.shape[1];
        var keys = KeysOf(k, count);
        return (places.Turn ? PositionSignals.Rotate(keys, places.PrefixTurns(), headWidth) : keys, KeysOf(v!, count), prefix.KeyMask);
    }

    private Tensor KeysOf(Tensor rows, int m) => Heads(rows, m, keyHeads);

    private Tensor PromptHeads(Tensor heads4, int p) => heads4.narrow(2, 0, p).reshape(arms * heads, p, headWidth);

    private Tensor Heads(Tensor rows, int m, int count) => rows.view(arms, m, count, headWidth).transpose(1, 2);

    private Tensor Reads(Tensor rows, LiveRows input)
    {
        if (content.ReadsPerSequence is not null)
        {
            return rows.reshape(arms * input.Count, width).index_select(0, OwnReads(input)).view(arms, input.B * content.ReadCount, width);
        }

        var sequences = (input.P == 0 ? rows : rows.narrow(1, input.P, input.B * input.T)).view(arms, input.B, input.T, width);
        return content.TakeReads(sequences, input.Front).reshape(arms, input.B * content.ReadCount, width);
    }

    /// <summary>[A, H, M, M] of packed rows as [A, H, B, P + T, P + T]; columns of a prefix come first.</summary>
    private Tensor Unpacked(Tensor weights, LiveRows input)
    {
        int p = input.P, t = input.T, prefix = (int)weights.shape[2] - input.Count;
        var all = weights.view(arms, heads, input.Count, prefix + input.Count);
        var sequences = Enumerable.Range(0, input.B).Select(b =>
        {
            var rows = tensor(Enumerable.Range(0, p).Concat(Enumerable.Range(p + (b * t), t)).Select(i => (long)i).ToArray(), int64, weights.device);
            var columns = cat([arange(prefix, int64, weights.device), rows + prefix]);
            return all.index_select(2, rows).index_select(3, columns);
        });
        return stack(sequences, 2);
    }

    /// <summary>True when what rows see differs from sequence to sequence.</summary>
    private bool AreOwn(bool last) =>
        options.Causal ? last && content.ReadsPerSequence is not null : content.Lengths is not null;

    /// <summary>
    /// What rows of each sequence see of it, with columns of virtual tokens in front, beyond what all do, broadcastable to
    /// [G, A/G, H, B, Tq, P + T].
    /// </summary>
    private Tensor OwnMask(LiveRows input, bool last, int virtuals) => Own(new(Stage.OwnMask, (last ? 1 : 0) + (2 * virtuals), groups, input.T, input.Front), () =>
    {
        var mask = options.Causal ? content.SeenByReads(batch, backbone.Dtype) : content.Unpadded(batch, backbone.Dtype)!;
        long[] shape = mask.shape;
        int before = input.Front + virtuals;
        mask = before == 0 ? mask : cat([zeros([.. shape[..3], before], backbone.Dtype, backbone.Device), mask], 3);
        return mask.unsqueeze(1).unsqueeze(1);
    });

    /// <summary>Rows of [A·M, D] that are read, [A·B·R].</summary>
    private Tensor OwnReads(LiveRows input) => Own(new(Stage.Reads, arms, input.P, input.T, input.Front), () =>
    {
        var reads = backbone.Groups.PerArm(batch.Select(content.ReadsPerSequence!), arms);
        var arm = arange(arms, int64, reads.device).mul(input.Count).view(arms, 1, 1);
        var sequence = arm + arange(input.B, int64, reads.device).mul(input.T).view(1, input.B, 1);
        var rows = sequence + reads + (input.P + input.Front);
        if (content.ReadsPrompt)
        {
            // The last virtual token is the arm's own, or in front of the sequence.
            var ends = tensor(adapter.Prompt!.Lengths.Select(length => length - 1L).ToArray(), int64, reads.device).view(arms, 1, 1);
            rows = where(reads.lt(0), (input.Front > 0 ? sequence : arm) + ends, rows);
        }

        return rows.reshape(-1);
    });

    /// <summary>Kept with the content when it depends on nothing else, else for this pass.</summary>
    private Tensor Own(ConstantKey key, Func<Tensor> compute)
    {
        if (batch.IsAll && !content.ReadsPrompt)
        {
            return content.Constants.Get(key, compute);
        }

        return own.TryGetValue(key, out var known) ? known : own[key] = compute();
    }

    private Tensor Rotation(LiveRows input, bool last)
    {
        if (last && content.ReadsPerSequence is not null)
        {
            return OwnRotation();
        }

        return adapter.Constants.Get(new(Stage.Rotation, last ? 1 : 0, input.B, input.T, input.P, content.Outline), () =>
        {
            bool counts = !last && places.Turn && input.P + input.Front > 0;
            return Tiled(places.PerLength(counts ? adapter.Prompt!.Lengths : [0], length =>
            {
                var sequence = last ? content.Reads : Enumerable.Range(0, input.T).Select(row => row - input.Front);
                int[] one = [.. sequence.Select(row => row < 0 ? Virtual(row + input.Front) : content.FirstPosition + row)];
                var own = Enumerable.Range(0, last ? 0 : input.P).Select(Virtual);
                return [.. own.Concat(Enumerable.Repeat(one, input.B).SelectMany(row => row))];

                int Virtual(int row) => counts ? places.PositionOf(row, length) : PositionSignals.Unturned;
            }));
        });
    }

    /// <summary>Turns of a head, [2, M, Dh] or [2, A, 1, M, Dh], of all heads joined: [2, M, H·Dh] or [2, A, M, H·Dh].</summary>
    private Tensor Tiled(Tensor signal)
    {
        var each = (signal.dim() == 5 ? signal.squeeze(2) : signal).unsqueeze(-2);
        long[] shape = each.shape;
        return each.expand([.. shape[..^2], heads, headWidth]).reshape([.. shape[..^2], heads * headWidth]);
    }

    /// <summary>Turns of tokens that are read at each sequence's own places, [2, A, B·R, H·Dh].</summary>
    private Tensor OwnRotation() => Own(new(Stage.Rotation, 2, arms), () =>
    {
        var table = adapter.Constants.Get(new(Stage.Rotation, 3, content.Length, content.FirstPosition), () =>
        {
            int before = places.Turn ? content.FirstPosition - 1 : PositionSignals.Unturned;
            return PositionSignals.Rotary([before, .. Enumerable.Range(content.FirstPosition, content.Length)], options).to(backbone.Dtype, backbone.Device);
        });
        var reads = backbone.Groups.PerArm(batch.Select(content.ReadsPerSequence!), arms);
        return Tiled(table.index_select(1, (reads + 1).reshape(-1)).view(2, arms, 1, -1, headWidth));
    });

    private Tensor CausalMask(int rows, int times = 1) => adapter.Constants.Get(
        new(Stage.CausalMask, 0, rows, times),
        () => Mask(times * rows, rows, (row, column) => column <= row % rows));

    /// <summary>Which prompt keys exist, [A·H, 1, P], or null for all.</summary>
    private Tensor? KeyMask() => PerHead(adapter.Prompt?.KeyMask, variant: 0);

    /// <summary>[A, P] as [A·H, 1, P].</summary>
    private Tensor? PerHead(Tensor? keyMask, int variant) => keyMask is not { } mask ? null : adapter.Constants.Get(
        new(Stage.KeyMask, variant),
        () => mask.unsqueeze(1).expand(arms, heads, mask.shape[1]).reshape(arms * heads, 1, mask.shape[1]));

    /// <summary>What rows of one sequence see of it, broadcastable to [A·H/n·B, n·Tq, P + T + filler], or null for all.</summary>
    /// <param name="input">The sequences.</param>
    /// <param name="last">True for the tokens that are read.</param>
    /// <param name="times">Heads one under another, n.</param>
    /// <param name="virtuals">Columns of virtual tokens in front, P.</param>
    /// <param name="virtualMask">Which of them exist, [A, P], or null for all.</param>
    /// <param name="filler">Columns at the end that nothing sees.</param>
    private Tensor? SequenceMask(LiveRows input, bool last, int times, int virtuals, Tensor? virtualMask, int filler = 0)
    {
        // Reads that differ have masks of their own.
        bool causes = options.Causal && !AreOwn(last);
        var keys = input.Front > 0 ? adapter.Prompt?.KeyMask : virtualMask;
        if (!causes && keys is null)
        {
            return null;
        }

        int variant = (last ? 1 : 0) + (4 * (times + (heads * virtuals)));
        return adapter.Constants.Get(new(Stage.Mask, variant, input.B, input.T, input.Front, content.Outline), () =>
        {
            int tq = last ? content.ReadCount : input.T, columns = virtuals + input.T + filler;
            var causal = Mask(times * tq, columns, (row, column) =>
                column < virtuals + input.T && (!causes || column - virtuals <= (last ? content.Reads[row % tq] + input.Front : row % tq)));
            if (keys is null)
            {
                return causal.unsqueeze(0);
            }

            var padded = cat([keys, zeros([arms, columns - keys.shape[1]], backbone.Dtype, backbone.Device)], 1);
            return (padded.view(arms, 1, 1, 1, columns) + causal)
                .expand(arms, heads / times, input.B, times * tq, columns).reshape(arms * heads / times * input.B, times * tq, columns);
        });
    }

    /// <summary>What packed rows see, broadcastable to [A·H, Mq, M], or null for everything.</summary>
    private Tensor? PackedMask(LiveRows input, bool last)
    {
        bool padded = adapter.Prompt?.KeyMask is not null;
        if (!options.Causal && input.B == 1 && !padded)
        {
            return null;
        }

        return adapter.Constants.Get(new(Stage.Mask, last ? 3 : 2, input.B, input.T, input.P, content.Outline), () =>
        {
            int p = input.P, t = input.T, m = input.Count, reads = content.ReadCount, mq = last ? input.B * reads : m;
            var structure = Mask(mq, m, (queryIndex, key) =>
            {
                int query = last ? p + (queryIndex / reads * t) + input.Front + content.Reads[queryIndex % reads] : queryIndex;
                if (key < p)
                {
                    return query >= p || key <= query;
                }

                return query >= p && (query - p) / t == (key - p) / t && (!options.Causal || key <= query);
            }).unsqueeze(0);
            if (!padded)
            {
                return structure;
            }

            // [A, front or prompt] repeated where prompt rows stand.
            var keys = adapter.Prompt!.KeyMask!;
            var columns = p > 0
                ? cat([keys, zeros([arms, input.B * t], backbone.Dtype, backbone.Device)], 1)
                : cat([keys, zeros([arms, t - input.Front], backbone.Dtype, backbone.Device)], 1).repeat(1, input.B);
            return (columns.view(arms, 1, 1, m) + structure).expand(arms, heads, mq, m).reshape(arms * heads, mq, m);
        });
    }

    private Tensor Mask(int rows, int columns, Func<int, int, bool> sees)
    {
        var values = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                values[(row * columns) + column] = sees(row, column) ? 0 : double.NegativeInfinity;
            }
        }

        return tensor(values, [rows, columns], float64).to(backbone.Dtype, backbone.Device);
    }
}
