using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The named weights themselves are trained, from their frozen values on, biases with their matrix; <c>all</c> includes
/// gains and shifts of the normalisations and, where the backbone has them, embedding, unembedding and positions. What an
/// arm that trains <c>all</c> exports is a whole backbone, see <see cref="BackboneWeights"/>.
/// </summary>
public sealed class FullTuning : Adapter
{
    private readonly TrainedLinear?[,] replacements;
    private readonly Dictionary<(int Layer, NormPlace Place), Tensor> gains = [];
    private readonly Dictionary<(int Layer, NormPlace Place), Tensor> shifts = [];

    /// <summary>Copies the frozen weights of each arm's seed. All arms train the same weights.</summary>
    public FullTuning(IReadOnlyList<FullOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone), task)
    {
        replacements = new TrainedLinear?[backbone.Options.Depth + backbone.Options.DecoderDepth, Enum.GetValues<Projection>().Length];
        foreach (var (layer, projection) in Projections.Places(options[0].On, backbone.Options))
        {
            replacements[layer, (int)projection] = new TrainedLinear(
                Named(WeightNames.Matrix(layer, projection)).Leaf, FindNamed(WeightNames.Bias(layer, projection))?.Leaf);
        }

        foreach (var (layer, place) in Norms(options, backbone.Options))
        {
            gains[(layer, place)] = Named(WeightNames.Gain(layer, place)).Leaf;
            if (FindNamed(WeightNames.Shift(layer, place)) is { } shift)
            {
                shifts[(layer, place)] = shift.Leaf;
            }
        }

        Embedding = FindNamed(WeightNames.Embedding)?.Leaf;
        Unembedding = backbone.Options.Tied ? Embedding : FindNamed(WeightNames.Unembedding)?.Leaf;
        PositionTable = FindNamed(WeightNames.Positions)?.Leaf;
        RelativeTable = FindNamed(WeightNames.Relative)?.Leaf;
        DecoderRelativeTable = FindNamed(WeightNames.DecoderRelative)?.Leaf;
    }

    /// <inheritdoc/>
    public override Tensor? Embedding { get; }

    /// <inheritdoc/>
    public override Tensor? Unembedding { get; }

    /// <inheritdoc/>
    public override Tensor? PositionTable { get; }

    /// <inheritdoc/>
    public override Tensor? RelativeTable { get; }

    /// <inheritdoc/>
    public override Tensor? DecoderRelativeTable { get; }

    /// <inheritdoc/>
    public override TrainedLinear? Replacement(int layer, Projection projection) => replacements[layer, (int)projection];

    /// <inheritdoc/>
    public override Tensor? Gain(int layer, NormPlace place) => gains.GetValueOrDefault((layer, place));

    /// <inheritdoc/>
    public override Tensor? Shift(int layer, NormPlace place) => shifts.GetValueOrDefault((layer, place));

    private static IEnumerable<(int Layer, NormPlace Place)> Norms(IReadOnlyList<FullOptions> options, TransformerOptions backbone) =>
        options[0].On.Contains(Projection.All) ? backbone.NormPlaces() : [];

    private static List<AdapterTensorPlan> Layout(IReadOnlyList<FullOptions> options, Transformer backbone)
    {
        var on = Projections.Expand(options[0].On, backbone.Options);
        bool all = options[0].On.Contains(Projection.All);
        if (options.Any(o => o.On.Contains(Projection.All) != all || !Projections.Expand(o.On, backbone.Options).SequenceEqual(on)))
        {
            throw new ArgumentException("The arms of a cohort must train the same weights.", nameof(options));
        }

        var tensors = new List<AdapterTensorPlan>();
        foreach (var (layer, projection) in Projections.Places(on, backbone.Options))
        {
            var frozen = backbone.Layers[layer][projection];
            tensors.Add(new(
                WeightNames.Matrix(layer, projection), arm => backbone.Groups.Of(frozen.Matrix, arm), LeafView.Transposed));
            if (frozen.Bias is { } bias)
            {
                tensors.Add(new(
                    WeightNames.Bias(layer, projection), arm => backbone.Groups.Of(bias, arm), LeafView.Row));
            }
        }

        foreach (var (layer, place) in Norms(options, backbone.Options))
        {
            var (gain, shift) = (backbone.Gain(layer, place), backbone.Shift(layer, place));
            tensors.Add(new(
                WeightNames.Gain(layer, place),
                arm => gain is null ? ones(backbone.Options.Width, float64) : backbone.Groups.Of(gain, arm)[0],
                LeafView.Row));
            if (backbone.Options.NormBias)
            {
                tensors.Add(new(
                    WeightNames.Shift(layer, place),
                    arm => shift is null ? zeros(backbone.Options.Width, float64) : backbone.Groups.Of(shift, arm)[0],
                    LeafView.Row));
            }
        }

        if (all)
        {
            Add(WeightNames.Embedding, backbone.Embedding);
            Add(WeightNames.Unembedding, backbone.Options.Tied ? null : backbone.Unembedding);
            Add(WeightNames.Positions, backbone.PositionTable);
            Add(WeightNames.Relative, backbone.RelativeTable);
            Add(WeightNames.DecoderRelative, backbone.DecoderRelativeTable);
        }

        return tensors;

        void Add(string name, Tensor? table)
        {
            if (table is not null)
            {
                tensors.Add(new(name, arm => backbone.Groups.Of(table, arm)));
            }
        }
    }
}
