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
    private readonly double[] scales;
    private readonly Dropout dropout;

    /// <summary>Draws the factors, each from its arm's own seed and rank. All arms adapt the same weights.</summary>
    /// <param name="options">Rank, scale, weights and dropout of every arm.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start and dropout.</param>
    /// <param name="task">The task, whose classes ask for a head.</param>
    public Lora(IReadOnlyList<LoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone, seeds), task) =>
        (scales, dropout, changes) = Open(options, backbone, seeds);

    /// <summary>Looks at its factors in a buffer that <see cref="Layout"/> had a part in.</summary>
    internal Lora(IReadOnlyList<LoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds, AdapterBuffer buffer)
        : base(buffer) =>
        (scales, dropout, changes) = Open(options, backbone, seeds);

    /// <summary>The factor on B A.</summary>
    public static double ScaleOf(LoraOptions options)
    {
        double alpha = options.Alpha == 0 ? options.Rank : options.Alpha;
        return alpha / (options.RankStabilized ? Math.Sqrt(options.Rank) : options.Rank);
    }

    /// <inheritdoc/>
    public override LowRank? Change(int layer, Projection projection) =>
        changes[layer, (int)projection] is { } change && dropout.IsActive && Step is { } step
            ? change with { Drop = rows => dropout.Apply(rows, step, layer, projection) }
            : changes[layer, (int)projection];

    /// <summary>The backbone of an arm with its update added to the weights: <c>W + s B A</c>, nothing of it extra to compute.</summary>
    /// <param name="backbone">The backbone that was adapted.</param>
    /// <param name="arm">The arm.</param>
    public BackboneWeights Merge(Transformer backbone, int arm) => Updated(backbone.WeightsOf(backbone.Groups.GroupOf(arm)), backbone, arm, 1);

    /// <summary>Takes an arm's update back out of merged weights.</summary>
    /// <param name="merged">What <see cref="Merge"/> gave.</param>
    /// <param name="backbone">The backbone that was adapted.</param>
    /// <param name="arm">The arm.</param>
    public BackboneWeights Unmerge(BackboneWeights merged, Transformer backbone, int arm) =>
        Updated(merged.OfSeed(backbone.Groups.ArmSeeds[arm]), backbone, arm, -1);

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

    private (double[] Scales, Dropout Dropout, LowRank?[,] Changes) Open(
        IReadOnlyList<LoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds)
    {
        double[] factors = [.. options.Select(ScaleOf)];
        bool equal = factors.All(factor => factor.Equals(factors[0]));
        Tensor? perArm = equal ? null : tensor(factors, backbone.Dtype, backbone.Device).view(-1, 1, 1);
        var all = new LowRank?[backbone.Options.Depth + backbone.Options.DecoderDepth, Enum.GetValues<Projection>().Length];
        foreach (var (layer, projection) in Places(options, backbone))
        {
            all[layer, (int)projection] = new LowRank(
                Named(NameOf(layer, projection, "A")).Leaf, Named(NameOf(layer, projection, "B")).Leaf, equal ? factors[0] : 1, perArm);
        }

        return (factors, new Dropout([.. options.Select(o => o.Dropout)], seeds), all);
    }

    /// <summary>Weights with <c>sign · s B A</c> of an arm added, in double precision.</summary>
    private BackboneWeights Updated(IReadOnlyDictionary<string, Tensor> weights, Transformer backbone, int arm, int sign)
    {
        using var frozen = no_grad();
        var factors = Export(arm);
        var updated = weights.ToDictionary(weight => weight.Key, weight => weight.Value.detach().to(float64, CPU));
        for (int layer = 0; layer < changes.GetLength(0); layer++)
        {
            foreach (var projection in backbone.Layers[layer].Projections.Where(projection => changes[layer, (int)projection] is not null))
            {
                string name = WeightNames.Matrix(layer, projection);
                var (down, up) = (factors[NameOf(layer, projection, "A")].to(float64), factors[NameOf(layer, projection, "B")].to(float64));
                updated[name] = updated[name] + (up.matmul(down) * (sign * scales[arm]));
            }
        }

        return new BackboneWeights(_ => updated);
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
