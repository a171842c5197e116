using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <content>Attention of one layer, in the order of rows that costs least.</content>
internal sealed partial class LivePass
{
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
        int virtuals = before is { } some ? (int)some.Keys.shape[2] : 0, columns = virtuals + t;
        var contentQ = p == 0 || last ? q : q.narrow(1, p, b * t);
        var queries = contentQ.view(arms, b, tq, keyHeads, perKey, headWidth).permute(0, 3, 1, 4, 2, 5).reshape(batches, perKey * tq, headWidth);
        var scores = AttentionMath.Scores(
            queries, InFront(before?.Keys, k), SequenceMask(input, last, perKey, virtuals, before?.Mask), scale);
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
            var all = virtualRows is null ? content : cat([virtualRows.unsqueeze(2).expand(arms, keyHeads, b, virtuals, headWidth), content], 3);
            return all.reshape(batches, columns, headWidth);
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
}
