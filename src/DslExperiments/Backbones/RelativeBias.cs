using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// Rows before the content that a stack of layers reads: prompt rows or the keys of a prefix. An arm with fewer than the
/// longest counts from its own first one, so that distances are those of the arm alone.
/// </summary>
/// <param name="Count">Rows with padding, P.</param>
/// <param name="Lengths">Real rows of every arm, [A]; empty for no rows at all.</param>
/// <param name="Counted">True when they take positions; else they have none, and no bias.</param>
internal sealed record RowsBefore(int Count, IReadOnlyList<int> Lengths, bool Counted)
{
    /// <summary>None.</summary>
    public static RowsBefore None { get; } = new(0, [], true);

    /// <summary>True when positions differ between arms.</summary>
    public bool Differ => Counted && Lengths.Distinct().Count() > 1;

    /// <summary>Position of a column of prompt and content, content counted from 0; null for none.</summary>
    public int? PositionOf(int arm, int column) => column >= Count
        ? column - Count
        : Counted ? column - Lengths[arm] : null;

    /// <inheritdoc/>
    public override string ToString() => $"{(Counted ? "counted" : "none")}:{Count}:{string.Join(',', Lengths)}";
}

/// <summary>Biases of distances between rows, one per head and bucket: what is added to the scores of a stack of layers.</summary>
/// <param name="backbone">The frozen biases.</param>
/// <param name="adapter">The trained ones, and what keeps constants.</param>
/// <param name="decoder">True for a decoder's, whose rows see only earlier ones.</param>
internal sealed class RelativeBias(Transformer backbone, Adapter adapter, bool decoder)
{
    private readonly TransformerOptions options = backbone.Options;
    private readonly Dictionary<string, Tensor> trained = [];

    /// <summary>
    /// Biases, and −∞ where a decoder's row must not look, [A or 1, 1, H, queries, keys]; null when there is nothing to
    /// add. Keys are rows before the content and the content; queries are the last ones of these.
    /// </summary>
    /// <param name="queries">Queries: content, or <paramref name="before"/> and content.</param>
    /// <param name="content">Content rows.</param>
    /// <param name="before">Rows before the content.</param>
    public Tensor? Of(int queries, int content, RowsBefore before)
    {
        string outline = $"{(decoder ? "decoder" : "encoder")}:{before}";
        var mask = decoder
            ? adapter.Constants.Get(new(Stage.CausalMask, 0, queries, content, before.Count, outline), () => Causal(queries, content + before.Count))
            : null;
        if (options.Positions != Positions.Relative)
        {
            return mask;
        }

        if ((decoder ? adapter.DecoderRelativeTable : adapter.RelativeTable) is not { } table)
        {
            var frozen = decoder ? backbone.DecoderRelativeTable! : backbone.RelativeTable!;
            return adapter.Constants.Get(new(Stage.Relative, 0, queries, content, before.Count, outline), () =>
            {
                var bias = Gather(frozen.shape[0] == 1 && !before.Differ ? frozen : backbone.Groups.PerArm(frozen, adapter.Arms), Index(queries, content, before));
                return (mask is null ? bias : bias + mask).contiguous();
            });
        }

        // Once per pass: all layers of the stack add the same.
        string key = $"{queries}:{content}:{outline}";
        if (!trained.TryGetValue(key, out var known))
        {
            var index = adapter.Constants.Get(new(Stage.Relative, 1, queries, content, before.Count, outline), () => Index(queries, content, before));
            var bias = Gather(table, index);
            trained[key] = known = mask is null ? bias : bias + mask;
        }

        return known;
    }

    /// <summary>Rows of [X, buckets, H] by [queries, keys] or [A, queries, keys]: [X, 1, H, queries, keys].</summary>
    private Tensor Gather(Tensor table, Tensor index)
    {
        // The last row stands for no bias.
        long x = table.shape[0], rows = options.RelativeBuckets + 1, queries = index.shape[^2], keys = index.shape[^1];
        var padded = cat([table, zeros([x, 1, options.Heads], backbone.Dtype, backbone.Device)], 1);
        var picked = index.dim() == 2
            ? padded.index_select(1, index.view(-1))
            : padded.view(x * rows, options.Heads).index_select(0, (index + arange(x, int64, backbone.Device).mul(rows).view(-1, 1, 1)).view(-1));
        return picked.view(x, queries, keys, options.Heads).permute(0, 3, 1, 2).unsqueeze(1);
    }

    private Tensor Index(int queries, int content, RowsBefore before)
    {
        int arms = before.Differ ? adapter.Arms : 1, keys = before.Count + content;
        var values = new long[arms * queries * keys];
        for (int arm = 0; arm < arms; arm++)
        {
            for (int row = 0; row < queries; row++)
            {
                int? from = before.PositionOf(arm, keys - queries + row);
                for (int column = 0; column < keys; column++)
                {
                    values[(((arm * queries) + row) * keys) + column] = before.PositionOf(arm, column) is { } to && from is { } position
                        ? RelativeBuckets.Of(to - position, !decoder, options.RelativeBuckets, options.RelativeDistance)
                        : options.RelativeBuckets;
                }
            }
        }

        return tensor(values, before.Differ ? [arms, queries, keys] : [queries, keys], int64, backbone.Device);
    }

    private Tensor Causal(int queries, int keys) =>
        full([queries, keys], double.NegativeInfinity, backbone.Dtype, backbone.Device).triu(keys - queries + 1).view(1, 1, 1, queries, keys);
}
