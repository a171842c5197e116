using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Results;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>Early stopping by a metric, and arms that end with the numbers of their best measurement.</summary>
public class RestoreBestTests
{
    /// <summary>At these rates losses go up and down.</summary>
    private static readonly TrainingOptions Wild = new() { Steps = 60, LearningRate = 3, MeasureEvery = 4 };

    private static readonly IReadOnlyList<Metric> Metrics = [new TrainMse(), new Merit()];

    [Fact]
    public void An_arm_ends_with_what_it_had_at_its_smallest_loss()
    {
        ArmDesign[] plain = Designs(Wild);
        var never = Train(plain);
        ArmDesign[] restoring = [.. plain.Select((design, arm) => arm == 1 ? design : With(design, new() { RestoreBest = true }))];
        var outcome = Train(restoring);
        AssertSameBits(never.Arms[1], outcome.Arms[1]);
        Assert.Contains(outcome.Arms, static arm => arm.RestoredFrom is > 0);
        foreach (int arm in (int[])[0, 2, 3])
        {
            int best = never.Arms[arm].Curve.MinBy(static point => point.Loss).Step;
            Assert.Equal(best == Wild.Steps ? null : best, outcome.Arms[arm].RestoredFrom);
            Assert.Equal(never.Arms[arm].Curve, outcome.Arms[arm].Curve);
            var shorter = Train([.. plain.Select(design => design with { Training = Wild with { Steps = best } })]);
            Assert.Equal(Numbers(shorter.Arms[arm]), Numbers(outcome.Arms[arm]));
            Assert.Equal(shorter.Arms[arm].Metrics, outcome.Arms[arm].Metrics);
        }
    }

    [Fact]
    public void An_arm_that_stops_gives_back_its_best()
    {
        ArmDesign[] plain = Designs(Wild);
        var never = Train(plain);
        var outcome = Train([.. plain.Select(static design => With(design, new() { RestoreBest = true, Patience = 2 }))]);
        Assert.Contains(outcome.Arms, static arm => arm.StoppedAt is not null);
        foreach (var (one, other) in never.Arms.Zip(outcome.Arms).Where(static pair => pair.Second.StoppedAt is not null))
        {
            var seen = one.Curve.TakeWhile(point => point.Step <= other.StoppedAt).ToArray();
            Assert.Equal(seen, other.Curve);
            Assert.Equal(seen.MinBy(static point => point.Loss).Step, other.RestoredFrom);
            Assert.Equal(2, (other.StoppedAt - other.RestoredFrom) / Wild.MeasureEvery);
            Assert.Equal(seen.Min(static point => point.Loss), other.Metrics[0], 1e-12);
        }
    }

    /// <summary>The merit is the larger, the smaller the loss: what it says of full batches, the loss says, too.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void A_metric_is_watched_in_its_own_direction(int patience, bool restore)
    {
        ArmDesign[] plain = Designs(Wild);
        var byLoss = Train([.. plain.Select(design => With(design, new() { Patience = patience, RestoreBest = restore }))]);
        var byMerit = Train([.. plain.Select(design => With(design, new() { Patience = patience, RestoreBest = restore, Metric = "merit", HigherIsBetter = true }))]);
        Assert.Equal(patience > 0, byLoss.Arms.Any(static arm => arm.StoppedAt is not null));
        foreach (var (one, other) in byLoss.Arms.Zip(byMerit.Arms))
        {
            Assert.Equal((one.StoppedAt, one.RestoredFrom), (other.StoppedAt, other.RestoredFrom));
            AssertSameBits(one, other);
        }
    }

    [Fact]
    public void A_metric_is_evaluated_as_often_as_is_said()
    {
        var merit = new Merit();
        var cohort = new Cohort(Harness.PlanOf(Designs(With(Wild, new() { Metric = "merit", Every = 25, HigherIsBetter = true, RestoreBest = true }))), new DetachedSession(), CPU);
        var at = new List<int>();
        int updates = 0;
        merit.Measured = () => at.Add(updates);
        Harness.Train(cohort, [new TrainMse(), merit], onStep: step => updates += step.Updates ? 1 : 0);

        Assert.All(cohort.Outcome!.Arms, static arm => Assert.Equal([0, 25, 50, 60], arm.Evaluations.Select(static evaluation => evaluation.Step)));
        Assert.All(cohort.Outcome.Arms, static arm => Assert.Equal(arm.Evaluations.Max(static evaluation => evaluation.Value), arm.Metrics[1], 1e-12));

        // At 0, 25 and 50, at the end as the last candidate, and then as a metric of what is kept.
        Assert.Equal([0, 25, 50, 60, 60], at);
        Assert.All(cohort.Outcome.Arms, static arm => Assert.Contains(arm.RestoredFrom, (int?[])[null, 0, 25, 50]));

        // An arm that stops at such a step although its loss is not measured there.
        var stopping = Train(Designs(With(Wild, new() { Metric = "merit", Every = 25, HigherIsBetter = true, Patience = 1, MinDelta = 1e9 })));
        Assert.All(stopping.Arms, static arm => Assert.Equal(25, arm.StoppedAt));
        Assert.All(stopping.Arms, static arm => Assert.Equal([0, 25], arm.Evaluations.Select(static evaluation => evaluation.Step)));
        Assert.All(stopping.Arms, static arm => Assert.Equal(24, arm.Curve[^1].Step));
    }

