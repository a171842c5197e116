using System.Collections.Immutable;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary>How an arm ended.</summary>
public enum ArmStatus
{
    /// <summary>It was trained to its last step, or until it stopped early.</summary>
    Finished,

    /// <summary>Its loss stopped being finite; it was masked out and the other arms went on.</summary>
    Diverged,

    /// <summary>A search dropped it before its end; what is measured on it is of that step.</summary>
    Dropped,
}

/// <summary>What came of one arm.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Status">How it ended.</param>
/// <param name="TrainableParameters">How many numbers it trained.</param>
/// <param name="Metrics">What was measured on it; NaN where there is nothing to measure.</param>
public sealed record ArmResult<TArm, TMetrics>(TArm Arm, ArmStatus Status, long TrainableParameters, TMetrics Metrics)
    where TArm : ExperimentArm
    where TMetrics : struct
{
    /// <summary>The step at which the loss stopped being finite, or null.</summary>
    public int? DivergedAt { get; init; }

    /// <summary>The step at which it stopped early, or null.</summary>
    public int? StoppedAt { get; init; }

    /// <summary>The step whose numbers it ended with in place of its last ones, or null.</summary>
    public int? RestoredFrom { get; init; }

    /// <summary>When a search dropped it, and the value by which it was compared; or null.</summary>
    public Drop? Dropped { get; init; }

    /// <summary>The losses during training.</summary>
    public ImmutableArray<CurvePoint> Curve { get; init; } = [];

    /// <summary>What early stopping saw of the metric that it watches; none where it watches the losses.</summary>
    public ImmutableArray<Evaluation> Evaluations { get; init; } = [];

    /// <summary>The metrics in the order of the spec.</summary>
    internal ImmutableArray<double> Values { get; init; } = [];
}
