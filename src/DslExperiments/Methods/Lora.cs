using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// Low-rank updates <c>W + s B A</c>, s = alpha / R or alpha / sqrt(R) (Hu et al. 2021; Kalajdzievski 2023): R (in + out)
/// numbers per arm and weight. B starts at zero, so every arm starts as the frozen backbone.
/// </summary>
public sealed class Lora : Adapter
{
    private readonly LowRank?[,] changes;

    /// <summary>Draws the factors, each from its arm's own seed and rank. All arms adapt the same weights.</summary>
    public Lora(IReadOnlyList<LoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone, seeds), task) => changes = Changes(options, backbone);

    /// <summary>Looks at its factors in a buffer that <see cref="Layout"/> had a part in.</summary>
    internal Lora(IReadOnlyList<LoraOptions> options, Transformer backbone, AdapterBuffer buffer)
        : base(buffer) => changes = Changes(options, backbone);

    /// <summary>The factor on B A.</summary>
    public static double ScaleOf(LoraOptions options)
    {
        double alpha = options.Alpha == 0 ? options.Rank : options.Alpha;
        return alpha / (options.RankStabilized ? Math.Sqrt(options.Rank) : options.Rank);
    }

    /// <inheritdoc/>
    public override LowRank? Change(int layer, Projection projection) => changes[layer, (int)projection];

    /// <summary>The factors' tensors.</summary>
    internal static List<AdapterTensorPlan> Layout(
        IReadOnlyList<LoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds)
    {
        var tensors = new List<AdapterTensorPlan>();
        foreach (var (layer, projection) in Places(options, backbone))
        {
            var (outputs, inputs) = Projections.ShapeOf(projection, backbone.Options);
            string name = NameOf(layer, projection, "A");
            tensors.Add(new(
                name,
                arm => options[arm].Init.Draw([options[arm].Rank, inputs], Seeds.Derive(seeds[arm], "adapter/" + name)),
                LeafView.Transposed));
            tensors.Add(new(
                NameOf(layer, projection, "B"), arm => zeros([outputs, options[arm].Rank], float64), LeafView.Transposed));
        }

        return tensors;
    }

    private LowRank?[,] Changes(IReadOnlyList<LoraOptions> options, Transformer backbone)
    {
        double[] scales = [.. options.Select(ScaleOf)];
        bool equal = scales.All(scale => scale.Equals(scales[0]));
        Tensor? perArm = equal ? null : tensor(scales, backbone.Dtype, backbone.Device).view(-1, 1, 1);
        var all = new LowRank?[backbone.Options.Depth + backbone.Options.DecoderDepth, Enum.GetValues<Projection>().Length];
        foreach (var (layer, projection) in Places(options, backbone))
        {
            all[layer, (int)projection] = new LowRank(
                Named(NameOf(layer, projection, "A")).Leaf, Named(NameOf(layer, projection, "B")).Leaf, equal ? scales[0] : 1, perArm);
        }

        return all;
    }

    internal static string NameOf(int layer, Projection projection, string factor) =>
        $"layers.{layer}.{Projections.NameOf(projection)}.lora_{factor}";

    private static IEnumerable<(int Layer, Projection Projection)> Places(IReadOnlyList<LoraOptions> options, Transformer backbone)
    {
        var on = Projections.Expand(options[0].On, backbone.Options);
        if (options.Any(o => !Projections.Expand(o.On, backbone.Options).SequenceEqual(on)))
        {
            throw new ArgumentException("The arms of a cohort must adapt the same weights.", nameof(options));
        }

        return Projections.Places(on, backbone.Options);
    }
}
