using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace DslExperiments.Experiments.Tests;

/// <summary>What the repository claims, by the program that its users run.</summary>
public sealed class SuiteTests : IDisposable
{
    private readonly RunFiles _runs = new();

    private static string BaselinesFolder { get; } =
        typeof(SuiteTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static entry => entry.Key == "Baselines").Value!;

    public void Dispose() => _runs.Dispose();

    /// <summary>Every claim of the theory suite with its verdict; the numbers behind them are held by the baselines.</summary>
    [Fact]
    public async Task Every_claim_of_the_theory_suite_holds()
    {
        var run = await ExperimentProgram.RunAsync("theory", "--json", "--quiet", "--out", _runs["theory"]);

        using var document = JsonDocument.Parse(run.Out);
        var studies = document.RootElement.GetProperty("studies").EnumerateArray().ToArray();
        Assert.Equal(ExperimentRegistry.All.Where(static entry => entry.Folder == "theory").Select(static entry => entry.FullName).Order(StringComparer.Ordinal), studies.Select(static study => study.GetProperty("experiment").GetString()!));
        Assert.All(studies, static study => Assert.Equal("ci", study.GetProperty("profile").GetString()));
        var text = new StringBuilder();
        foreach (var study in studies)
        {
            text.Append(CultureInfo.InvariantCulture, $"{study.GetProperty("experiment")}: {study.GetProperty("paper")}, {study.GetProperty("claim")}\n");
            text.Append(CultureInfo.InvariantCulture, $"  {study.GetProperty("summary")}\n");
            foreach (var claim in study.GetProperty("claims").EnumerateArray())
            {
                var held = claim.GetProperty("held").GetBoolean();
                Assert.True(held, $"{claim.GetProperty("text")}: {claim.GetProperty("detail")}");
                text.Append(CultureInfo.InvariantCulture, $"  {(held ? "held" : "FAILED")}  {claim.GetProperty("text")}\n");
            }
        }

        Assert.Equal(0, run.ExitCode);
        await Verify(text.ToString());
    }

    [Fact]
    public async Task Results_are_those_of_the_committed_baselines()
    {
        var check = await ExperimentProgram.RunAsync("check", "--quiet", "--baselines", BaselinesFolder);
        Assert.True(check.ExitCode is 0, check.Out + check.Error);
    }

    [Theory]
    [InlineData("single-layer-limit")]
    [InlineData("memorisation-control")]
    [InlineData("relative-attention")]
    [InlineData("new-attention-pattern")]
    public async Task Results_depend_neither_on_the_run_nor_on_the_workers(string experiment)
    {
        // Backbones in a folder of each, so that none finds the other's.
        foreach (var (name, workers) in new[] { ("one/run", "1"), ("two/run", "2") })
        {
            var run = await ExperimentProgram.RunAsync("run", experiment, "--profile", "ci", "--workers", workers, "--quiet", "--out", _runs[name], "--pretrained", _runs[$"{name}-pretrained"]);
            Assert.True(run.ExitCode is 0 or 1, run.Error);
        }

        _runs.AssertEqual("one/run", "two/run");
    }

    [Fact]
    public async Task A_wrong_file_costs_no_pretraining()
    {
        var texts = Path.Combine(Directory.CreateDirectory(_runs["texts"]).FullName, "wrong.tsv");
        File.WriteAllText(texts, "positive\ta fine film .\nsplendid\ta fine film .\n");
        var run = await ExperimentProgram.RunAsync("run", "prompt-ensemble", "--profile", "ci", "--quiet", "--set", $"task.eval={texts}", "--out", _runs["wrong/run"], "--pretrained", _runs["wrong/pretrained"]);

        Assert.Equal(42, run.ExitCode);
        Assert.Contains("splendid", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_runs["wrong/pretrained"]), run.Error);
        Assert.False(Directory.Exists(_runs["wrong/run"]), run.Error);
    }

    [Fact]
    public void The_readme_lists_every_study()
    {
        var readme = File.ReadAllText(Path.Combine(BaselinesFolder, "..", "..", "README.md"));
        foreach (var info in ExperimentRegistry.All.Select(static entry => entry.Create().Info))
        {
            Assert.Contains($"| [{info.Name}](specs/{info.FullName}.yaml) | {info.Paper}, {info.Claim} | {info.Summary} |", readme, StringComparison.Ordinal);
        }
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
