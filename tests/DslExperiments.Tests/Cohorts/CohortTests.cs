using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>An arm in a cohort does what it would do alone, whatever its neighbours do.</summary>
public class CohortTests
{
    private static readonly TransformerOptions Deep = new()
    {
        Depth = 2, Width = 8, Heads = 2, Causal = true, Norm = Norm.Pre, Dtype = Precision.Float64, Mlp = new MlpOptions { Hidden = 12, Activation = Activation.Gelu },
    };

    private static readonly TaskOptions Teacher = new TeacherPromptOptions { Sequences = 5, Length = 3 };

    public static TheoryData<string> Studies() => ["prompt", "lora", "full", "deep prompt", "bidirectional prompt", "deep lora", "key-value prefix", "block-input prefix", "mini-batch", "adafactor", "clip", "prompt and lora", "prefix and lora", "reparametrised prefix", "dropout", "iapt", "hard prompt"];

    [Theory]
    [MemberData(nameof(Studies))]
    public void Together_equals_alone(string study)
    {
        var designs = DesignsOf(study);
        var together = Harness.TrainTogether(designs);
        for (int arm = 0; arm < designs.Length; arm++)
        {
            var alone = Harness.TrainTogether(designs[arm]).Arms[0];
            var joined = together.Arms[arm];
            Assert.Equal(alone.Curve.Select(point => point.Step), joined.Curve.Select(point => point.Step));
            double largest = alone.Curve.Max(point => point.Loss);
            foreach (var (one, other) in alone.Curve.Zip(joined.Curve))
            {
                Assert.True(
                    Math.Abs(one.Loss - other.Loss) <= 1e-12 * largest, $"{study} arm {arm} at {one.Step}: {one.Loss:R} alone, {other.Loss:R} together");
            }

            foreach (var (one, other) in alone.Adapter.Zip(joined.Adapter))
            {
                Assert.Equal(one.Name, other.Name);
                Assert.Equal(one.Shape, other.Shape);
                double size = one.Values.Max(Math.Abs);
                Assert.All(one.Values.Zip(other.Values), pair => Assert.True(
                    Math.Abs(pair.First - pair.Second) <= 1e-12 * size, $"{study} arm {arm} {one.Name}: {pair.First:R} alone, {pair.Second:R} together"));
            }
        }
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("lora")]
    [InlineData("full")]
    [InlineData("deep prompt")]
    [InlineData("key-value prefix")]
    [InlineData("block-input prefix")]
    [InlineData("adafactor")]
    [InlineData("clip")]
    public void A_nan_arm_leaves_the_bits_of_the_others(string study)
    {
        var designs = DesignsOf(study);
        var healthy = Run(null);
        var poisoned = Run(adapter =>
        {
            using var frozen = no_grad();
            adapter.Tensors[0].Of(1).fill_(double.NaN);
        });
        Assert.NotNull(poisoned.Arms[1].DivergedAt);
        Assert.All(poisoned.Arms[1].Metrics, value => Assert.True(double.IsNaN(value)));
        for (int arm = 0; arm < designs.Length; arm++)
        {
            if (arm != 1)
            {
                Assert.Null(poisoned.Arms[arm].DivergedAt);
                Assert.Equal(healthy.Arms[arm].Curve.Select(Bits), poisoned.Arms[arm].Curve.Select(Bits));
                Assert.Equal(
                    healthy.Arms[arm].Adapter.SelectMany(t => t.Values).Select(BitConverter.DoubleToInt64Bits),
                    poisoned.Arms[arm].Adapter.SelectMany(t => t.Values).Select(BitConverter.DoubleToInt64Bits));
            }
        }

        CohortOutcome Run(Action<Adapter>? prepare)
        {
            var cohort = new Cohort(Harness.PlanOf(designs), new DetachedSession(), CPU);
            Harness.Train(cohort, prepare: prepare);
            return cohort.Outcome!;
        }
    }

