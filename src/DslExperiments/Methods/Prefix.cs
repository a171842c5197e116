using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// P trained virtual tokens in every layer: as keys and values, 2·L·P·D numbers per arm, fewer when heads share keys (Li and Liang 2021; Liu et al.
/// 2022), or as rows at the layer's input, L·P·D numbers (Petrov et al. 2024). Content attends to them whether the
/// backbone is causal or not; they attend to nothing, and positions do not turn them but where they count, see
/// <see cref="VirtualPositions"/>.
/// </summary>
public sealed class Prefix : Adapter
{
    private readonly PrefixRows[] layers;
    private IReadOnlyList<int> lengths = [];

    /// <summary>Draws the prefixes, each tensor from its arm's own seed and length. All arms have the same form.</summary>
    /// <param name="options">Length, form, start and caps of every arm.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="task">The task, whose classes ask for a head.</param>
    public Prefix(IReadOnlyList<PrefixOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone.Options, seeds), task) => layers = Rows(options, backbone.Options);

    /// <summary>Looks at its rows in a buffer that <see cref="Layout"/> had a part in.</summary>
    internal Prefix(IReadOnlyList<PrefixOptions> options, Transformer backbone, AdapterBuffer buffer)
        : base(buffer) => layers = Rows(options, backbone.Options);

    private PrefixRows[] Rows(IReadOnlyList<PrefixOptions> options, TransformerOptions backbone)
    {
        var form = options[0].Form;
        lengths = [.. options.Select(o => o.Length)];
        var rows = new PrefixRows[backbone.Depth + backbone.DecoderDepth];
        Tensor? mask = null;
        for (int layer = 0; layer < rows.Length; layer++)
        {
            var tensors = PartsOf(form).Select(part => Named(NameOf(layer, part))).ToArray();
            mask = layer == 0 ? PromptRows.MaskOf(tensors[0].Leaf, lengths) : mask;
            if (form == PrefixForm.KeyValue)
            {
                rows[layer] = new PrefixRows(null, tensors[0].Leaf, tensors[1].Leaf, mask);
                CapNorms(tensors[0], [.. options.Select(o => o.KeyCap)]);
                CapNorms(tensors[1], [.. options.Select(o => o.ValueCap)]);
            }
            else
            {
                rows[layer] = new PrefixRows(tensors[0].Leaf, null, null, mask);
                CapNorms(tensors[0], [.. options.Select(o => o.NormCap)]);
            }
        }

        return rows;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int>? PrefixLengths => lengths;

    /// <inheritdoc/>
    public override PrefixRows? PrefixOf(int layer) => layers[layer];

    internal static string NameOf(int layer, string part) => $"layers.{layer}.prefix.{part}";

    private static string[] PartsOf(PrefixForm form) => form == PrefixForm.KeyValue ? ["key", "value"] : ["rows"];

    /// <summary>The prefixes' tensors.</summary>
    internal static List<AdapterTensorPlan> Layout(
        IReadOnlyList<PrefixOptions> options, TransformerOptions backbone, IReadOnlyList<int> seeds)
    {
        if (options.Any(o => o.Form != options[0].Form))
        {
            throw new ArgumentException("The arms of a cohort must have prefixes of the same form.", nameof(options));
        }

        int width = options[0].Form == PrefixForm.KeyValue ? backbone.KeyValueWidth() : backbone.Width;
        return [.. from layer in Enumerable.Range(0, backbone.Depth + backbone.DecoderDepth)
                   from part in PartsOf(options[0].Form)
                   let name = NameOf(layer, part)
                   select new AdapterTensorPlan(name, arm => options[arm].Init.Draw(
                       [options[arm].Length, width], Seeds.Derive(seeds[arm], "adapter/prefix/" + name)))];
    }
}
