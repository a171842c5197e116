using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The named weights themselves are trained, from their frozen values on, biases with their matrix; <c>all</c> includes
/// the gains of the normalisations.
/// </summary>
public sealed class FullTuning : Adapter
{
    private readonly TrainedLinear?[,] replacements;
    private readonly Dictionary<(int Layer, NormPlace Place), Tensor> gains = [];

    /// <summary>Copies the frozen weights of each arm's seed. All arms train the same weights.</summary>
    public FullTuning(IReadOnlyList<FullOptions> options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, seeds.Count, Layout(options, backbone))
    {
        replacements = new TrainedLinear?[backbone.Options.Depth, Enum.GetValues<Projection>().Length];
        for (int layer = 0; layer < backbone.Options.Depth; layer++)
        {
            foreach (var projection in Projections.Expand(options[0].On, backbone.Options))
            {
                replacements[layer, (int)projection] = new TrainedLinear(
                    Named(NameOf(layer, projection, "weight")).Leaf, FindNamed(NameOf(layer, projection, "bias"))?.Leaf);
            }
        }

        foreach (var (layer, place) in Norms(options, backbone.Options))
        {
            gains[(layer, place)] = Named(NameOf(layer, place)).Leaf;
        }
    }

    /// <inheritdoc/>
    public override TrainedLinear? Replacement(int layer, Projection projection) => replacements[layer, (int)projection];

    /// <inheritdoc/>
    public override Tensor? Gain(int layer, NormPlace place) => gains.GetValueOrDefault((layer, place));

    private static string NameOf(int layer, Projection projection, string part) =>
        $"layers.{layer}.{Projections.NameOf(projection)}.{part}";

    private static string NameOf(int layer, NormPlace place) => place switch
    {
        NormPlace.Attention => $"layers.{layer}.attention_norm.weight",
        NormPlace.Mlp => $"layers.{layer}.mlp_norm.weight",
        _ => "final_norm.weight",
    };

    private static IEnumerable<(int Layer, NormPlace Place)> Norms(IReadOnlyList<FullOptions> options, TransformerOptions backbone) =>
        options[0].On.Contains(Projection.All) ? backbone.NormPlaces() : [];

    private static List<AdapterTensorPlan> Layout(IReadOnlyList<FullOptions> options, Transformer backbone)
    {
        var on = Projections.Expand(options[0].On, backbone.Options);
        bool norms = options[0].On.Contains(Projection.All);
        if (options.Any(o => o.On.Contains(Projection.All) != norms || !Projections.Expand(o.On, backbone.Options).SequenceEqual(on)))
        {
            throw new ArgumentException("The arms of a cohort must train the same weights.", nameof(options));
        }

        var tensors = new List<AdapterTensorPlan>();
        for (int layer = 0; layer < backbone.Options.Depth; layer++)
        {
            foreach (var projection in on)
            {
                var frozen = backbone.Layers[layer][projection];
                tensors.Add(new(
                    NameOf(layer, projection, "weight"), arm => frozen.Matrix[backbone.Groups.GroupOf(arm)], LeafView.Transposed));
                if (frozen.Bias is { } bias)
                {
                    tensors.Add(new(
                        NameOf(layer, projection, "bias"), arm => bias[backbone.Groups.GroupOf(arm)], LeafView.Row));
                }
            }
        }

        foreach (var (layer, place) in Norms(options, backbone.Options))
        {
            tensors.Add(new(NameOf(layer, place), _ => ones(backbone.Options.Width, float64), LeafView.Row));
        }

        return tensors;
    }
}
