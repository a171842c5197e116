using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <content>What is kept of the frozen part, computed when it is first asked for.</content>
internal sealed partial class FrozenPass
{
    private RowMath Frozen() => new(backbone, new Unadapted(backbone), groups);

    /// <summary>Layers of the frozen backbone on all sequences.</summary>
    private LivePass FrozenLayers() => new(backbone, content, new Unadapted(backbone), Batch.All);

    /// <summary>Layers of the adapted backbone on the batch.</summary>
    private LivePass Live() => new(backbone, content, adapter, batch);

    /// <summary>A constant for all sequences, [G, N, …].</summary>
    private Tensor Full(Stage stage, int layer, Func<Tensor> compute) => content.Constants.Get(new(stage, layer, C: shift), compute);

    /// <summary>A constant [G, N, M, C] for this batch and all arms: [A, B·M, C].</summary>
    private Tensor ForArms(Stage stage, int layer, Func<Tensor> compute) => ForArms(stage, layer, compute, all =>
    {
        long[] shape = all.shape;
        return all.reshape(shape[0], shape[1] * shape[2], shape[3]);
    });

    /// <summary>A constant [G, N, …] for this batch and all arms, [A, B, …], in the shape in which a step reads it.</summary>
    private Tensor ForArms(Stage stage, int layer, Func<Tensor> compute, Func<Tensor, Tensor> finish, int variant = 0) => batch.IsAll
        ? content.Constants.Get(
            new(stage, layer, arms, 1 + variant, shift), () => finish(backbone.Groups.PerArm(Full(stage, layer, compute), arms)).contiguous())
        : finish(backbone.Groups.PerArm(batch.Select(Full(stage, layer, compute)), arms));

    /// <summary>A constant [G, N, …] for this batch, shared by the arms of a seed.</summary>
    private Tensor ForGroups(Stage stage, int layer, Func<Tensor> compute, Func<Tensor, Tensor> finish) => batch.IsAll
        ? content.Constants.Get(new(stage, layer, 0, -1, shift), () => finish(Full(stage, layer, compute)).contiguous())
        : finish(batch.Select(Full(stage, layer, compute)));

    private Tensor FrozenOutput() => FrozenLayers().Unnormed(
        new LiveRows(Flat(Input(0)), 0, content.Sequences, content.Length, 0));

    /// <summary>The input of a layer below which nothing is adapted, [G, N, T, D].</summary>
    private Tensor Input(int layer) => Full(Stage.Input, layer, () =>
    {
        if (layer > 0)
        {
            var rows = new LiveRows(Flat(Input(layer - 1)), 0, content.Sequences, content.Length, 0);
            return FrozenLayers().Layer(layer - 1, rows, last: false)
                .view(groups, content.Sequences, content.Length, width);
        }

        return FrozenPositions() is { } positions ? content.Tokens + positions : content.Tokens;
    });

    /// <summary>What is added to content tokens, broadcastable to [G, N, T, D], or null.</summary>
    private Tensor? FrozenPositions() => options.Positions switch
    {
        Positions.Sinusoidal => adapter.Constants.Get(
            new(Stage.Positions, 0, places.ContentStart, content.Length),
            () => PositionSignals.Sinusoidal(places.ContentStart, content.Length, width).to(backbone.Dtype, backbone.Device)),
        Positions.Learned => backbone.PositionsOf(backbone.PositionTable!, places.ContentStart, content.Length).unsqueeze(1),
        _ => null,
    };

    /// <summary>True when the adapter trains what content tokens are made of.</summary>
    private bool TrainsInput => (adapter.Embedding is not null && content.Ids is not null) || adapter.PositionTable is not null;

    /// <summary>Content tokens of trained embeddings and positions, [A, B·T, D].</summary>
    private Tensor TrainedInput()
    {
        int t = content.Length;
        var rows = adapter.Embedding is { } table && content.Ids is { } ids
            ? LookUp(table, ids)
            : ForArms(Stage.Tokens, 0, () => content.Tokens);
        if (options.Positions == Positions.None || options.Positions == Positions.Rotary)
        {
            return rows;
        }

        var positions = adapter.PositionTable is { } trained
            ? backbone.PositionsOf(trained, places.ContentStart, t).unsqueeze(1)
            : FrozenPositions()!;
        positions = positions.dim() == 4 && positions.shape[0] != arms ? backbone.Groups.PerArm(positions, arms) : positions;
        return (rows.view(arms, sequences, t, width) + positions).view(arms, sequences * t, width);
    }

