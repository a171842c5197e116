using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Training;

namespace DslExperiments.Tests.Metrics;

/// <summary>The floor is below every prompt and close to the best ones.</summary>
public class PromptFloorTests
{
    [Theory]
    [InlineData(4, 2, AttentionScale.None, false, 1)]
    [InlineData(6, 3, AttentionScale.InverseSqrt, false, 2)]
    [InlineData(10, 2, AttentionScale.None, true, 3)]
    [InlineData(16, 3, AttentionScale.InverseSqrt, true, 4)]
    [InlineData(10, 2, AttentionScale.None, false, 5)]
    public void No_prompt_is_below_its_floor(int width, int sequences, AttentionScale scale, bool output, int salt)
    {
        var backbone = Harness.SingleLayer with
        {
            Width = width,
            Attention = new AttentionOptions { Scale = scale, Output = output },
            Mlp = new MlpOptions { Hidden = 2 * width, Activation = (Activation)(salt % 4) },
            Causal = salt % 2 == 0,
        };
        var task = new SharedTokenPairOptions { Sequences = sequences, Length = 1 + (salt % 3) };
        var training = new TrainingOptions { LearningRate = 0.1, Steps = 250, Schedule = new CosineSchedule(1e-3) };
        ArmDesign[] designs =
        [
            .. from seed in Enumerable.Range(salt * 100, 10)
               from length in (int[])[1, 3]
               from start in (double[])[0.3, 2]
               select Harness.Design(new PromptOptions { Length = length, Init = new Normal(start) }, seed, backbone, task, training),
        ];
        double[][] values = MetricTests.Measure([new TrainMse(), new PromptFloor()], designs);
        for (int arm = 0; arm < designs.Length; arm++)
        {
            Assert.True(values[0][arm] >= values[1][arm] - 1e-6, $"{designs[arm].Arm.Label} {designs[arm].Method}: {values[0][arm]:R} below {values[1][arm]:R}");
        }
    }

    [Fact]
    public void Training_meets_the_floor_and_longer_prompts_lower_it()
    {
        // Seeds where gradient descent is known to find the best prompt; others stop above it.
        var training = new TrainingOptions { LearningRate = 0.1, Steps = 1500, Schedule = new CosineSchedule(1e-3) };
        int[] lengths = [1, 4, 64];
        ArmDesign[] designs = [.. from seed in (int[])[0, 1, 2] from length in lengths select Harness.Design(new PromptOptions { Length = length }, seed, training: training)];
        double[][] values = MetricTests.Measure([new TrainMse(), new PromptFloor()], designs);
        for (int arm = 0; arm < designs.Length; arm++)
        {
            Assert.InRange(values[0][arm] / values[1][arm], 1 - 1e-9, 1.03);
            Assert.True(arm % lengths.Length == 0 || values[1][arm] <= values[1][arm - 1] + 1e-12);
        }
    }

    [Fact]
    public void The_floor_falls_to_the_free_optimum_and_no_further()
    {
        int[] lengths = [1, 2, 8, 64, 4096, 1_000_000];
        using var scope = TorchSharp.torch.NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [7], TorchSharp.torch.CPU);
        var task = new SharedTokenPair(new SharedTokenPairOptions(), backbone, [7]);
        var cohort = new DslExperiments.Cohorts.Cohort(
            Harness.PlanOf(Harness.Design(new PromptOptions(), 7)), new DslExperiments.Cohorts.DetachedSession(), TorchSharp.torch.CPU);
        var adapter = new SoftPrompt([new PromptOptions()], backbone, [7]);
        var solver = new FloorSolver(SharedQuery.Of(new TrainedCohort(cohort, backbone, task, adapter))![0]);
        double[] floors = [.. lengths.Select(solver.Floor)];
        Assert.Equal(floors.OrderDescending(), floors);
        Assert.True(floors[^1] > 1e-2, "Random targets must stay out of reach.");
        Assert.Equal(floors[3], new FloorSolver(SharedQuery.Of(new TrainedCohort(cohort, backbone, task, adapter))![0]).Floor(64));
    }

    [Fact]
    public void A_teachers_targets_have_no_floor_at_its_length()
    {
        var task = new SharedTokenPairOptions { Targets = new TeacherTargets(4) };
        double[][] values = MetricTests.Measure(
            [new PromptFloor()], [.. Enumerable.Range(0, 4).Select(seed => Harness.Design(new PromptOptions { Length = 4 }, seed, task: task))]);
        Assert.All(values[0], floor => Assert.InRange(floor, 0, 1e-20));
    }

    [Fact]
    public void Other_arms_and_other_backbones_have_no_floor()
    {
        Assert.True(double.IsNaN(MetricTests.Measure([new PromptFloor()], Harness.Design(new LoraOptions { On = [Projection.Mlp] }, 0))[0][0]));
        var deep = Harness.SingleLayer with { Depth = 2 };
        Assert.True(double.IsNaN(MetricTests.Measure([new PromptFloor()], Harness.Design(new PromptOptions(), 0, deep))[0][0]));
        Assert.True(double.IsNaN(MetricTests.Measure([new PromptFloor()], Harness.Design(new PromptOptions(), 0, task: new TeacherPromptOptions()))[0][0]));
    }
}
