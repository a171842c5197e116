using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>A cohort that becomes narrower ends with the bits of one that does not.</summary>
public class CohortCourseTests
{
    private static readonly TransformerOptions Deep = new()
    {
        Depth = 2, Width = 8, Heads = 2, Causal = true, Mlp = new MlpOptions { Hidden = 12, Activation = Activation.Gelu },
    };

    public static IEnumerable<object[]> Studies =>
        from method in (string[])["prompt", "prefix", "lora", "full", "iapt", "prompt and lora", "adafactor", "one seed"]
        from dtype in (Precision[])[Precision.Float32, Precision.Float64]
        select (object[])[method, dtype];

    [Theory]
    [MemberData(nameof(Studies))]
    public void Bits_are_those_of_a_cohort_that_stays_wide(string study, Precision dtype)
    {
        var plan = Plan(study, dtype);
        var (whole, narrow) = (Wide(plan), new Cohort(plan, new DetachedSession(), CPU));
        var widths = new List<int>();
        var end = CohortCourse.Train(narrow, cohort =>
        {
            widths.Add(cohort.Count);
            Harness.Train(cohort);
        });
        AssertSameBits(whole, end.Outcome!);
        Assert.Equal(6, whole.Arms.Count(static arm => arm.StoppedAt is not null));

        // Whether others of these widths have the same bits is a matter of the machine; that it was tried is not.
        Assert.True(widths.Count > 1 && widths.Min() < 8, string.Join(", ", widths));
    }

    [Theory]
    [MemberData(nameof(Studies))]
    public void Bits_are_the_same_where_a_metric_is_watched_and_the_best_restored(string study, Precision dtype)
    {
        var plan = Plan(study, dtype);
        plan = plan with { Designs = [.. plan.Designs.Select(static (design, arm) => design with { Training = design.Training with { EarlyStopping = design.Training.EarlyStopping with { Metric = "train.mse", RestoreBest = arm % 4 > 0 } } })] };
        var (whole, narrow) = (Wide(plan), new Cohort(plan, new DetachedSession(), CPU));
        var widths = new List<int>();
        var end = CohortCourse.Train(narrow, cohort =>
        {
            widths.Add(cohort.Count);
            Harness.Train(cohort);
        });
        AssertSameBits(whole, end.Outcome!);
        Assert.Equal(6, whole.Arms.Count(static arm => arm.StoppedAt is not null));
        Assert.True(widths.Count > 1 && widths.Min() < 8, string.Join(", ", widths));
    }

    /// <summary>Whole blocks of rows are taken out of the middle, so that kernels sum all others as before.</summary>
    [Fact]
    public void A_cohort_does_become_narrower()
    {
        var plan = Plan("one seed", Precision.Float64);
        var cohort = new Cohort(plan, new DetachedSession(), CPU);
        long laneSteps = 0;
        CohortCourse.Train(cohort, part => Harness.Train(part, onStep: step => laneSteps += step.Updates ? part.Count : 0));
        Assert.InRange(laneSteps, 1, (8 * 100) - 100);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(22)]
    [InlineData(47)]
    [InlineData(81)]
    public void A_resumed_run_ends_with_the_same_bits(int pauseAt)
    {
        var plan = Plan("one seed", Precision.Float64);
        var whole = Wide(plan);
        var session = new MemorySession { PauseAt = pauseAt };
        Assert.Throws<TrainingInterruptedException>(() => CohortCourse.Train(new Cohort(plan, session, CPU), part => Harness.Train(part)));
        int steps = 0;
        var end = CohortCourse.Train(new Cohort(plan, MemorySession.Resuming(session.Saved!), CPU), part => Harness.Train(part, onStep: step => steps += step.Updates ? 1 : 0));
        AssertSameBits(whole, end.Outcome!);
        Assert.InRange(steps, 100 - session.Saved!.Step, 100 - session.Saved.Step + 24);
    }

    [Fact]
    public void Nothing_of_a_part_is_reported_as_of_the_whole()
    {
        var plan = Plan("one seed", Precision.Float64);
        var session = new MemorySession();
        CohortCourse.Train(new Cohort(plan, session, CPU), part => Harness.Train(part));
        Assert.Equal(session.MeasuredSteps.Distinct().Order(), session.MeasuredSteps);
    }

    [Fact]
    public void Choices_keep_runs_even_and_blocks_at_the_edge()
    {
        int[] seeds = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
        bool[] left = [true, true, false, true, true, true, true, false, true, true, true, true];
        long[] sizes = [4, 2, 1, 3, 4, 2, 1, 3, 4, 2, 1, 3];
        int[][] choices = [.. CohortCourse.Choices(seeds, left, sizes).Select(static choice => choice.ToArray())];
        Assert.Equal([2, 7], choices[0]);
        Assert.Equal([2, 3, 4, 7], choices[1]);
        Assert.Equal([0, 2, 3, 4, 5, 7], choices[2]);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], choices[3]);
        Assert.Equal(4, choices.Length);
    }

    private static CohortOutcome Wide(CohortPlan plan)
    {
        var cohort = new Cohort(plan, new DetachedSession(), CPU);
        Harness.Train(cohort);
        return cohort.Outcome!;
    }

    /// <summary>Eight lanes, of which six stop at steps 10 to 35.</summary>
    private static CohortPlan Plan(string study, Precision dtype) => Harness.PlanOf([.. Enumerable.Range(0, 8).Select(arm => Harness.Design(
        Method(study, length: 1 + (arm * 3 % 5), rank: 1 + (arm % 3)),
        study == "one seed" ? 0 : arm / 4,
        Deep with { Dtype = dtype },
        new TeacherPromptOptions { Sequences = 4, Length = 3 },
        new TrainingOptions
        {
            Optimizer = study == "adafactor" ? OptimizerKind.Adafactor : OptimizerKind.Adam,
            Steps = 100,
            MeasureEvery = 5,
            LearningRate = 0.001 * (1 + arm),
            Schedule = new CosineSchedule(0.1),
            EarlyStopping = arm is 2 or 6 ? new() : new() { Patience = 2 + (arm / 2 * 5 / 3), MinDelta = 1e9 },
        },
        arm))]);

    private static MethodOptions Method(string study, int length, int rank) => study switch
    {
        "prefix" => new PrefixOptions { Length = length },
        "lora" => new LoraOptions { Rank = rank, On = [Projection.All] },
        "full" => new FullOptions { On = [Projection.All] },
        "iapt" => new IaptOptions { Length = length, Bottleneck = 3 },
        "prompt and lora" => new PromptLoraOptions { Prompt = new() { Length = length }, Lora = new() { Rank = rank, On = [Projection.Attention] } },
        _ => new PromptOptions { Length = length },
    };

    private static void AssertSameBits(CohortOutcome first, CohortOutcome second)
    {
        foreach (var (one, other) in first.Arms.Zip(second.Arms))
        {
            Assert.Equal((one.StoppedAt, one.DivergedAt, one.RestoredFrom), (other.StoppedAt, other.DivergedAt, other.RestoredFrom));
            Assert.Equal(one.Curve, other.Curve);
            Assert.Equal(one.Metrics, other.Metrics);
            Assert.Equal(one.Adapter.SelectMany(static tensor => tensor.Values), other.Adapter.SelectMany(static tensor => tensor.Values));
        }
    }
}
