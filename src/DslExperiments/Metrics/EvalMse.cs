using DslExperiments.Cohorts;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary><c>eval.mse</c>: the mean squared error on points that training never saw. NaN for tasks without such points.</summary>
public sealed class EvalMse : Metric
{
    /// <inheritdoc/>
    public override string Name => "eval.mse";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        if (trained.Task is not SphereRegression task)
        {
            return [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var outputs = trained.Backbone.Forward(task.Test, trained.Adapter, Batch.All);
        return (outputs - trained.Backbone.Groups.PerArm(task.TestTargets, trained.Adapter.Arms)).square().mean([1, 2, 3]).ToDoubles();
    }
}
