using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Metrics;
using DslExperiments.Results;

namespace DslExperiments.Hosting;

/// <summary>What will be trained: a pure function of the spec and the request.</summary>
/// <param name="Info">The experiment.</param>
/// <param name="Profile">The profile.</param>
/// <param name="Arms">The arms in reporting order.</param>
/// <param name="LeftOut">The arms that a filter left out.</param>
/// <param name="Designs">The arms' settings, in the order of <paramref name="Arms"/>.</param>
/// <param name="Cohorts">Which arms train together.</param>
/// <param name="Warnings">What the spec compiler warns of in overridden keys.</param>
internal sealed record RunPlan<TArm>(
    ExperimentInfo Info,
    string Profile,
    ImmutableArray<PlannedArm<TArm>> Arms,
    ImmutableArray<TArm> LeftOut,
    ImmutableArray<ArmDesign> Designs,
    ImmutableArray<CohortPlan> Cohorts,
    ImmutableArray<string> Warnings)
    where TArm : ExperimentArm
{
    /// <summary>How arms are dropped on the way, or null.</summary>
    public Search.HalvingOptions? Halving { get; init; }

    /// <summary>True when a memory budget made, or in a race may make, other cohorts than there would be without.</summary>
    public bool HasSmallerCohorts { get; init; }

    /// <summary>The same without the experiment's types.</summary>
    public ExperimentPlan ToUntyped(IEnumerable<Metric> metrics, IEnumerable<string> expectations) => new(
        Info,
        Profile,
        [.. Arms.Select(static planned => ArmRow.Of(planned.Arm, ArmStatus.Dropped, planned.TrainableParameters, null, []))],
        LeftOut.Length,
        Designs,
        Cohorts,
        Warnings,
        [.. metrics.Select(static metric => metric.Name)],
        [.. expectations])
    {
        Halving = Halving,
    };
}

/// <summary>A plan that commands can show without knowing the experiment's types.</summary>
internal sealed record ExperimentPlan(
    ExperimentInfo Info,
    string Profile,
    ImmutableArray<ArmRow> Arms,
    int LeftOut,
    ImmutableArray<ArmDesign> Designs,
    ImmutableArray<CohortPlan> Cohorts,
    ImmutableArray<string> Warnings,
    ImmutableArray<string> Metrics,
    ImmutableArray<string> Expectations)
{
    /// <summary>How arms are dropped on the way, or null.</summary>
    public Search.HalvingOptions? Halving { get; init; }
}
