using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <content>The first layer under a prompt or a prefix, whose content is constant.</content>
internal sealed partial class FrozenPass
{
    /// <summary>The last layer is the first one: only the tokens that the loss reads are computed, [A, B·Tq, D].</summary>
    private Tensor PromptedReads(PromptRows prompt)
    {
        int tq = content.ReadCount, m = sequences * tq;
        var rows = live.Before(places.Prompt(), 0, NormPlace.Attention);
        if (!adapter.Touches(0, Projection.O) && CanFold && PaysToFold(prompt.Count, m * heads))
        {
            return live.Mlp(0, live.After(Folded(prompt, rows, m), 0, NormPlace.Attention), m);
        }

        int p = prompt.Count, keyWidth = keyHeads * headWidth;
        var kv = live.Times(rows, p, backbone.Layers[0].KvTransposed, backbone.Layers[0].KvBiasRow).split([keyWidth, keyWidth], 2);
        var mixed = ContentMix(0, PromptHeads(kv[0], p, Projection.K), PromptHeads(kv[1], p, Projection.V), KeyMask(prompt), m, last: true)
            .transpose(1, 2).reshape(arms, m, heads * headWidth);
        return live.Mlp(0, live.Attended(0, mixed, m, ForArms(Stage.InputReads, 0, () => QueryInput(0, last: true))), m);
    }

    /// <summary>
    /// Attention and its residual without keys or values of the prompt: queries are constant, so <c>q · W_k p</c> is a
    /// product of p with the constant <c>W_kᵀ q</c>, and the mixture is taken of prompt rows before W_v and W_o.
    /// </summary>
    private Tensor Folded(PromptRows prompt, Tensor rows, int m)
    {
        int p = prompt.Count, perGroup = arms / groups, queries = m * heads;
        var kappa = ForGroups(Stage.Kappa, 0, Kappas, all => all.reshape(groups, queries, width).transpose(1, 2));
        var grouped = arms == groups ? rows : rows.reshape(groups, perGroup * p, width);
        var scores = prompt.KeyMask is { } mask ? mask.reshape(groups, perGroup * p, 1).baddbmm(grouped, kappa) : grouped.bmm(kappa);

        var logMass = ForArms(Stage.LogMass, 0, () => LogMass(0, last: true), all => all.reshape(arms, 1, queries), variant: 1);
        var weights = cat([scores.view(arms, p, queries), logMass], 1).softmax(1).split([p, 1], 1);
        var mixture = weights[0].transpose(1, 2).bmm(rows).view(groups, perGroup * m, heads * width);

        var valueMap = content.Constants.Get(new(Stage.ValueMap, 0), ValueMap);
        var input = ForArms(Stage.InputReads, 0, () => QueryInput(0, last: true));
        if (heads == 1)
        {
            var means = ForArms(Stage.MappedMeans, 0, MappedMeans);
            var sum = input.reshape(groups, perGroup * m, width).baddbmm(mixture, valueMap).view(arms, m, width);
            return sum.addcmul(weights[1].view(arms, m, 1), means, 1);
        }

        var content4 = ForArms(Stage.Means, 0, () => Means(0, last: true), all => all.reshape(arms, m, heads, headWidth), variant: 1);
        var mixed = (weights[1].view(arms, m, heads, 1) * content4).view(arms, m, width);
        var attended = options.Attention.Output
            ? live.Times(mixed, m, backbone.Layers[0][Projection.O].Transposed, residual: input)
            : input + mixed;
        return attended.reshape(groups, perGroup * m, width).baddbmm(mixture, valueMap).view(arms, m, width);
    }