    [Fact]
    public void Training_stops_when_every_arm_diverged()
    {
        var training = new TrainingOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 1e200, Steps = 400, MeasureEvery = 10 };
        var session = new MemorySession();
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(new FullOptions(), 0, training: training)), session, CPU);
        Harness.Train(cohort);
        Assert.Equal([0, 10], session.MeasuredSteps);
        Assert.Equal(10, cohort.Outcome!.Arms[0].DivergedAt);
        Assert.True(double.IsNaN(cohort.Outcome.Arms[0].Curve[^1].Loss));
    }

    [Theory]
    [InlineData("prompt", 1)]
    [InlineData("lora", 77)]
    [InlineData("full", 100)]
    [InlineData("key-value prefix", 50)]
    [InlineData("mini-batch", 33)]
    [InlineData("reparametrised prefix", 12)]
    [InlineData("dropout", 33)]
    [InlineData("iapt", 33)]
    [InlineData("hard prompt", 33)]
    [InlineData("adafactor", 60)]
    [InlineData("clip", 199)]
    public void A_resumed_run_ends_with_the_same_bits(string study, int pauseAt)
    {
        var designs = DesignsOf(study);
        var whole = new Cohort(Harness.PlanOf(designs), new DetachedSession(), CPU);
        Harness.Train(whole);

        var session = new MemorySession { PauseAt = pauseAt };
        Assert.Throws<TrainingInterruptedException>(() => Harness.Train(new Cohort(Harness.PlanOf(designs), session, CPU)));
        Assert.Equal(pauseAt, session.Saved!.Step);
        var resumed = new Cohort(Harness.PlanOf(designs), MemorySession.Resuming(session.Saved), CPU);
        Harness.Train(resumed);
        AssertSameBits(whole.Outcome!, resumed.Outcome!);
    }

    [Fact]
    public void Saving_on_the_way_changes_nothing()
    {
        var designs = DesignsOf("prompt");
        var session = new MemorySession { SaveEvery = 7 };
        var saving = new Cohort(Harness.PlanOf(designs), session, CPU);
        Harness.Train(saving);
        Assert.Equal(199 / 7, session.Saves);
        AssertSameBits(Harness.TrainTogether(designs), saving.Outcome!);
    }

    [Fact]
    public void Results_do_not_depend_on_the_number_of_workers()
    {
        var designs = DesignsOf("prompt").Concat(DesignsOf("lora")).Concat(DesignsOf("full")).ToArray();
        var one = Run(1);
        var three = Run(3);
        foreach (var (first, second) in one.Zip(three))
        {
            AssertSameBits(first, second);
        }

        CohortOutcome[] Run(int workers)
        {
            Cohort[] cohorts = [.. CohortPlanner.Plan(designs).Select(plan => new Cohort(plan, new DetachedSession(), CPU))];
            CohortRunner.Run(cohorts, cohort => Harness.Train(cohort), workers);
            return [.. cohorts.Select(cohort => cohort.Outcome!)];
        }
    }

    [Fact]
    public void The_runner_passes_failures_on()
    {
        Cohort[] cohorts = [.. CohortPlanner.Plan(DesignsOf("prompt")).Select(plan => new Cohort(plan, new DetachedSession(), CPU))];
        Assert.Throws<InvalidDataException>(() => CohortRunner.Run(cohorts, _ => throw new InvalidDataException(), 2));
        Assert.Throws<TrainingInterruptedException>(() => CohortRunner.Run(cohorts, _ => throw new TrainingInterruptedException(), 2));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<TrainingInterruptedException>(() => CohortRunner.Run(cohorts, _ => Assert.Fail("A cohort started."), 2, cancelled.Token));
    }

    [Theory]
    [InlineData(0, 0, new[] { 0 })]
    [InlineData(3, 0, new[] { 0, 1, 2, 3 })]
    [InlineData(10, 4, new[] { 0, 4, 8, 10 })]
    [InlineData(40, 0, new[] { 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40 })]
    public void Losses_are_measured_now_and_then_and_at_both_ends(int steps, int every, int[] expected)
    {
        var session = new MemorySession();
        var training = new TrainingOptions { Steps = steps, MeasureEvery = every, LearningRate = 0.01 };
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions(), 0, training: training)), session, CPU);
        Harness.Train(cohort);
        Assert.Equal(expected, session.MeasuredSteps);
        Assert.Equal(cohort.Outcome!.Arms[0].Metrics[0], cohort.Outcome.Arms[0].Curve[^1].Loss);
    }

    [Fact]
    public void Training_keeps_no_tensors_behind()
    {
        Train(2);
        long small = Left(() => Train(10)), large = Left(() => Train(60));
        Assert.Equal(0, small);
        Assert.Equal(0, large);

        static void Train(int steps) => Harness.TrainTogether(
            Harness.Design(new PromptOptions { Length = 3 }, 0, training: new TrainingOptions { Steps = steps }));

        static long Left(Action action)
        {
            var statistics = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics;
            long before = statistics.ThreadTotalLiveCount;
            action();
            return statistics.ThreadTotalLiveCount - before;
        }
    }

    [Fact]
    public void A_changed_backbone_is_an_error()
    {
        using var scope = NewDisposeScope();
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions(), 0)), new DetachedSession(), CPU);
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var task = Harness.TaskOf(cohort.Task, backbone, cohort.Seeds);
        var adapter = Harness.AdapterOf(cohort, backbone);
        foreach (var step in cohort.Steps(adapter, Optimizer.Create(cohort.Trainings, adapter)))
        {
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }

        backbone.Layers[0][Projection.V].Matrix[0, 0, 0].add_(1e-15);
        var error = Assert.Throws<InvalidOperationException>(() => cohort.Finish(new TrainedCohort(cohort, backbone, task, adapter), []));
        Assert.Contains("frozen backbone changed", error.Message);
    }

    [Fact]
    public void An_adapter_that_does_not_reach_the_loss_is_told()
    {
        using var scope = NewDisposeScope();
        var session = new MemorySession();
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions(), 0)), session, CPU);
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var task = Harness.TaskOf(cohort.Task, backbone, cohort.Seeds);
        var (adapter, other) = (Harness.AdapterOf(cohort, backbone), Harness.AdapterOf(cohort, backbone));
        foreach (var step in cohort.Steps(adapter, Optimizer.Create(cohort.Trainings, adapter)))
        {
            step.Descend(task.Loss(backbone, other, step.Batch));
        }

        cohort.Finish(new TrainedCohort(cohort, backbone, task, adapter), []);
        var said = Assert.Single(session.Said);
        Assert.Contains("prompt number=0 seed=0", said);
        Assert.Contains("no trained number moved", said);
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 0.1, true)]
    [InlineData(OptimizerKind.Sgd, 0.1, true)]
    [InlineData(OptimizerKind.Adafactor, 0.1, false)]
    [InlineData(OptimizerKind.Adam, 1e-18, false)]
    [InlineData(OptimizerKind.Sgd, 1e-18, false)]
    public void A_tensor_with_a_gradient_that_nobody_updates_is_an_error_unless_rounding_explains_it(OptimizerKind kind, double rate, bool fails)
    {
        using var scope = NewDisposeScope();
        var session = new MemorySession();
        var training = new TrainingOptions { Optimizer = kind, LearningRate = rate, Steps = 3 };
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions(), 0, training: training)), session, CPU);
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var task = Harness.TaskOf(cohort.Task, backbone, cohort.Seeds);
        var (adapter, other) = (Harness.AdapterOf(cohort, backbone), Harness.AdapterOf(cohort, backbone));

        // An optimiser that has the numbers of another adapter; Adafactor's gradients are no more than its own updates of those.
        foreach (var step in cohort.Steps(adapter, Optimizer.Create(cohort.Trainings, kind == OptimizerKind.Adafactor ? adapter : other)))
        {
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }

        var trained = new TrainedCohort(cohort, backbone, task, adapter);
        if (fails)
        {
            Assert.Contains("tensor prompt has a gradient", Assert.Throws<InvalidOperationException>(() => cohort.Finish(trained, [])).Message);
        }
        else
        {
            cohort.Finish(trained, []);
            Assert.Equal(kind == OptimizerKind.Adafactor ? 0 : 1, session.Said.Count);
        }
    }

    [Fact]
    public void A_pass_without_or_with_two_updates_is_an_error()
    {
        using var scope = NewDisposeScope();
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(new PromptOptions(), 0)), new DetachedSession(), CPU);
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var task = Harness.TaskOf(cohort.Task, backbone, cohort.Seeds);
        var adapter = Harness.AdapterOf(cohort, backbone);
        var steps = cohort.Steps(adapter, Optimizer.Create(cohort.Trainings, adapter)).GetEnumerator();
        Assert.True(steps.MoveNext());
        steps.Current.Descend(task.Loss(backbone, adapter, steps.Current.Batch));
        Assert.Throws<InvalidOperationException>(() => steps.Current.Descend(task.Loss(backbone, adapter, steps.Current.Batch)));
        Assert.True(steps.MoveNext());
        Assert.Throws<ArgumentException>(() => steps.Current.Descend(ones(3, float64)));
        Assert.Throws<InvalidOperationException>(() => steps.MoveNext());
    }

    private static ArmDesign[] DesignsOf(string study)
    {
        var training = new TrainingOptions { Steps = 200, LearningRate = 0.01, Schedule = new CosineSchedule(0.1) };
        int[] seeds = [0, 0, 1, 1];
        ArmDesign Prompt(int arm, TransformerOptions? backbone = null, TaskOptions? task = null, TrainingOptions? with = null) => Harness.Design(
            new PromptOptions { Length = 1 + ((arm * 3) % 5) }, seeds[arm], backbone, task,
            (with ?? training) with { LearningRate = 0.01 * (1 + (arm % 3)) }, arm);
        ArmDesign Lora(int arm, Projection on, TransformerOptions? backbone = null, TaskOptions? task = null) => Harness.Design(
            new LoraOptions { Rank = 1 + (arm % 3), On = [on], Alpha = arm }, seeds[arm], backbone, task,
            training with { LearningRate = 0.005 * (1 + arm), Warmup = arm }, arm);
        ArmDesign Prefix(int arm, PrefixForm form) => Harness.Design(
            new PrefixOptions { Length = 1 + ((arm * 3) % 5), Form = form, NormCap = arm % 2, KeyCap = arm % 2, ValueCap = arm % 3 }, seeds[arm], Deep, Teacher,
            training with { LearningRate = 0.005 * (1 + arm) }, arm);
        return study switch
        {
            "prompt" => [.. Enumerable.Range(0, 4).Select(arm => Prompt(arm))],
            "lora" => [.. Enumerable.Range(0, 4).Select(arm => Lora(arm, Projection.Mlp))],
            "full" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new FullOptions(), seeds[arm], training: training with { LearningRate = 0.001 * (1 + arm) }, number: arm))],
            "deep prompt" => [.. Enumerable.Range(0, 4).Select(arm => Prompt(arm, Deep, Teacher))],
            "bidirectional prompt" => [.. Enumerable.Range(0, 4).Select(arm => Prompt(arm, Deep with { Causal = false }, Teacher))],
            "deep lora" => [.. Enumerable.Range(0, 4).Select(arm => Lora(arm, Projection.All, Deep, Teacher))],
            "key-value prefix" => [.. Enumerable.Range(0, 4).Select(arm => Prefix(arm, PrefixForm.KeyValue))],
            "block-input prefix" => [.. Enumerable.Range(0, 4).Select(arm => Prefix(arm, PrefixForm.BlockInput))],
            "mini-batch" => [.. Enumerable.Range(0, 4).Select(arm => Prompt(arm, Deep, Teacher, training with { Batch = 2 }))],
            "adafactor" => [.. Enumerable.Range(0, 4).Select(arm => Prompt(
                arm, with: training with { Optimizer = OptimizerKind.Adafactor, WeightDecay = 0.01 }))],
            "clip" => [.. Enumerable.Range(0, 4).Select(arm => Prompt(
                arm, with: training with { Clip = arm == 2 ? 0 : 0.01 * (arm + 1), Optimizer = OptimizerKind.AdamW, WeightDecay = 0.1 * arm }))],
            "hard prompt" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new HardPromptOptions { Length = 1 + ((arm * 3) % 5), Candidates = 1 + arm }, seeds[arm], Deep with { Vocabulary = 17 }, Teacher,
                training with { Steps = 40, Batch = 2 }, arm))],
            "iapt" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new IaptOptions { Length = 1 + ((arm * 3) % 5), Bottleneck = 3, Shared = true }, seeds[arm], Deep, Teacher,
                training with { LearningRate = 0.005 * (1 + arm), Batch = 2 }, arm))],
            "reparametrised prefix" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new PrefixOptions { Length = 1 + ((arm * 3) % 5), Reparametrization = 3, Layers = [1] }, seeds[arm], Deep, Teacher,
                training with { LearningRate = 0.005 * (1 + arm) }, arm))],
            "dropout" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new LoraOptions { Rank = 1 + (arm % 3), On = [Projection.All], Dropout = 0.25 * arm }, seeds[arm], Deep, Teacher,
                training with { LearningRate = 0.005 * (1 + arm), Batch = 2 }, arm))],
            "prompt and lora" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new PromptLoraOptions { Prompt = new() { Length = 1 + ((arm * 3) % 5), NormCap = arm % 2 }, Lora = new() { Rank = 1 + (arm % 3), On = [Projection.Attention] } },
                seeds[arm], Deep, Teacher, training with { LearningRate = 0.005 * (1 + arm) }, arm))],
            "prefix and lora" => [.. Enumerable.Range(0, 4).Select(arm => Harness.Design(
                new PrefixLoraOptions { Prefix = new() { Length = 1 + ((arm * 3) % 5) }, Lora = new() { Rank = 1 + (arm % 3), On = [Projection.All] } },
                seeds[arm], Deep, Teacher, training with { LearningRate = 0.005 * (1 + arm) }, arm))],
            _ => throw new ArgumentOutOfRangeException(nameof(study), study, null),
        };
    }

    private static void AssertSameBits(CohortOutcome first, CohortOutcome second)
    {
        foreach (var (one, other) in first.Arms.Zip(second.Arms))
        {
            Assert.Equal(one.Metrics.Select(BitConverter.DoubleToInt64Bits), other.Metrics.Select(BitConverter.DoubleToInt64Bits));
            Assert.Equal(one.Curve.Select(Bits), other.Curve.Select(Bits));
            Assert.Equal(
                one.Adapter.SelectMany(t => t.Values).Select(BitConverter.DoubleToInt64Bits),
                other.Adapter.SelectMany(t => t.Values).Select(BitConverter.DoubleToInt64Bits));
        }
    }

    private static (int Step, long Loss) Bits(CurvePoint point) => (point.Step, BitConverter.DoubleToInt64Bits(point.Loss));
}
