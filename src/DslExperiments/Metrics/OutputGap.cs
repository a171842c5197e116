using DslExperiments.Cohorts;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>output_gap</c>: the Frobenius distance between what the adapted backbone makes of the two sequences of
/// common_target. NaN for other tasks.
/// </summary>
public sealed class OutputGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "output_gap";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        if (trained.Task is not CommonTarget task)
        {
            return [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return InputGap.Of(trained.Backbone.Forward(task.Content, trained.Adapter, Batch.All)).ToDoubles();
    }
}
