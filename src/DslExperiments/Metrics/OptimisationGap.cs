namespace DslExperiments.Metrics;

/// <summary>
/// <c>optimisation_gap.mse</c>: train.mse minus floor.mse, what gradient descent leaves of what a prompt could reach; the
/// expressivity gap is floor.mse itself. NaN where there is no floor.
/// </summary>
public sealed class OptimisationGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "optimisation_gap.mse";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) =>
        [.. new TrainMse().Measure(trained).Zip(trained.Floors, static (reached, floor) => reached - floor)];
}
