using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Results;
using DslExperiments.Search;

namespace DslExperiments.Hosting;

/// <summary>
/// Trains the arms of a race from rung to rung, those that stay in cohorts of their own, packed anew, and keeps what each
/// lane had when it was dropped or came to its end. Every rung waits for all of its cohorts; what a cohort left there is
/// durable, so that a run that was stopped takes the same race up again.
/// </summary>
/// <param name="options">The rungs.</param>
/// <param name="designs">All arms of the run.</param>
/// <param name="pack">Packs arms into cohorts.</param>
/// <param name="folder">Keeps what cohorts leave; null for a run in memory.</param>
/// <param name="monitor">Is told of progress.</param>
/// <param name="cohortOf">Makes a cohort with all that it reads.</param>
/// <param name="train">The experiment's training script.</param>
/// <param name="workersOf">How many of these cohorts train at a time.</param>
/// <param name="checkpointEvery">Time between two checkpoints of a cohort.</param>
/// <param name="pause">Cancelled when the run shall pause; also cancelled here when a cohort fails.</param>
internal sealed class HalvingRun(
    HalvingOptions options,
    ImmutableArray<ArmDesign> designs,
    Func<IReadOnlyList<ArmDesign>, ImmutableArray<CohortPlan>> pack,
    RunFiles? folder,
    RunMonitor monitor,
    Func<CohortPlan, ICohortSession, Cohort> cohortOf,
    Action<Cohort> train,
    Func<IReadOnlyList<CohortPlan>, int> workersOf,
    TimeSpan checkpointEvery,
    CancellationTokenSource pause)
{
    private readonly HalvingRace _race = new(options, designs);
    private readonly Dictionary<int, (ImmutableArray<LanePast> Lanes, int Step, double Value)> _pasts = [];
    private int _stage;

    /// <summary>Runs the race to its end.</summary>
    /// <returns>The lanes of every arm of the race, with what they ended with.</returns>
    /// <exception cref="TrainingInterruptedException">The run was paused; with a folder it can be resumed.</exception>
    public IReadOnlyDictionary<int, ImmutableArray<LanePast>> Run()
    {
        while (_race.Next() is { } rung)
        {
            Train(rung.Arms, _ => rung.Step);
            _race.Pass(rung.Step, rung.Arms.ToDictionary(static arm => arm, arm => _pasts[arm].Value));
            var dropped = rung.Arms.Where(arm => _race.DroppedOf(arm) is not null).ToArray();
            foreach (int arm in dropped)
            {
                _pasts[arm] = _pasts[arm] with { Lanes = [.. _pasts[arm].Lanes.Select(lane => lane with { Dropped = _race.DroppedOf(arm) })] };
            }

            monitor.Say($"After {ProgressDisplay.Count(rung.Step, "step")}: {ProgressDisplay.Count(dropped.Length, "arm")} dropped by {options.Metric}, {SpecText.Of(rung.Arms.Count - dropped.Length)} go on.");
        }

        Train(_race.Survivors, static design => design.Training.Steps);
        return _pasts.ToDictionary(static arm => arm.Key, static arm => arm.Value.Lanes);
    }

    /// <summary>Trains arms up to a step each; those that diverged or stopped stay as they are.</summary>
    private void Train(IReadOnlyList<int> arms, Func<ArmDesign, int> stepOf)
    {
        int[] active = [.. arms.Where(arm => !_pasts.TryGetValue(arm, out var past) || past.Lanes.Any(static lane => !lane.HasLeft))];
        CohortPlan[] plans = [.. pack([.. active.Select(arm => designs[arm])])
            .Select(cohort => cohort with { Arms = [.. cohort.Arms.Select(place => active[place])] })];
        monitor.Turn(plans.Select(plan => (plan.Arms.Length, stepOf(plan.Designs[0]))));
        int stage = _stage++;
        var left = new List<Cohort>();
        var planOf = new Dictionary<Cohort, CohortPlan>(ReferenceEqualityComparer.Instance);
        foreach (var plan in plans)
        {
            int step = stepOf(plan.Designs[0]);
            if (folder?.ReadRung(stage, step, plan) is { } finished)
            {
                Note(plan, step, finished);
                continue;
            }

            var session = new CohortSession(
                plan.Index, [.. plan.Designs.Select(static design => design.Arm.Label)], monitor, folder?.RungPath(stage, plan), folder?.RungIdentity(stage, step, plan) ?? "", checkpointEvery, pause.Token);
            var cohort = cohortOf(plan, session);
            cohort.Rung = new Rung(step, options.Metric);
            cohort.Start = StartOf(plan);
            monitor.Restored(plan.Index, cohort.Start?.Step ?? 0);
            planOf.Add(cohort, plan);
            left.Add(cohort);
        }

        CohortRunner.Run(left, TrainOne, workersOf([.. left.Select(static cohort => cohort.Plan)]), pause.Token);

        void TrainOne(Cohort cohort)
        {
            try
            {
                var end = CohortCourse.Train(cohort, train).RungEnd ?? throw new InvalidOperationException("The harness did not finish its cohort.");
                folder?.WriteRung(stage, cohort.Rung!.Step, planOf[cohort], end);
                Note(planOf[cohort], cohort.Rung!.Step, end);
            }
            catch
            {
                // The others stop at their next step and keep what they have.
                pause.Cancel();
                throw;
            }
        }
    }

    /// <summary>Where the arms of a cohort are; null where they have not begun.</summary>
    private CohortStart? StartOf(CohortPlan plan) => _pasts.TryGetValue(plan.Arms[0], out var first)
        ? new CohortStart(first.Step, [.. plan.Arms.SelectMany(arm => _pasts[arm].Lanes)])
        : null;

    /// <summary>Deals out what a cohort left to its arms.</summary>
    private void Note(CohortPlan plan, int step, RungEnd end)
    {
        lock (_pasts)
        {
            int lane = 0;
            foreach (var (place, arm) in plan.Arms.Index())
            {
                int count = Lane.CountOf(plan.Designs[place]);
                foreach (var before in _pasts.TryGetValue(arm, out var past) ? past.Lanes : [])
                {
                    before.State.Dispose();
                }

                _pasts[arm] = ([.. end.Lanes.AsSpan().Slice(lane, count)], step, end.Values[place]);
                lane += count;
            }
        }

        monitor.Finished(plan.Index);
    }
}
