using System.CommandLine;
using DslExperiments.Hosting;
using DslExperiments.Results;

namespace DslExperiments.Tests.Hosting;

/// <summary>What people get to see, as a whole.</summary>
public sealed class ViewTests
{
    /// <summary>A run with everything in it: seeds, a diverged arm, hostile names, verdicts of all kinds.</summary>
    private static RunSummary Sample { get; } = new(
        "sample <script>alert(1)</script>",
        "ci",
        null,
        ["train.mse", "floor.mse"],
        [
            Arm("prompt", 1, 0, 0.5, 0.25), Arm("prompt", 1, 1, 0.75, 0.25), Arm("prompt", 64, 0, 0.125, 1e-9),
            Arm("prompt", 64, 1, double.NaN, double.NaN) with { Status = ArmStatus.Diverged, DivergedAt = 20, Curve = [new(0, 3), new(10, 30), new(20, double.NaN)] },
            Arm("lora", 2, 0, 2.5e-32, 0),
        ],
        [
            new("min(prompt.train.mse) > 1e-2", null, double.NaN, 0.01, "no value for prompt length=64 seed=1 (diverged at step 20)"),
            new("max(lora.train.mse) < 1e-12 & \"quoted\"", true, 2.5e-32, 1e-12, "2.5e-32"),
            new("prompt.train.mse >= prompt.floor.mse", false, 0.125, 0.2, "1 of 4 arms fail, worst prompt length=64 seed=0: 0.125 against <0.2>"),
        ]);

    [Fact]
    public Task The_results_of_a_run()
    {
        using var text = new StringWriter { NewLine = "\n" };
        ResultsView.Write(Terminals.On(text, terminal: false), Sample);
        return Verify(text.ToString());
    }

    [Fact]
    public Task The_claims_of_a_study()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var console = Terminals.On(text, terminal: false);
        TheoryView.Write(console, new ExperimentInfo("sample", "theory", "A claim <of> a paper.", "wang2023", "D3", "specs/sample.yaml", "", "", ["full", "ci"]), Sample);
        TheoryView.WriteTotal(console, [Sample], missing: 1);
        return Verify(text.ToString());
    }

    [Fact]
    public async Task The_plan_of_an_experiment() => await Verify((await ProgramRun.Of("show", "tiny", "--workers", "1", "--memory", "1GB")).Out);

    [Fact]
    public Task The_report_of_a_run() => Verify(HtmlReport.Text(Sample, "A <summary> & more"), extension: "html");

    [Fact]
    public void The_report_needs_nothing_else_and_escapes_everything()
    {
        var html = HtmlReport.Text(Sample, "A <summary> & more");
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help() => await Verify((await ProgramRun.Of("run", "--help")).Out)
        .AddScrubber(static text => text.Replace(RootCommand.ExecutableName, "PROGRAM"));

    private static ArmRow Arm(string method, int size, int seed, double train, double floor) => new(
        method, [new(method == "prompt" ? "length" : "rank", SpecText.Of(size), size, null)], seed, ArmStatus.Finished, 10 * size, null, [train, floor])
    {
        Curve = [new(0, 1), new(10, 0.5), new(20, double.IsNaN(train) ? 1 : train)],
    };
}
