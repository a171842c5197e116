using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>An arm that stops early keeps what it had then, and its neighbours do not notice.</summary>
public class EarlyStoppingTests
{
    private static readonly TrainingOptions Long = new() { Steps = 120, LearningRate = 0.05, MeasureEvery = 5 };

    [Theory]
    [InlineData(3, 0.0, 0.0, new[] { 5.0, 4, 3, 3, 3, 3, 2 }, 5)]
    [InlineData(3, 0.0, 0.0, new[] { 5.0, 6, 7, 4, 5, 6, 7 }, 6)]
    [InlineData(1, 0.5, 0.0, new[] { 5.0, 4.4, 4.0, 3 }, 2)]
    [InlineData(2, 0.5, 0.0, new[] { 5.0, 4.6, 4.2 }, -1)]
    [InlineData(0, 0.0, 2.0, new[] { 5.0, 6, 2.0, 1 }, 2)]
    [InlineData(9, 0.0, 2.0, new[] { 5.0, 6, 2.1, 3 }, -1)]
    [InlineData(0, 0.0, 0.0, new[] { 5.0, 5, 5, 5, 0 }, -1)]
    public void Patience_counts_measurements_without_progress(int patience, double minDelta, double threshold, double[] losses, int stops)
    {
        var rule = new EarlyStopping(new() { Patience = patience, MinDelta = minDelta, StoppingThreshold = threshold });
        Assert.Equal(stops, losses.Index().Where(loss => rule.StopsAfter(loss.Index, loss.Item)).Select(static loss => loss.Index).FirstOrDefault(-1));
    }

    [Fact]
    public void An_arm_that_stops_ends_with_what_it_had_then()
    {
        ArmDesign[] never = Designs(Long);
        double[] losses = [.. Harness.TrainTogether(never).Arms.Select(arm => arm.Curve[6].Loss)];
        ArmDesign[] stopping = [.. never.Select((design, arm) => arm is 1 or 2 ? Stopping(design, losses[arm]) : design)];
        var outcome = Harness.TrainTogether(stopping);
        for (int arm = 0; arm < never.Length; arm++)
        {
            bool stops = arm is 1 or 2;
            Assert.Equal(stops ? 30 : null, outcome.Arms[arm].StoppedAt);
            Assert.Null(outcome.Arms[arm].DivergedAt);
            Assert.Equal(stops ? 30 : 120, outcome.Arms[arm].Curve[^1].Step);

            // The same arms with fewer steps: the rate is constant, so that the first 30 updates are the same.
            var shorter = Harness.TrainTogether([.. never.Select(design => design with { Training = Long with { Steps = stops ? 30 : 120 } })]).Arms[arm];
            AssertSameBits(shorter, outcome.Arms[arm]);
        }
    }

    [Fact]
    public void A_cohort_ends_when_all_of_its_arms_stopped()
    {
        ArmDesign[] designs = [.. Designs(Long).Select(design => design with { Training = Long with { EarlyStopping = new() { StoppingThreshold = 1e6 } } })];
        var session = new MemorySession();
        var cohort = new Cohort(Harness.PlanOf(designs), session, CPU);
        int updates = 0;
        Harness.Train(cohort, prepare: _ => { }, onStep: step => updates += step.Updates ? 1 : 0);
        Assert.Equal(1, updates);
        Assert.Equal([0, 120], session.MeasuredSteps);
        Assert.All(cohort.Outcome!.Arms, arm => Assert.Equal(0, arm.StoppedAt));
        Assert.All(cohort.Outcome.Arms, arm => Assert.Equal(arm.Curve[0].Loss, arm.Metrics[0]));
    }

    [Fact]
    public void Of_starts_that_stopped_the_best_is_kept()
    {
        var training = Long with { Restarts = 3 };
        double[] last = [.. Harness.TrainTogether(Designs(training)).Arms.Select(arm => arm.Curve[^1].Loss)];
        var outcome = Harness.TrainTogether([.. Designs(training with { EarlyStopping = new() { Patience = 1, MinDelta = 1e9 } })]);
        Assert.All(outcome.Arms, arm => Assert.Equal(5, arm.StoppedAt));
        Assert.All(outcome.Arms, arm => Assert.Equal(arm.Curve[^1].Loss, arm.Metrics[0]));
        Assert.All(outcome.Arms.Zip(last), pair => Assert.True(pair.First.Metrics[0] >= pair.Second));
    }

