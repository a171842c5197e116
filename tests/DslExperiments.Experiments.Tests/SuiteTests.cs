using System.Reflection;
using System.Text.Json;

namespace DslExperiments.Experiments.Tests;

/// <summary>What the repository claims, by the program that its users run.</summary>
public sealed class SuiteTests : IDisposable
{
    private readonly RunFiles _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task The_ci_profile_of_every_spec_holds()
    {
        var run = await ExperimentProgram.RunAsync("run", "--all", "--profile", "ci", "--json", "--out", _runs["all"]);

        using var document = JsonDocument.Parse(run.Out);
        var runs = document.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(ExperimentRegistry.All.Select(static entry => entry.Name).Order(StringComparer.Ordinal), runs.Select(static r => r.GetProperty("experiment").GetString()!).Order(StringComparer.Ordinal));
        foreach (var expectation in runs.SelectMany(static r => r.GetProperty("expectations").EnumerateArray()))
        {
            Assert.True(expectation.GetProperty("held").GetBoolean(), $"{expectation.GetProperty("text")}: {expectation.GetProperty("detail")}");
        }

        foreach (var arm in runs.SelectMany(static r => r.GetProperty("arms").EnumerateArray()))
        {
            Assert.Equal("finished", arm.GetProperty("status").GetString());
        }

        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Results_are_those_of_the_committed_baselines()
    {
        var baselines = typeof(SuiteTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static entry => entry.Key == "Baselines").Value!;
        var check = await ExperimentProgram.RunAsync("check", "--quiet", "--baselines", baselines);
        Assert.True(check.ExitCode is 0, check.Out + check.Error);
    }

    [Theory]
    [InlineData("single-layer-limit")]
    [InlineData("memorisation-control")]
    [InlineData("relative-attention")]
    public async Task Results_depend_neither_on_the_run_nor_on_the_workers(string experiment)
    {
        foreach (var (name, workers) in new[] { ("one", "1"), ("two", "2") })
        {
            var run = await ExperimentProgram.RunAsync("run", experiment, "--profile", "ci", "--workers", workers, "--quiet", "--out", _runs[name]);
            Assert.True(run.ExitCode is 0 or 1, run.Error);
        }

        _runs.AssertEqual("one", "two");
    }

    [Fact]
    public async Task List_needs_no_tensor_library()
    {
        // The same program, its tensor library replaced by files that cannot be loaded.
        var copy = Directory.CreateDirectory(_runs["copy"]).FullName;
        foreach (var file in Directory.EnumerateFiles(ExperimentProgram.Folder))
        {
            var target = Path.Combine(copy, Path.GetFileName(file));
            if (Path.GetFileName(file).Contains("torch", StringComparison.OrdinalIgnoreCase))
            {
                File.WriteAllText(target, "");
            }
            else
            {
                File.Copy(file, target);
            }
        }

        var list = await ExperimentProgram.RunInAsync(copy, "list");
        Assert.True(list.ExitCode is 0, list.Error);
        Assert.Contains("theory/single-layer-limit", list.Out, StringComparison.Ordinal);
        Assert.NotEqual(0, (await ExperimentProgram.RunInAsync(copy, "run", "single-layer-limit", "--out", _runs["none"])).ExitCode);
    }

    [Fact]
    public async Task Show_tells_arms_and_cohorts_of_every_spec()
    {
        foreach (var entry in ExperimentRegistry.All)
        {
            var show = await ExperimentProgram.RunAsync("show", entry.FullName);
            Assert.True(show.ExitCode is 0, show.Error);
            Assert.Contains(entry.FullName, show.Out, StringComparison.Ordinal);
            Assert.Contains("each one tensor program", show.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--set", "training.stps=5", "'stps'")]
    [InlineData("--set", "methods.prompt.lenght=[1]", "'lenght'")]
    [InlineData("--set", "training.steps=-1", "training.steps")]
    [InlineData("--set", "backbone.heads=3", "heads")]
    [InlineData("--set", "expect=[]", "expect")]
    [InlineData("--profile", "cii", "Did you mean 'ci'?")]
    [InlineData("--arm", "promt", "Did you mean 'prompt'?")]
    public async Task Wrong_input_is_explained(string option, string value, string expected)
    {
        var run = await ExperimentProgram.RunAsync("run", "single-layer-limit", option, value, "--out", _runs["run"]);
        Assert.Equal(42, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_runs["run"]));
    }
}
