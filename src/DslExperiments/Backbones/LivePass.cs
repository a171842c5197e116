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
internal sealed partial class LivePass(Transformer backbone, Content content, Adapter adapter, Batch batch, Action<int, Tensor>? watch = null)
{
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

    private Tensor Reads(Tensor rows, LiveRows input)
    {
        if (content.ReadsPerSequence is not null)
        {
            return rows.reshape(arms * input.Count, width).index_select(0, OwnReads(input)).view(arms, input.B * content.ReadCount, width);
        }

        var sequences = (input.P == 0 ? rows : rows.narrow(1, input.P, input.B * input.T)).view(arms, input.B, input.T, width);
        return content.TakeReads(sequences, input.Front).reshape(arms, input.B * content.ReadCount, width);
    }
}