    /// <summary>All rows of the first layer of a deeper backbone.</summary>
    private LiveRows PromptedLayer(PromptRows prompt)
    {
        int p = prompt.Count, t = content.Length, b = sequences;
        int inner = heads * headWidth, keyWidth = keyHeads * headWidth;
        var before = places.Prompt();
        var rows = live.Before(before, 0, NormPlace.Attention);
        var qkv = live.Times(rows, p, backbone.Layers[0].QkvTransposed, backbone.Layers[0].QkvBiasRow).split([inner, keyWidth, keyWidth], 2);
        var (q, k, v) = (PromptHeads(qkv[0], p, Projection.Q), PromptHeads(qkv[1], p, Projection.K), PromptHeads(qkv[2], p, Projection.V));
        var mixedContent = ContentMix(0, k, v, KeyMask(prompt), b * t, last: false);
        var input = ForArms(Stage.Input, 0, () => Input(0));
        var own = options.Causal
            ? AttentionMath.Weights(q, k, CausalMask(p), options.ScoreScale()).bmm(v).view(arms, heads, p, headWidth)
            : PromptMix(prompt, q, k, v);
        if (options.Causal && backbone.Shortcuts.HasFlag(Shortcuts.PromptOnce))
        {
            var joined = cat([own, mixedContent], 2).transpose(1, 2).reshape(arms, p + (b * t), inner);
            return After(new LiveRows(joined, p, b, t, 0), cat([before, input], 1));
        }

        var ownPerSequence = options.Causal ? own.unsqueeze(2).expand(arms, heads, b, p, headWidth) : own.view(arms, heads, b, p, headWidth);
        var perSequence = cat([ownPerSequence, mixedContent.view(arms, heads, b, t, headWidth)], 3);
        var all = perSequence.permute(0, 2, 3, 1, 4).reshape(arms, b * (p + t), inner);
        var inputs = cat([before.unsqueeze(1).expand(arms, b, p, width), input.view(arms, b, t, width)], 2);
        return After(new LiveRows(all, 0, b, p + t, p), inputs.view(arms, b * (p + t), width));

        LiveRows After(LiveRows mixed, Tensor residual) => mixed with
        {
            Rows = live.Mlp(0, live.Attended(0, mixed.Rows, mixed.Count, residual), mixed.Count),
        };
    }

    /// <summary>A layer that a prefix enters, its input constant: all rows, or in the last layer those that the loss reads.</summary>
    private Tensor PrefixedLayer(int layer, bool last)
    {
        int m = sequences * (last ? content.ReadCount : content.Length);
        var (k, v, keyMask) = Live().PrefixHeads(layer)!.Value;
        var mixed = ContentMix(layer, k, v, keyMask, m, last).transpose(1, 2).reshape(arms, m, heads * headWidth);
        return live.Mlp(layer, live.Attended(layer, mixed, m, ForArms(Stage.InputReads, layer, () => QueryInput(layer, last))), m);
    }

    /// <summary>Content tokens over virtual tokens and content, [A, H, M, Dh].</summary>
    private Tensor ContentMix(int layer, Tensor k, Tensor v, Tensor? keyMask, int m, bool last)
    {
        var queries = ForArms(last ? Stage.QueriesOfReads : Stage.Queries, layer, () => Queries(layer, last), HeadsFirst, variant: 1);
        var logMass = ForArms(last ? Stage.LogMass : Stage.LogMassOfAll, layer, () => LogMass(layer, last), MassHeadsFirst);
        var means = ForArms(last ? Stage.Means : Stage.MeansOfAll, layer, () => Means(layer, last), MeansHeadsFirst);
        return AttentionMath.Merge(queries, k, v, keyMask, options.ScoreScale(), logMass, weight => weight * means)
            .view(arms, heads, m, headWidth);

        Tensor HeadsFirst(Tensor all) => all.transpose(1, 2).reshape(arms * heads, m, headWidth);
        Tensor MassHeadsFirst(Tensor all) => all.permute(0, 3, 1, 2, 4).reshape(arms * heads, m, 1);
        Tensor MeansHeadsFirst(Tensor all) => all.permute(0, 3, 1, 2, 4).reshape(arms * heads, m, headWidth);
    }

