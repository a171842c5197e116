using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>train.max_error</c>: the largest Euclidean distance of an output from its target, over all training sequences and
/// the tokens that are read.
/// </summary>
public sealed class TrainMaxError : Metric
{
    /// <inheritdoc/>
    public override string Name => "train.max_error";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var task = trained.Vectors;
        var errors = trained.Backbone.Forward(task.Content, trained.Adapter, Batch.All) - task.TargetsOf(trained.Adapter.Arms, Batch.All);
        return errors.square().sum(-1).sqrt().amax([1, 2]).ToDoubles();
    }
}
