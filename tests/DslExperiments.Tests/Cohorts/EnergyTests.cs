using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Results;
using DslExperiments.Tests.Hosting;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>The estimate of energy over interruptions: earlier sittings say what they took, and the last one adds to it.</summary>
public sealed class EnergyTests
{
    /// <summary>So much that what a test itself takes is far below the last digits that are compared.</summary>
    private const double Earlier = 3.6e9;

    private static readonly TrainingOptions Training = new() { Steps = 60, LearningRate = 0.01, MeasureEvery = 5 };

    [Fact]
    public void A_resumed_cohort_adds_to_what_it_took_before()
    {
        var plan = Harness.PlanOf([.. Enumerable.Range(0, 3).Select(static number => Harness.Design(new PromptOptions(), 0, training: Training, number: number))]);
        var session = new MemorySession { PauseAt = 20 };
        Assert.Throws<TrainingInterruptedException>(() => Harness.Train(new Cohort(plan, session, CPU)));
        Assert.Equal(3, session.Saved!.Joules.Count);
        Assert.All(session.Saved.Joules, joules => Assert.True(joules >= 0 && joules == session.Saved.Joules[0]));

        var told = session.Saved with { Joules = [Earlier, 2 * Earlier, 3 * Earlier] };
        AssertTook([1, 2, 3], Outcome(new Cohort(plan, MemorySession.Resuming(told), CPU)));

        // Once more, as a run that is interrupted twice.
        var second = new MemorySession { PauseAt = 40 };
        second.Save(told);
        Assert.Throws<TrainingInterruptedException>(() => Harness.Train(new Cohort(plan, second, CPU)));
        AssertTook([1, 2, 3], Outcome(new Cohort(plan, MemorySession.Resuming(second.Saved!), CPU)));
        AssertTook([0, 0, 0], Outcome(new Cohort(plan, MemorySession.Resuming(session.Saved with { Joules = [] }), CPU)));
    }

    [Fact]
    public void A_narrower_cohort_takes_along_what_its_lanes_took()
    {
        // Six of eight lanes stop early, so that what is saved at step 50 is of a narrower cohort where there is one.
        var plan = Harness.PlanOf([.. Enumerable.Range(0, 8).Select(static number => Harness.Design(
            new PromptOptions(), 0, training: Training with { EarlyStopping = number < 6 ? new() { Patience = 1, MinDelta = 1e9 } : new() }, number: number))]);
        var session = new MemorySession { PauseAt = 50 };
        Assert.Throws<TrainingInterruptedException>(() => CohortCourse.Train(new Cohort(plan, session, CPU), static part => Harness.Train(part)));
        Assert.Equal(8, session.Saved!.Joules.Count);
        var told = session.Saved with { Joules = [.. Enumerable.Range(1, 8).Select(static lane => lane * Earlier)] };
        var end = CohortCourse.Train(new Cohort(plan, MemorySession.Resuming(told), CPU), static part => Harness.Train(part, [new TrainMse(), new Energy()]));
        AssertTook([1, 2, 3, 4, 5, 6, 7, 8], [.. end.Outcome!.Arms.Select(static arm => arm.Metrics[1])]);
    }

    [Fact]
    public void Checkpoints_and_rungs_keep_it()
    {
        using var folder = new TemporaryFolder();
        var state = new CohortState(3, new Dictionary<string, Tensor>(), [-1, -1], [new MeasuredStep(0, [1, 2])]) { StoppedAt = [-1, -1], Joules = [0.1, 1e300] };
        CohortCheckpoint.Write(folder["a"], "cohort", state);
        Assert.Equal(state.Joules, CohortCheckpoint.Read(folder["a"], "cohort")!.Joules);
        Assert.Equal(state.Joules, CohortRecord.ToRung(state).Lanes.Select(static lane => lane.Joules));
        Assert.Equal(state.Joules, CohortRecord.ToState(3, CohortRecord.ToRung(state)).Joules);
        CohortCheckpoint.Write(folder["b"], "cohort", state with { Joules = [] });
        Assert.Empty(CohortCheckpoint.Read(folder["b"], "cohort")!.Joules);
    }

    private static double[] Outcome(Cohort cohort)
    {
        Harness.Train(cohort, [new TrainMse(), new Energy()]);
        return [.. cohort.Outcome!.Arms.Select(static arm => arm.Metrics[1])];
    }

    /// <summary>Watt-hours in multiples of <see cref="Earlier"/>, never less.</summary>
    private static void AssertTook(double[] expected, double[] wattHours) => Assert.All(
        expected.Zip(wattHours), static pair => Assert.InRange(pair.Second, pair.First * Earlier / 3600, (pair.First * Earlier / 3600) + 100));
}