    [Theory]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(90)]
    public void A_resumed_run_remembers_who_stopped(int pauseAt)
    {
        ArmDesign[] designs = [.. Designs(Long).Select((design, arm) => design with { Training = Long with { EarlyStopping = new() { Patience = 1 + (2 * arm), MinDelta = 1e3 } } })];
        var whole = Harness.TrainTogether(designs);
        Assert.Equal([5, 15, 25, 35], whole.Arms.Select(arm => arm.StoppedAt!.Value));
        designs[3] = designs[3] with { Training = Long };
        whole = Harness.TrainTogether(designs);
        var session = new MemorySession { PauseAt = pauseAt };
        Assert.Throws<TrainingInterruptedException>(() => Harness.Train(new Cohort(Harness.PlanOf(designs), session, CPU)));
        var resumed = new Cohort(Harness.PlanOf(designs), MemorySession.Resuming(session.Saved!), CPU);
        Harness.Train(resumed);
        foreach (var (one, other) in whole.Arms.Zip(resumed.Outcome!.Arms))
        {
            Assert.Equal(one.StoppedAt, other.StoppedAt);
            AssertSameBits(one, other);
        }
    }

    /// <summary>A of LoRA has no gradient before B moved once: it may rest in an arm that stopped there, whatever its ballast does.</summary>
    [Fact]
    public void An_arm_that_stopped_before_all_of_it_moved_is_no_mistake()
    {
        var training = Long with { MeasureEvery = 1, EarlyStopping = new() { Patience = 1, MinDelta = 1e9 } };
        ArmDesign[] designs =
        [
            Harness.Design(new LoraOptions { Rank = 2, On = [Projection.Mlp] }, 0, training: training),
            Harness.Design(new LoraOptions { Rank = 2, On = [Projection.Mlp] }, 1, training: Long with { MeasureEvery = 1 }),
        ];
        Assert.Equal([1, null], Harness.TrainTogether(designs).Arms.Select(static arm => arm.StoppedAt));
    }

    [Fact]
    public void Tokens_of_a_prompt_that_stops_searching_stay()
    {
        var backbone = Harness.SingleLayer with { Vocabulary = 17, Attention = new(), Causal = true };
        var task = new DslExperiments.Tasks.TeacherPromptOptions { Sequences = 5, Length = 3 };
        ArmDesign[] designs = [.. Enumerable.Range(0, 3).Select(arm => Harness.Design(
            new HardPromptOptions { Length = 2 + arm, Candidates = 3 }, arm, backbone, task, Long with { Steps = 40 }, arm))];
        ArmDesign[] stopping = [designs[0], designs[1] with { Training = Long with { Steps = 40, EarlyStopping = new() { StoppingThreshold = 1e6 } } }, designs[2]];
        var untouched = Harness.TrainTogether([.. designs.Select(design => design with { Training = Long with { Steps = 1 } })]);
        var outcome = Harness.TrainTogether(stopping);
        Assert.Equal(0, outcome.Arms[1].StoppedAt);
        Assert.NotEqual(untouched.Arms[1].Adapter[1].Values, Harness.TrainTogether(designs).Arms[1].Adapter[1].Values);
        using var scope = NewDisposeScope();
        var fresh = new HardPrompt([.. designs.Select(design => (HardPromptOptions)design.Method)], new DslExperiments.Backbones.Transformer(backbone, [0, 1, 2], CPU), [0, 1, 2]);
        Assert.Equal(fresh.Tokens[1].narrow(0, 0, 3).data<long>().ToArray().Select(token => (double)token), outcome.Arms[1].Adapter[1].Values);
    }

    private static ArmDesign[] Designs(TrainingOptions training) =>
        [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(new PromptOptions { Length = 1 + (2 * arm) }, arm / 2, training: training, number: arm))];

    private static ArmDesign Stopping(ArmDesign design, double loss) =>
        design with { Training = design.Training with { EarlyStopping = new() { StoppingThreshold = loss } } };

    private static void AssertSameBits(ArmOutcome one, ArmOutcome other)
    {
        Assert.Equal(one.Curve, other.Curve);
        Assert.Equal(one.Metrics, other.Metrics);
        Assert.Equal(one.Adapter.SelectMany(tensor => tensor.Values), other.Adapter.SelectMany(tensor => tensor.Values));
    }
}
