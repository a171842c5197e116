using System.Collections.Immutable;

namespace DslExperiments.Cohorts;

/// <summary>What a lane brings from one cohort into the next: in a search, those that stay go on together.</summary>
/// <param name="Curve">The losses of all measured steps so far.</param>
/// <param name="DivergedAt">The step at which its loss was no longer finite, or -1.</param>
/// <param name="StoppedAt">The step at which it stopped early, or -1.</param>
/// <param name="State">Its numbers.</param>
internal sealed record LanePast(ImmutableArray<CurvePoint> Curve, int DivergedAt, int StoppedAt, LaneState State)
{
    /// <summary>The values of the metric that early stopping watches; none where it watches the losses.</summary>
    public ImmutableArray<CurvePoint> Evaluations { get; init; } = [];

    /// <summary>When and by what its arm was dropped, or null.</summary>
    public Drop? Dropped { get; init; }

    /// <summary>An estimate of the energy that its training took.</summary>
    public double Joules { get; init; }

    /// <summary>True when it diverged or stopped: there is nothing left to train.</summary>
    public bool HasLeft => DivergedAt >= 0 || StoppedAt >= 0;
}

/// <summary>An arm was dropped by a search.</summary>
/// <param name="Step">After so many updates.</param>
/// <param name="Value">The value by which it was compared, a mean over seeds.</param>
public sealed record Drop(int Step, double Value);

/// <summary>Where lanes that were trained before go on.</summary>
/// <param name="Step">Updates done, the same for all.</param>
/// <param name="Lanes">One per lane of the cohort.</param>
internal sealed record CohortStart(int Step, ImmutableArray<LanePast> Lanes);

/// <summary>Where a cohort ends for now, to be compared with others.</summary>
/// <param name="Step">Updates done there.</param>
/// <param name="Metric">The metric by which arms are compared.</param>
internal sealed record Rung(int Step, string Metric);

/// <summary>What a cohort leaves at a rung.</summary>
/// <param name="Values">The metric of every arm of the plan; NaN for one that diverged.</param>
/// <param name="Lanes">What every lane takes along.</param>
internal sealed record RungEnd(ImmutableArray<double> Values, ImmutableArray<LanePast> Lanes);
