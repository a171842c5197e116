using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// A trained linear layer on the backbone's outputs that gives a score per class, for all arms of a cohort, as P-Tuning v2
/// has it: C (D + 1) numbers per arm beside those of the method. Frozen rows with a head are a linear probe.
/// </summary>
/// <param name="Transposed">The weight's transpose, [A, D, C].</param>
/// <param name="BiasRow">[A, 1, C].</param>
public sealed record ClassifierHead(Tensor Transposed, Tensor BiasRow)
{
    /// <summary>[C, D] in saved adapters.</summary>
    public const string Weight = "classifier.weight";

    /// <summary>[C] in saved adapters.</summary>
    public const string Bias = "classifier.bias";

    private static readonly Initializer Start = new Normal(0.02);

    /// <summary>Classes, C.</summary>
    public int Classes => (int)BiasRow.shape[2];

    /// <summary>Scores of the classes: [A, B, reads, D] to [A, B, reads, C].</summary>
    public Tensor Scores(Tensor outputs)
    {
        long[] shape = outputs.shape;
        return BiasRow.baddbmm(outputs.reshape(shape[0], -1, shape[^1]), Transposed).view([.. shape[..^1], Classes]);
    }

    /// <summary>Numbers per arm.</summary>
    public static long Count(int classes, int width) => classes * (width + 1L);

    /// <summary>The tensors, each drawn from its arm's own seed.</summary>
    internal static IEnumerable<AdapterTensorPlan> Layout(int classes, int width, IReadOnlyList<int> seeds) =>
    [
        new(Weight, arm => Start.Draw([classes, width], Seeds.Derive(seeds[arm], "adapter/" + Weight)), LeafView.Transposed),
        new(Bias, _ => zeros([classes], float64), LeafView.Row),
    ];

    /// <summary>The head whose tensors lie in a buffer, or null.</summary>
    internal static ClassifierHead? In(AdapterBuffer buffer) =>
        buffer.Find(Weight) is { } weight ? new ClassifierHead(weight.Leaf, buffer[Bias].Leaf) : null;
}
