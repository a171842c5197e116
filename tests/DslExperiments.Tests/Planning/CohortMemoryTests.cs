using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Planning;

/// <summary>What a cohort is estimated to take, against what libtorch allocates while it trains.</summary>
public class CohortMemoryTests
{
    /// <summary>An estimate may be too high by a fifth, so that memory is not wasted, and hardly too low, so that it suffices.</summary>
    private const double Least = 0.95, Most = 1.2;

    public static TheoryData<string> Groups => [.. MemoryCases.Groups.Keys];

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_estimate_is_the_peak_of_training(string group)
    {
        var wrong = new List<string>();
        int count = 0;
        foreach (var (name, arms) in MemoryCases.Groups[group]())
        {
            long peak = PeakOf(arms);
            var estimate = CohortMemory.Of(arms);
            count++;
            if (estimate.Peak / peak is not (>= Least and <= Most))
            {
                wrong.Add($"{estimate.Peak / peak:0.000} of {peak} bytes: {name}; estimated {estimate}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}:{Environment.NewLine}{string.Join(Environment.NewLine, wrong)}");
    }

    [Fact]
    public void An_estimate_grows_with_arms_and_with_rows()
    {
        double OfArms(int arms, int length) =>
            CohortMemory.Of([.. Enumerable.Range(0, arms).Select(arm => Cohorts.Harness.Design(new PromptOptions { Length = length }, 0, number: arm))]).Peak;

        Assert.True(OfArms(1, 4) < OfArms(2, 4) && OfArms(2, 4) < OfArms(32, 4));
        Assert.True(OfArms(4, 4) < OfArms(4, 5) && OfArms(4, 5) < OfArms(4, 100));
    }

    /// <summary>The most bytes at a time from the first tensor to the last pass, what only builds the cohort left out.</summary>
    private static long PeakOf(ArmDesign[] arms)
    {
        ArmDesign[] designs = [.. arms.Select(arm => arm with { Training = arm.Training with { Steps = 2, MeasureEvery = 100 } })];
        set_num_threads(1);
        var cohort = new Cohort(Cohorts.Harness.PlanOf(designs), new DetachedSession(), CPU);
        using var counter = new AllocationCounter();
        using var scope = NewDisposeScope();
        var backbone = cohort.Backbone.DecoderDepth > 0
            ? new EncoderDecoder(cohort.Backbone, cohort.Seeds, CPU)
            : new Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var task = cohort.Task is RandomTokensOptions random ? new RandomTokens(random, backbone) : Cohorts.Harness.TaskOf(cohort.Task, backbone, cohort.Seeds);
        var adapter = Cohorts.Harness.AdapterOf(cohort, backbone, task);
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        counter.Restart();
        foreach (var step in cohort.Steps(adapter, optimizer))
        {
            using var stepScope = NewDisposeScope();
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }

        return counter.Peak;
    }
}
