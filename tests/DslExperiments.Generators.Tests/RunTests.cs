using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>Generated code at work: compiled in memory, loaded, trained.</summary>
public class RunTests
{
    [Fact]
    public async Task An_experiment_trains_and_judges_itself()
    {
        var assembly = TestProject.Of("study/sample", SpecTexts.Minimal).Run().AssertNoDiagnostics().Load();
        var type = assembly.GetType("Test.Experiments.Study.Sample", throwOnError: true)!;
        dynamic task = type.GetMethod("RunAsync")!.Invoke(null, [(Action<Hosting.RunOptions>)(options => options.Profile("ci").Quiet()), CancellationToken.None])!;
        dynamic results = await task;

        Assert.Equal(4, results.Arms.Length);
        Assert.Equal("ci", results.Profile);
        foreach (dynamic arm in results.Arms)
        {
            Assert.Equal(Results.ArmStatus.Finished, (Results.ArmStatus)arm.Status);
            double loss = arm.Metrics.TrainMse;
            Assert.True(loss > 0 && double.IsFinite(loss));
        }

        Results.ExpectationOutcome outcome = results.Expectations[0];
        Assert.Equal("min(prompt.train.mse) > 0", outcome.Text);
        Assert.True(outcome.Held);
    }
}
