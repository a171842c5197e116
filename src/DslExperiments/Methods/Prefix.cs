using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// P trained virtual tokens in every layer, or in some: as keys and values, 2·L·P·D numbers per arm, fewer when heads share
/// keys (Li and Liang 2021; Liu et al. 2022), or as rows at the layer's input, L·P·D numbers (Petrov et al. 2024). Content
/// attends to them whether the backbone is causal or not; they attend to nothing, and positions do not turn them but where
/// they count, see <see cref="VirtualPositions"/>. With a reparametrisation an MLP makes them, see <see cref="PrefixEncoder"/>.
/// </summary>
public sealed class Prefix : Adapter
{
    private readonly PrefixForm form;
    private readonly int[] places;
    private readonly int[] lengths;
    private readonly Tensor? mask;
    private readonly PrefixEncoder? encoder;
    private PrefixRows?[] rows;
    private int version;

    /// <summary>Draws the prefixes, each tensor from its arm's own seed and length. All arms have the same form and layers.</summary>
    /// <param name="options">Length, form, layers, start and caps of every arm.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="task">The task, whose classes ask for a head.</param>
    public Prefix(IReadOnlyList<PrefixOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone, seeds), task) =>
        (form, places, lengths, mask, encoder, rows) = Open(options, backbone.Options);

    /// <summary>Looks at its rows in a buffer that <see cref="Layout"/> had a part in.</summary>
    internal Prefix(IReadOnlyList<PrefixOptions> options, Transformer backbone, AdapterBuffer buffer)
        : base(buffer) =>
        (form, places, lengths, mask, encoder, rows) = Open(options, backbone.Options);

    /// <inheritdoc/>
    public override bool HasVirtualTokens => true;

    /// <summary>The layers that have a prefix, those of a decoder after the others; none named stands for all.</summary>
    /// <exception cref="ExperimentUsageException">The backbone has no such layer.</exception>
    public static int[] LayersOf(PrefixOptions options, TransformerOptions backbone)
    {
        int depth = backbone.Depth + backbone.DecoderDepth;
        int stranger = options.Layers.FirstOrDefault(layer => layer < 0 || layer >= depth, -1);
        return options.Layers.Any(layer => layer < 0 || layer >= depth)
            ? throw new ExperimentUsageException($"methods.prefix.layers: there is no layer {stranger}; the backbone's are 0 to {depth - 1}.")
            : options.Layers.Count == 0 ? [.. Enumerable.Range(0, depth)] : [.. options.Layers.Distinct().Order()];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int>? PrefixLengths => lengths;

    /// <inheritdoc/>
    public override PrefixRows? PrefixOf(int layer)
    {
        if (encoder is not null && (version != Buffer.Version || rows.All(row => row is null || (row.Rows ?? row.Keys!).IsInvalid)))
        {
            rows = Encoded(encoder.Run());
            version = Buffer.Version;
        }

        return rows[layer];
    }

    /// <summary>Names and sizes of what a prefix consists of: <c>layers.0.prefix.key</c>, <c>layers.0.prefix.value</c>, …</summary>
    internal static IEnumerable<(string Name, long Width)> Parts(PrefixOptions options, TransformerOptions backbone) =>
        from layer in LayersOf(options, backbone)
        from part in PartsOf(options.Form)
        select (NameOf(layer, part), options.Form == PrefixForm.KeyValue ? (long)backbone.KeyValueWidth() : backbone.Width);

    /// <summary>The prefixes' tensors.</summary>
    internal static List<AdapterTensorPlan> Layout(IReadOnlyList<PrefixOptions> options, Transformer backbone, IReadOnlyList<int> seeds)
    {
        var first = options[0];
        int[] layers = LayersOf(first, backbone.Options);
        if (options.Any(o => o.Form != first.Form || o.Reparametrization != first.Reparametrization || !LayersOf(o, backbone.Options).SequenceEqual(layers)))
        {
            throw new ArgumentException("The arms of a cohort must have prefixes of the same form, in the same layers.", nameof(options));
        }

        return first.Reparametrization > 0
            ? PrefixEncoder.Layout(options, backbone.Options, seeds)
            : [.. Parts(first, backbone.Options).Select(part => new AdapterTensorPlan(part.Name, arm => options[arm].Init.Draw(
                [options[arm].Length, part.Width], Seeds.Derive(seeds[arm], "adapter/prefix/" + part.Name))))];
    }

    /// <inheritdoc/>
    protected internal override void Prepare() => version = encoder is null ? version : -1;

    /// <summary>Keys and values in place of what an encoder makes them of, as PEFT saves them.</summary>
    protected internal override void Convert(OrderedDictionary<string, Tensor> exported, int arm) => encoder?.Convert(exported, arm);

    internal static string NameOf(int layer, string part) => $"layers.{layer}.prefix.{part}";

    private static string[] PartsOf(PrefixForm form) => form == PrefixForm.KeyValue ? ["key", "value"] : ["rows"];

    private (PrefixForm Form, int[] Places, int[] Lengths, Tensor? Mask, PrefixEncoder? Encoder, PrefixRows?[] Rows) Open(
        IReadOnlyList<PrefixOptions> options, TransformerOptions backbone)
    {
        int[] layers = LayersOf(options[0], backbone), counts = [.. options.Select(o => o.Length)];
        var all = new PrefixRows?[backbone.Depth + backbone.DecoderDepth];
        if (options[0].Reparametrization > 0)
        {
            var made = new PrefixEncoder(options, backbone, Buffer);
            return (options[0].Form, layers, counts, PromptRows.MaskOf(made.Embedding, counts), made, all);
        }

        Tensor? padding = null;
        foreach (int layer in layers)
        {
            var tensors = PartsOf(options[0].Form).Select(part => Named(NameOf(layer, part))).ToArray();
            padding ??= PromptRows.MaskOf(tensors[0].Leaf, counts);
            if (options[0].Form == PrefixForm.KeyValue)
            {
                all[layer] = new PrefixRows(null, tensors[0].Leaf, tensors[1].Leaf, padding);
                CapNorms(tensors[0], [.. options.Select(o => o.KeyCap)]);
                CapNorms(tensors[1], [.. options.Select(o => o.ValueCap)]);
            }
            else
            {
                all[layer] = new PrefixRows(tensors[0].Leaf, null, null, padding);
                CapNorms(tensors[0], [.. options.Select(o => o.NormCap)]);
            }
        }

        return (options[0].Form, layers, counts, padding, null, all);
    }

    /// <summary>What an encoder made, part by part, by layer.</summary>
    private PrefixRows?[] Encoded(IReadOnlyList<Tensor> made)
    {
        var all = new PrefixRows?[rows.Length];
        for (int i = 0; i < places.Length; i++)
        {
            all[places[i]] = form == PrefixForm.KeyValue
                ? new PrefixRows(null, made[2 * i], made[(2 * i) + 1], mask)
                : new PrefixRows(made[i], null, null, mask);
        }

        return all;
    }
}
