using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary><c>train.mse</c>: the loss over all training sequences after the last update.</summary>
public sealed class TrainMse : Metric
{
    /// <inheritdoc/>
    public override string Name => "train.mse";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return trained.Vectors.MeanSquaredError(trained.Backbone, trained.Adapter, Batch.All).to(float64).cpu().data<double>().ToArray();
    }
}
