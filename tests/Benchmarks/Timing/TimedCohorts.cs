using DslExperiments.Cohorts;
using DslExperiments.Planning;
using TorchSharp;

namespace DslExperiments.Benchmarks.Timing;

/// <summary>Runs cohorts on a few workers for a sample of their steps.</summary>
internal static class TimedCohorts
{
    /// <summary>Time per step of every cohort, all workers busy.</summary>
    /// <param name="plans">The cohorts; their steps are those of the sample, more than <see cref="TimedSession.WarmUp"/>.</param>
    /// <param name="train">Trains one of them.</param>
    /// <param name="workers">Cohorts at a time.</param>
    /// <param name="bind">Makes a cohort that reads files; null for one that reads none.</param>
    public static Sample[] Run(
        IReadOnlyList<CohortPlan> plans, Action<Cohort> train, int workers, Func<CohortPlan, ICohortSession, Cohort>? bind = null)
    {
        var sessions = plans.Select(_ => new TimedSession()).ToArray();
        try
        {
            CohortRunner.Run([.. plans.Zip(sessions, (plan, session) => bind?.Invoke(plan, session) ?? new Cohort(plan, session, torch.CPU))], train, workers);
        }
        catch (TrainingInterruptedException)
        {
            // The sessions ended it.
        }

        return [.. sessions.Select(session => session.PerStep)];
    }

    /// <summary>What cohorts take that the runner starts, each on the first worker that is free.</summary>
    /// <param name="plans">The cohorts.</param>
    /// <param name="each">What each of them takes.</param>
    /// <param name="workers">Cohorts at a time.</param>
    public static Sample Together(IReadOnlyList<CohortPlan> plans, IEnumerable<Sample> each, int workers)
    {
        Sample[] inOrder = [.. CohortTime.LongestFirst(plans.Zip(each), static pair => pair.First).Select(static pair => pair.Second)];
        return new(CohortTime.Together(inOrder.Select(static sample => sample.Wall), workers), inOrder.Sum(static sample => sample.Cpu));
    }
}
