using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Tasks;
using DslExperiments.Training;

namespace DslExperiments.Tests.Planning;

/// <summary>What the estimate of a step's time must say, whatever its constants.</summary>
public class CohortTimeTests
{
    [Fact]
    public void More_arms_take_longer_together_and_less_time_each()
    {
        double[] steps = [.. ((int[])[1, 2, 4, 8, 16, 32, 64, 128]).Select(arms => CohortTime.OfStep(Arms(arms, new PromptOptions { Length = 4 })))];
        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.InRange(pair.Second, pair.First, 2 * pair.First));
    }

    [Fact]
    public void More_work_takes_longer()
    {
        double few = OfLength(4), many = OfLength(64);
        Assert.True(few < many);
        Assert.True(CohortTime.OfStep(Arms(4, new HardPromptOptions { Length = 4, Candidates = 0 })) < CohortTime.OfStep(Arms(4, new HardPromptOptions { Length = 4, Candidates = 8 })));

        static double OfLength(int length) => CohortTime.OfStep(Arms(4, new PromptOptions { Length = length }));
    }

    [Fact]
    public void A_training_takes_as_long_as_its_steps()
    {
        TrainingOptions training = new() { Steps = 70 };
        var plan = Cohorts.Harness.PlanOf(Cohorts.Harness.Design(new PromptOptions(), 0, training: training));
        Assert.Equal(70 * CohortTime.OfStep(plan.Designs), CohortTime.Of(plan), 1e-9);
    }

    private static ArmDesign[] Arms(int count, MethodOptions method) =>
        [.. Enumerable.Range(0, count).Select(arm => Cohorts.Harness.Design(method, 0, task: new SharedTokenPairOptions { Sequences = 4, Length = 4 }, number: arm))];
}
