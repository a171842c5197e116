using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>Generated code at work: compiled in memory, loaded, trained.</summary>
public class RunTests
{
    private static readonly Lazy<System.Reflection.Assembly> Features = new(() => SnapshotTests.AllFeatures.Value.Load());

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

    [Theory]
    [MemberData(nameof(SnapshotTests.Features), MemberType = typeof(SnapshotTests))]
    public async Task Every_feature_of_the_language_trains(string name)
    {
        var type = Features.Value.GetTypes().Single(type => type.BaseType is { IsGenericType: true } && type.Name == Specs.CSharpNames.Pascal(name));
        dynamic task = type.GetMethod("RunAsync")!.Invoke(null, [(Action<Hosting.RunOptions>)(options => options.Quiet()), CancellationToken.None])!;
        dynamic results = await task;

        Results.ArmStatus[] ends = name == "search" ? [Results.ArmStatus.Finished, Results.ArmStatus.Dropped] : [Results.ArmStatus.Finished];
        var seen = new List<Results.ArmStatus>();
        foreach (dynamic arm in results.Arms)
        {
            seen.Add((Results.ArmStatus)arm.Status);
        }

        Assert.Equal(ends, seen.Distinct().Order());
        Assert.All((IEnumerable<Results.ExpectationOutcome>)results.Expectations, outcome => Assert.True(outcome.Held, $"{outcome.Text}: {outcome.Detail}"));
    }
}
