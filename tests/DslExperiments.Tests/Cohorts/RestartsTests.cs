using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>An arm with restarts ends as the best of the arms without.</summary>
public class RestartsTests
{
    private static readonly TrainingOptions Once = new() { Steps = 60, LearningRate = 0.05 };
    private static readonly TrainingOptions Thrice = Once with { Restarts = 3 };

    [Fact]
    public void The_best_of_the_starts_is_kept()
    {
        ArmDesign[] designs = [.. from seed in (int[])[0, 4] from length in (int[])[2, 5] select Harness.Design(new PromptOptions { Length = length }, seed, training: Thrice)];
        var outcome = Harness.TrainTogether(designs);
        Assert.Equal(designs, outcome.Arms.Select(arm => arm.Design));
        var chosen = new List<int>();
        for (int arm = 0; arm < designs.Length; arm++)
        {
            ArmOutcome[] alone = [.. Enumerable.Range(0, 3).Select(start => Alone(designs[arm], Lane.SeedOf(designs[arm].Arm.Seed, start)))];
            var best = alone.MinBy(one => one.Curve[^1].Loss)!;
            chosen.Add(Array.IndexOf(alone, best));
            foreach (var (one, other) in best.Curve.Zip(outcome.Arms[arm].Curve))
            {
                Assert.Equal(one.Step, other.Step);
                Assert.True(Math.Abs(one.Loss - other.Loss) <= 1e-12 * best.Curve[0].Loss, $"arm {arm} at {one.Step}: {one.Loss:R} alone, {other.Loss:R} as a lane");
            }

            Assert.Equal(outcome.Arms[arm].Curve[^1].Loss, outcome.Arms[arm].Metrics[0]);
            Assert.Equal(best.Adapter[0].Shape, outcome.Arms[arm].Adapter[0].Shape);
            Assert.All(best.Adapter[0].Values.Zip(outcome.Arms[arm].Adapter[0].Values), pair => Assert.Equal(pair.First, pair.Second, 10));
        }

        Assert.True(chosen.Distinct().Count() > 1, "Every arm chose the same start; the test sees no choice.");
    }

    [Fact]
    public void The_first_lane_starts_with_the_bits_of_an_arm_without_restarts()
    {
        using var scope = NewDisposeScope();
        var (one, many) = (Starts(Once), Starts(Thrice));
        Assert.Equal(one[0], many[0]);
        Assert.NotEqual(many[0], many[1]);
        Assert.NotEqual(many[1], many[2]);

        // More restarts never change those before.
        Assert.Equal(many, Starts(Once with { Restarts = 5 })[..3]);

        static double[][] Starts(TrainingOptions training)
        {
            var cohort = new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions { Length = 3 }, 7, training: training)), new DetachedSession(), CPU);
            var backbone = new DslExperiments.Backbones.Transformer(cohort.Backbone, cohort.Seeds, CPU);
            var adapter = new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.AdapterSeeds);
            return [.. Enumerable.Range(0, cohort.Count).Select(lane => adapter.Export(lane)[SoftPrompt.TensorName].data<double>().ToArray())];
        }
    }

    [Fact]
    public void An_arm_diverges_only_with_all_of_its_starts()
    {
        ArmDesign[] designs = [Harness.Design(new PromptOptions { Length = 2 }, 0, training: Thrice), Harness.Design(new PromptOptions { Length = 2 }, 1, training: Thrice)];
        var cohort = new Cohort(Harness.PlanOf(designs), new DetachedSession(), CPU);
        Harness.Train(cohort, prepare: adapter =>
        {
            using var frozen = no_grad();
            foreach (int lane in (int[])[0, 2, 3, 4, 5])
            {
                adapter.Tensors[0].Of(lane).fill_(double.NaN);
            }
        });
        var (first, second) = (cohort.Outcome!.Arms[0], cohort.Outcome.Arms[1]);
        Assert.Null(first.DivergedAt);
        Assert.True(double.IsFinite(first.Metrics[0]) && first.Curve.All(point => double.IsFinite(point.Loss)));
        Assert.Equal(0, second.DivergedAt);
        Assert.True(double.IsNaN(second.Metrics[0]));
    }

    [Fact]
    public void A_resumed_run_ends_with_the_same_bits()
    {
        ArmDesign[] designs = [.. from seed in (int[])[0, 4] select Harness.Design(new PromptOptions { Length = 2 }, seed, training: Thrice)];
        var whole = Harness.TrainTogether(designs);
        var session = new MemorySession { PauseAt = 31 };
        Assert.Throws<TrainingInterruptedException>(() => Harness.Train(new Cohort(Harness.PlanOf(designs), session, CPU)));
        var resumed = new Cohort(Harness.PlanOf(designs), MemorySession.Resuming(session.Saved!), CPU);
        Harness.Train(resumed);
        foreach (var (one, other) in whole.Arms.Zip(resumed.Outcome!.Arms))
        {
            Assert.Equal(one.Metrics, other.Metrics);
            Assert.Equal(one.Curve, other.Curve);
            Assert.Equal(one.Adapter[0].Values, other.Adapter[0].Values);
        }
    }

    [Fact]
    public void What_is_reported_is_per_arm()
    {
        var session = new CountingSession();
        Harness.Train(new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions(), 0, training: Thrice), Harness.Design(new PromptOptions(), 1, training: Thrice)), session, CPU));
        Assert.All(session.Losses, losses => Assert.Equal(2, losses.Length));
    }

    [Fact]
    public void Restarts_count_as_arms_of_a_cohort()
    {
        ArmDesign[] designs = [.. from seed in Enumerable.Range(0, 20) select Harness.Design(new PromptOptions(), seed, training: Once with { Restarts = 10 })];
        var plan = CohortPlanner.Plan(designs);
        Assert.Equal(Enumerable.Range(0, 20), plan.SelectMany(cohort => cohort.Arms).Order());
        Assert.All(plan, cohort => Assert.InRange(Lane.Of(cohort).Length, 20, CohortSize.Most));
        Assert.True(plan.Count > 1);
        Assert.Single(CohortPlanner.Plan([Harness.Design(new PromptOptions(), 0, training: Once with { Restarts = 1000 })]));

        // Nothing is drawn, so nothing is started again.
        Assert.Single(Lane.Of(Harness.PlanOf(designs[0] with { Method = new FrozenOptions(), TrainableParameters = 0 })));
    }

    private static ArmOutcome Alone(ArmDesign design, int adapterSeed)
    {
        // The arm's own data and backbone, the lane's start.
        using var scope = NewDisposeScope();
        var cohort = new Cohort(Harness.PlanOf(design with { Training = Once }), new DetachedSession(), CPU);
        Harness.Train(cohort, prepare: adapter =>
        {
            using var inner = NewDisposeScope();
            using var frozen = no_grad();
            var prompt = (PromptOptions)design.Method;
            adapter.Values.copy_(DslExperiments.Backbones.InitializerExtensions
                .Draw(prompt.Init, [prompt.Length, design.Backbone.Width], Seeds.Derive(adapterSeed, "adapter/prompt")).flatten());
        });
        return cohort.Outcome!.Arms[0];
    }

    private sealed class CountingSession : ICohortSession
    {
        public List<double[]> Losses { get; } = [];

        public bool PauseRequested => false;

        public bool SaveDue => false;

        public CohortState? Restore() => null;

        public void Save(CohortState state)
        {
        }

        public void Progress(int step, int steps)
        {
        }

        public void Measured(int step, ReadOnlySpan<double> losses) => Losses.Add(losses.ToArray());

        public void Say(string message)
        {
        }
    }
}
