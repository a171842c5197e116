using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Expectations;
using DslExperiments.Metrics;
using DslExperiments.Results;

namespace DslExperiments.Hosting;

/// <summary>The parts of an experiment that running it needs, out of the class that the generator derives.</summary>
internal sealed record Harness<TArm, TMetrics>(
    Type ExperimentType,
    ExperimentInfo Info,
    ImmutableArray<Metric> Metrics,
    ImmutableArray<Expectation<TArm, TMetrics>> Expectations,
    Func<string, ExperimentSettings<TArm>> SettingsOf,
    Action<Cohort> Train,
    Action<Cohort> Pretrain,
    Func<ReadOnlySpan<double>, TMetrics> ToMetrics,
    Action<ArmResult<TArm, TMetrics>> ArmFinished)
    where TArm : ExperimentArm
    where TMetrics : struct
{
    /// <summary>The arms that a request selects, with all settings resolved, and their cohorts.</summary>
    /// <exception cref="ExperimentUsageException">Unknown profile, wrong override, or no arm left.</exception>
    public RunPlan<TArm> PlanOf(RunRequest request)
    {
        var settings = SettingsOf(request.Profile);
        ImmutableArray<string> warnings = [];
        if (!request.Overrides.IsEmpty)
        {
            (settings, warnings) = SpecOverrides.Apply(Info, settings, request.Overrides);
        }

        var filter = ArmFilter.Parse(request.Arms, [.. settings.Arms.Select(static planned => planned.Arm)]);
        ImmutableArray<PlannedArm<TArm>> arms = [.. settings.Arms.Where(planned => filter.Matches(planned.Arm))];
        ImmutableArray<ArmDesign> designs = [.. arms.Select(settings.DesignOf)];
        var cohorts = CohortsOf(designs, memory: 0);
        var fitting = request.Memory > 0 ? CohortsOf(designs, request.Memory) : cohorts;
        return new RunPlan<TArm>(
            Info,
            settings.Profile,
            arms,
            [.. settings.Arms.Select(static planned => planned.Arm).Where(arm => !filter.Matches(arm))],
            designs,
            fitting,
            warnings)
        {
            Halving = settings.Halving,
            HasSmallerCohorts = request.Memory > 0 && (settings.Halving is not null
                || !cohorts.Select(static cohort => string.Join(' ', cohort.Arms)).SequenceEqual(fitting.Select(static cohort => string.Join(' ', cohort.Arms)))),
        };
    }

    /// <summary>The cohorts of some arms, within a budget if there is one.</summary>
    public ImmutableArray<CohortPlan> CohortsOf(IReadOnlyList<ArmDesign> designs, double memory) =>
        [.. CohortPlanner.Plan(designs, memory > 0 ? memory : double.PositiveInfinity, Metrics.Any(static metric => metric.ComparesSeeds))];
}
