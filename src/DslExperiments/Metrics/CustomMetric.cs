using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>A metric that a method of the user's partial class measures: <c>custom.…</c> in specs.</summary>
/// <param name="name">The name in specs.</param>
/// <param name="measure">Gives one value per arm in stacking order, [A]; runs without gradient and inside a scope.</param>
public sealed class CustomMetric(string name, Func<TrainedCohort, double[]> measure) : Metric
{
    /// <inheritdoc/>
    public override string Name { get; } = name;

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return measure(trained);
    }
}
