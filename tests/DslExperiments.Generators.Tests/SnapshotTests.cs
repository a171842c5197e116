using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>What is generated, file by file, as a person would review it; each also compiles without a warning.</summary>
public class SnapshotTests
{
    /// <summary>The other parts of the classes whose specs ask for one.</summary>
    private const string Others = """
        #pragma warning disable CS1591
        namespace Test.Experiments
        {
            public sealed partial class CustomMetric
            {
                private static partial double[] MeasureCustomFirstEntry(global::DslExperiments.Metrics.TrainedCohort trained) => new double[trained.Cohort.Count];
            }
        }
        """;

    private static readonly Lazy<GeneratorRun> Repository = new(() =>
        new TestProject(SpecTexts.Repository).Run().AssertNoDiagnostics().AssertCompiles());

    internal static readonly Lazy<GeneratorRun> AllFeatures = new(() => new TestProject(
        SpecTexts.Names("features").Select(feature => new Spec(feature, SpecTexts.Read("features/" + feature))),
        Others + "\n" + CustomTaskTests.Copying).Run().AssertNoDiagnostics().AssertCompiles());

    public static TheoryData<string> RepositorySpecs => [.. SpecTexts.Names("specs")];

    public static TheoryData<string> Features => [.. SpecTexts.Names("features")];

    [Theory]
    [MemberData(nameof(RepositorySpecs))]
    public Task Specs_of_the_repository(string name) =>
        Verify(Repository.Value.Source(name), extension: "cs").UseDirectory("Snapshots").UseFileName(name.Replace('/', '.'));

    [Theory]
    [MemberData(nameof(Features))]
    public Task Features_of_the_language(string name) =>
        Verify(AllFeatures.Value.Source(name), extension: "cs").UseDirectory("Features").UseFileName(name);

    [Fact]
    public Task The_list_of_experiments() =>
        Verify(Repository.Value.Sources["(registry).g.cs"], extension: "cs").UseDirectory("Snapshots").UseFileName("registry");

    [Fact]
    public Task A_test_project_gets_a_snapshot_test_per_experiment()
    {
        TestProject project = new(
            SpecTexts.Repository,
            properties: [("RootNamespace", "Test.Experiments.Tests"), ("DslExperimentsSnapshotTests", "true")]);
        foreach (var (name, text) in Repository.Value.Sources)
        {
            // Stands for the project under test.
            project.EditSource(name, text);
        }

        var run = project.Run().AssertNoDiagnostics().AssertCompiles();

        return Verify(run.Sources["theory/single-layer-limit.tests.g.cs"], extension: "cs").UseDirectory("Snapshots").UseFileName("snapshot-test");
    }

    [Fact]
    public void A_project_without_specs_has_an_empty_list()
    {
        var run = new TestProject([]).Run().AssertNoDiagnostics().AssertCompiles();

        Assert.Equal(["(registry).g.cs"], run.Sources.Keys);
    }

    [Fact]
    public void The_hash_is_that_of_the_text()
    {
        var experiment = SampleRun.Load(SpecTexts.Minimal);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(experiment.Info.SpecText))), experiment.Info.SpecHash);
        Assert.Equal("../../specs/sample.yaml", experiment.Info.SpecPath);
    }
}