    /// <summary>Prompt tokens over prompt and the content of each sequence, [A·H·B, P, Dh].</summary>
    private Tensor PromptMix(PromptRows prompt, Tensor q, Tensor k, Tensor v)
    {
        int p = prompt.Count, t = content.Length, b = sequences, batches = arms * heads;
        double scale = options.ScoreScale();
        var keys = ForArms(Stage.Keys, 0, () => Keys(0), all => all.transpose(1, 2).reshape(batches, b * t, headWidth), variant: 1);
        var values = ForArms(Stage.Values, 0, () => Values(0), all => all.transpose(1, 2).reshape(batches * b, t, headWidth), variant: 1);
        var own = AttentionMath.Scores(q, k, KeyMask(prompt), scale).unsqueeze(1).expand(batches, b, p, p);
        var others = AttentionMath.Scores(q, keys, null, scale).view(batches, p, b, t).transpose(1, 2);
        if (content.Unpadded(batch, backbone.Dtype) is { } padding)
        {
            others = (others.reshape(groups, arms / groups, heads, b, p, t) + padding.unsqueeze(1).unsqueeze(1)).view(batches, b, p, t);
        }

        var weights = cat([own, others], 3).softmax(-1).split([p, t], 3);
        var fromPrompt = weights[0].reshape(batches, b * p, p).bmm(v).view(batches * b, p, headWidth);
        return fromPrompt.baddbmm(weights[1].reshape(batches * b, p, t), values);
    }

    /// <summary>Projected rows of the prompt, heads apart, turned where they have positions that turn: [A·H, P, Dh].</summary>
    private Tensor PromptHeads(Tensor rows, int p, Projection projection)
    {
        bool turns = places.Turn && projection != Projection.V;
        if (heads == 1 && !turns)
        {
            return rows;
        }

        var each = rows.reshape(arms, p, projection == Projection.Q ? heads : keyHeads, headWidth).transpose(1, 2);
        each = turns ? PositionSignals.Rotate(each, places.PromptTurns(), headWidth) : each;
        return AttentionMath.ForQueries(each, heads).reshape(arms * heads, p, headWidth);
    }

    private Tensor? KeyMask(PromptRows prompt) => prompt.KeyMask is not { } mask ? null : adapter.Constants.Get(
        new(Stage.KeyMask, 0),
        () => mask.unsqueeze(1).expand(arms, heads, mask.shape[1]).reshape(arms * heads, 1, mask.shape[1]));

    private Tensor CausalMask(int p) => adapter.Constants.Get(
        new(Stage.CausalMask, 1, p),
        () => full([p, p], double.NegativeInfinity, backbone.Dtype, backbone.Device).triu(1).unsqueeze(0));

    /// <summary>Scaled <c>W_kᵀ q</c> for every query and head, [G, N, Tq·H, D].</summary>
    private Tensor Kappas()
    {
        var queries = Queries(0, last: true).transpose(2, 3);
        var keys = backbone.Layers[0][Projection.K].Matrix.view(groups, 1, 1, heads, headWidth, width);
        return (queries.unsqueeze(4) * options.ScoreScale()).matmul(keys)
            .reshape(groups, content.Sequences, content.ReadCount * heads, width);
    }

    /// <summary>W_v of each head followed by its part of W_o, for joined mixtures of prompt rows: [G, H·D, D].</summary>
    private Tensor ValueMap()
    {
        var values = backbone.Layers[0][Projection.V].Matrix.view(groups, heads, headWidth, width).transpose(2, 3);
        var outputs = options.Attention.Output
            ? backbone.Layers[0][Projection.O].Transposed
            : eye(width, width, backbone.Dtype, backbone.Device).unsqueeze(0).expand(groups, width, width);
        return values.matmul(outputs.reshape(groups, heads, headWidth, width)).reshape(groups, heads * width, width);
    }

    /// <summary>N_X / Z_X after W_o, for one head, [G, N, Tq, D].</summary>
    private Tensor MappedMeans()
    {
        int tq = content.ReadCount;
        var means = Means(0, last: true).reshape(groups, content.Sequences * tq, width);
        var mapped = options.Attention.Output
            ? Frozen().Times(means, content.Sequences * tq, backbone.Layers[0][Projection.O].Transposed)
            : means;
        return mapped.view(groups, content.Sequences, tq, width);
    }

    /// <summary>True when keys and values are a matrix times a row, each head has its own, and every seed has its own matrices.</summary>
    private bool CanFold =>
        keyHeads == heads && options.HeadWidth == 0 && !options.Attention.Bias && !places.Turn && !backbone.SharesWeights;

    /// <summary>True when folding multiplies less than keys and values of the prompt would, calls counted as arithmetic.</summary>
    private bool PaysToFold(long p, long queries)
    {
        long folded = queries * ((2 * p * width) + (width * width));
        long plain = (2 * p * width * width) + (2 * p * queries * headWidth);
        return folded <= plain + (2 * heads * backbone.CallCost);
    }
}