    /// <summary>
    /// The batch's tokens out of trained rows, [A, V, D] to [A, B·T, D]. A small vocabulary is looked up by a product with
    /// rows of zeros and a one, whose gradient adds in the same order on every device; a large one by index, since that
    /// product grows with it.
    /// </summary>
    private Tensor LookUp(Tensor table, Tensor ids)
    {
        int rows = sequences * content.Length, vocabulary = options.Vocabulary;
        bool byIndex = vocabulary > MostMultiplied;
        var found = batch.IsAll ? content.Constants.Get(new(Stage.Lookup, 0, arms), () => Of(ids)) : Of(batch.Select(ids));
        return byIndex ? table.view(arms * vocabulary, width).index_select(0, found).view(arms, rows, width) : found.bmm(table);

        Tensor Of(Tensor chosen)
        {
            var perArm = backbone.Groups.PerArm(chosen.reshape(groups, rows), arms);
            return byIndex
                ? (perArm + arange(arms, int64, perArm.device).mul(vocabulary).unsqueeze(1)).view(-1)
                : nn.functional.one_hot(perArm, vocabulary).to(backbone.Dtype);
        }
    }

    private Tensor Normed(int layer) => live.NormsBefore(NormPlace.Attention)
        ? Full(Stage.Normed, layer, () => Frozen().Normalize(Input(layer), layer, NormPlace.Attention))
        : Input(layer);

    /// <summary>The layer's input on the rows whose output is needed, [G, N, Tq, D].</summary>
    private Tensor QueryInput(int layer, bool last) => last ? content.TakeReads(Input(layer)) : Input(layer);

    private Tensor QueryNormed(int layer, bool last) => last ? content.TakeReads(Normed(layer)) : Normed(layer);

    /// <summary>Frozen heads of constant rows, turned when positions are rotary: [G, N, H, M, Dh].</summary>
    private Tensor FrozenHeads(int layer, Projection projection, bool reads)
    {
        var rows = reads ? QueryNormed(layer, last: true) : Normed(layer);
        int m = (int)rows.shape[2];
        var linear = backbone.Layers[layer][projection];
        var projected = Frozen().Times(Flat(rows), content.Sequences * m, linear.Transposed, linear.BiasRow)
            .view(groups, content.Sequences, m, projection == Projection.Q ? heads : keyHeads, headWidth).transpose(2, 3);
        if (options.Positions != Positions.Rotary || projection == Projection.V)
        {
            return AttentionMath.ForQueries(projected, heads);
        }

        var positions = Enumerable.Range(content.FirstPosition, content.Length);
        if (reads && content.ReadsPerSequence is null)
        {
            positions = content.Reads.Select(position => content.FirstPosition + position);
        }

        var signal = PositionSignals.Rotary([.. positions], options).to(backbone.Dtype, backbone.Device);
        if (reads && content.ReadsPerSequence is { } own)
        {
            signal = signal.index_select(1, own.reshape(-1)).view(2, groups, content.Sequences, 1, m, headWidth);
        }

        return AttentionMath.ForQueries(PositionSignals.Rotate(projected, signal, headWidth), heads);
    }

    private Tensor Queries(int layer, bool last) => Full(last ? Stage.QueriesOfReads : Stage.Queries, layer, () => FrozenHeads(layer, Projection.Q, last));

    private Tensor Keys(int layer) => Full(Stage.Keys, layer, () => FrozenHeads(layer, Projection.K, reads: false));

    private Tensor Values(int layer) => Full(Stage.Values, layer, () => FrozenHeads(layer, Projection.V, reads: false));

    /// <summary>Content scores, scaled, −∞ where a token does not see another: [G, N, H, Tq, T].</summary>
    private Tensor Scores(int layer, bool last)
    {
        var scores = (Queries(layer, last) * options.ScoreScale()).matmul(Keys(layer).transpose(3, 4));
        if (!options.Causal)
        {
            return content.Unpadded(Batch.All, backbone.Dtype) is { } padding ? scores + padding.unsqueeze(2) : scores;
        }

        if (last && content.ReadsPerSequence is not null)
        {
            return scores + content.SeenByReads(Batch.All, backbone.Dtype).unsqueeze(2);
        }

        var query = last ? content.ReadIndex : arange(content.Length, int64, backbone.Device);
        var hidden = arange(content.Length, int64, backbone.Device).unsqueeze(0) > query.unsqueeze(1);
        return scores.masked_fill(hidden, double.NegativeInfinity);
    }

    /// <summary>log Z_X per query and head, [G, N, Tq, H, 1].</summary>
    private Tensor LogMass(int layer, bool last) =>
        Full(last ? Stage.LogMass : Stage.LogMassOfAll, layer, () => Scores(layer, last).logsumexp(-1, keepdim: true).transpose(2, 3));

    /// <summary>N_X / Z_X per query and head, [G, N, Tq, H, Dh].</summary>
    private Tensor Means(int layer, bool last) =>
        Full(last ? Stage.Means : Stage.MeansOfAll, layer, () => Scores(layer, last).softmax(-1).matmul(Values(layer)).transpose(2, 3));

    private Tensor Flat(Tensor rows) => rows.reshape(groups, -1, rows.shape[^1]);
}