    [Fact]
    public void Nobody_is_given_back_what_diverged()
    {
        ArmDesign[] designs = Designs(With(Wild, new() { Metric = "merit", HigherIsBetter = true, RestoreBest = true, Patience = 1 }));
        designs[2] = Rated(designs[2], 1);
        var neighbours = Train(designs);
        designs[2] = Rated(designs[2], double.MaxValue);
        var outcome = Train(designs);
        Assert.NotNull(outcome.Arms[2].DivergedAt);
        Assert.Null(outcome.Arms[2].StoppedAt);
        Assert.Null(outcome.Arms[2].RestoredFrom);
        Assert.All(outcome.Arms[2].Evaluations, evaluation => Assert.True(evaluation.Step <= outcome.Arms[2].DivergedAt));
        Assert.All(outcome.Arms[2].Metrics, static value => Assert.True(double.IsNaN(value)));
        Assert.All((int[])[0, 1, 3], arm => AssertSameBits(neighbours.Arms[arm], outcome.Arms[arm]));

        static ArmDesign Rated(ArmDesign design, double rate) => design with { Training = design.Training with { LearningRate = rate } };
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("", 17)]
    [InlineData("", 45)]
    [InlineData("merit", 3)]
    [InlineData("merit", 17)]
    [InlineData("merit", 45)]
    public void A_resumed_run_gives_back_the_same_bits(string metric, int pauseAt)
    {
        ArmDesign[] designs = [.. Designs(Wild).Select((design, arm) => With(design, new() { RestoreBest = arm != 1, Patience = arm == 3 ? 2 : 0, Metric = metric, HigherIsBetter = metric.Length > 0 }))];
        var whole = Train(designs);
        var session = new MemorySession { PauseAt = pauseAt };
        Assert.Throws<TrainingInterruptedException>(() => CohortCourse.Train(new Cohort(Harness.PlanOf(designs), session, CPU), static part => Harness.Train(part, Metrics)));
        var path = Path.GetTempFileName();
        try
        {
            // Through the file that a run leaves.
            CohortCheckpoint.Write(path, "cohort", session.Saved!);
            var resumed = CohortCourse.Train(new Cohort(Harness.PlanOf(designs), MemorySession.Resuming(CohortCheckpoint.Read(path, "cohort")!), CPU), static part => Harness.Train(part, Metrics));
            Assert.Equal(whole.Arms.Select(static arm => (arm.StoppedAt, arm.RestoredFrom)), resumed.Outcome!.Arms.Select(static arm => (arm.StoppedAt, arm.RestoredFrom)));
            Assert.All(whole.Arms.Zip(resumed.Outcome.Arms), static pair => AssertSameBits(pair.First, pair.Second));
            Assert.All(whole.Arms.Zip(resumed.Outcome.Arms), static pair => Assert.Equal(pair.First.Evaluations, pair.Second.Evaluations));
            Assert.All(whole.Arms, arm => Assert.Equal(metric.Length > 0 ? arm.Curve.Select(static point => point.Step) : [], arm.Evaluations.Select(static evaluation => evaluation.Step)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_harness_that_gives_no_metrics_is_told_so()
    {
        var cohort = new Cohort(Harness.PlanOf(Designs(With(Wild, new() { Metric = "merit", Patience = 1 }))), new DetachedSession(), CPU);
        using var scope = NewDisposeScope();
        var backbone = new DslExperiments.Backbones.Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var adapter = Harness.AdapterOf(cohort, backbone);
        var error = Assert.Throws<InvalidOperationException>(() => cohort.Steps(adapter, Optimizer.Create(cohort.Trainings, adapter)).First());
        Assert.Contains("merit", error.Message, StringComparison.Ordinal);
    }

    private static CohortOutcome Train(ArmDesign[] designs)
    {
        var cohort = new Cohort(Harness.PlanOf(designs), new DetachedSession(), CPU);
        Harness.Train(cohort, Metrics);
        return cohort.Outcome!;
    }

    private static ArmDesign[] Designs(TrainingOptions training) =>
        [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(new PromptOptions { Length = 1 + (2 * arm) }, arm / 2, training: training, number: arm))];

    private static TrainingOptions With(TrainingOptions training, EarlyStoppingOptions early) => training with { EarlyStopping = early };

    private static ArmDesign With(ArmDesign design, EarlyStoppingOptions early) => design with { Training = With(design.Training, early) };

    private static double[] Numbers(ArmOutcome arm) => [.. arm.Adapter.SelectMany(static tensor => tensor.Values)];

    private static void AssertSameBits(ArmOutcome one, ArmOutcome other)
    {
        Assert.Equal(one.Curve, other.Curve);
        Assert.Equal(one.Metrics, other.Metrics);
        Assert.Equal(Numbers(one), Numbers(other));
    }

    /// <summary>1 / train.mse.</summary>
    private sealed class Merit : Metric
    {
        public override string Name => "merit";

        public Action Measured { get; set; } = static () => { };

        public override double[] Measure(TrainedCohort trained)
        {
            Measured();
            return [.. new TrainMse().Measure(trained).Select(static error => 1 / error)];
        }
    }
}
