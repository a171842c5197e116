using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>
/// Layers whose rows see earlier rows of their sequence: new rows are computed on top of the keys and values of earlier
/// ones. Rows are [A, N·T, D], N sequences per arm and T new rows of each.
/// </summary>
internal sealed class CachedLayers
{
    private readonly Transformer backbone;
    private readonly Adapter adapter;
    private readonly TransformerOptions options;
    private readonly RowMath math;
    private readonly Dictionary<int, KeyValueCache> caches = [];
    private readonly Dictionary<int, Front> fronts = [];
    private readonly int first;
    private readonly int end;
    private readonly int sequences;

    /// <summary>Starts without any rows.</summary>
    /// <param name="backbone">The frozen weights.</param>
    /// <param name="adapter">What changes them, A arms.</param>
    /// <param name="first">The first layer.</param>
    /// <param name="end">The layer after the last one.</param>
    /// <param name="sequences">Sequences per arm, N.</param>
    public CachedLayers(Transformer backbone, Adapter adapter, int first, int end, int sequences)
    {
        this.backbone = backbone;
        this.adapter = adapter;
        this.first = first;
        this.end = end;
        this.sequences = sequences;
        options = backbone.Options;
        math = new RowMath(backbone, adapter, adapter.Arms);
        for (int layer = first; layer < end; layer++)
        {
            caches[layer] = new KeyValueCache(
                (long)adapter.Arms * sequences * options.KeyValueHeadCount(), options.HeadSize(), backbone.Dtype, backbone.Device);
        }
    }

    /// <summary>What rows do besides attention: products, norms.</summary>
    public RowMath Math => math;

    /// <summary>Virtual tokens before the sequences in a layer; without any, zero of them.</summary>
    public Front FrontOf(int layer) => fronts.GetValueOrDefault(layer) ?? Front.None;

    /// <summary>Puts virtual tokens before the sequences of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="keys">[A, N or 1, Hkv, F, Dh].</param>
    /// <param name="values">[A, N or 1, Hkv, F, Dh].</param>
    /// <param name="mask">0 for real ones and −∞ for padding, [A, F]; or null.</param>
    public void Begin(int layer, Tensor keys, Tensor values, Tensor? mask)
    {
        fronts[layer] = new Front((int)keys.shape[3], mask);
        caches[layer].Append(PerSequence(keys), PerSequence(values));
    }

    /// <summary>The layer's prefix as keys and values before the sequences.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="turn">Turns keys to their position, [A, 1, Hkv, F, Dh].</param>
    public void BeginWithPrefix(int layer, Func<Tensor, Tensor> turn)
    {
        if (adapter.PrefixOf(layer) is not { } prefix)
        {
            return;
        }

        var (keys, values) = (prefix.Keys, prefix.Values);
        if (prefix.Rows is { } rows)
        {
            int count = (int)rows.shape[1];
            var normed = math.Before(rows, layer, NormPlace.Attention);
            (keys, values) = (math.Project(layer, Projection.K, normed, count), math.Project(layer, Projection.V, normed, count));
        }

        Begin(layer, turn(Heads(keys!, 1, options.KeyValueHeadCount())), Heads(values!, 1, options.KeyValueHeadCount()), prefix.KeyMask);
    }

    /// <summary>Rows of heads, [A, N·T, H·Dh] to [A, N, H, T, Dh].</summary>
    public Tensor Heads(Tensor rows, long n, long count) =>
        rows.reshape(rows.shape[0], n, rows.shape[1] / n, count, options.HeadSize()).transpose(2, 3);

    /// <summary>Keys and values of a layer so far, [A, N, Hkv, M, Dh].</summary>
    public (Tensor Keys, Tensor Values) Remembered(int layer)
    {
        var none = empty([(long)adapter.Arms * sequences * options.KeyValueHeadCount(), 0, options.HeadSize()], backbone.Dtype, backbone.Device);
        var (keys, values) = caches[layer].Append(none, none);
        return (Apart(keys), Apart(values));

        Tensor Apart(Tensor rows) => rows.view(adapter.Arms, sequences, options.KeyValueHeadCount(), rows.shape[1], options.HeadSize());
    }

    /// <summary>New rows through all layers, without the normalisation at the end: [A, N·T, D].</summary>
    /// <param name="rows">[A, N·T, D].</param>
    /// <param name="turn">Turns queries and keys to their positions, [A, N, heads, T, Dh].</param>
    /// <param name="added">What is added to a layer's scores, broadcastable to [A, N, H, T, M]; or null.</param>
    /// <param name="entering">Is shown the rows that enter a layer; or null.</param>
    /// <param name="crossed">What follows a layer's attention before its MLP; or null.</param>
    public Tensor Run(
        Tensor rows, Func<Tensor, Tensor> turn, Func<int, Tensor?> added, Action<int, Tensor>? entering = null, Func<int, Tensor, Tensor>? crossed = null)
    {
        int m = (int)rows.shape[1];
        long shared = options.KeyValueHeadCount();
        for (int layer = first; layer < end; layer++)
        {
            entering?.Invoke(layer, rows);
            var (q, k, v) = Projected(layer, math.Before(rows, layer, NormPlace.Attention), m);
            var (keys, values) = caches[layer].Append(
                PerSequence(turn(Heads(k, sequences, shared))), PerSequence(Heads(v, sequences, shared)));
            var mixed = Mix(turn(Heads(q, sequences, options.Heads)), keys, values, added(layer));
            rows = math.Attended(layer, mixed, m, rows);
            rows = crossed is null ? rows : crossed(layer, rows);
            rows = math.Mlp(layer, rows, m);
        }

        return rows;
    }

    /// <summary>Attention of queries [A, N, H, T, Dh] over keys [A·N·Hkv, M, Dh]: joined heads, [A, N·T, H·Dh].</summary>
    public Tensor Mix(Tensor queries, Tensor keys, Tensor values, Tensor? added)
    {
        long arms = queries.shape[0], heads = options.Heads, t = queries.shape[3], size = options.HeadSize();
        var scores = AttentionMath.Scores(queries.reshape(keys.shape[0], -1, size), keys, null, options.ScoreScale());
        if (added is not null)
        {
            scores = (scores.view(arms, sequences, heads, t, -1) + added).view(scores.shape);
        }

        return scores.softmax(-1).bmm(values).view(arms, sequences, heads, t, size).transpose(2, 3).reshape(arms, sequences * t, heads * size);
    }

    /// <summary>Heads [A, N or 1, Hkv, T, Dh] as [A·N·Hkv, T, Dh].</summary>
    public Tensor PerSequence(Tensor heads)
    {
        long[] shape = heads.shape;
        return heads.expand([shape[0], sequences, .. shape[2..]]).reshape(shape[0] * sequences * shape[2], shape[3], shape[4]);
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
}

/// <summary>Virtual tokens before the sequences of a layer.</summary>
/// <param name="Count">How many, with padding.</param>
/// <param name="Mask">0 for real ones and −∞ for padding, [A, F]; or null.</param>
internal sealed record Front(int Count, Tensor? Mask)
{
    public static Front None { get; } = new(0, null);
}
