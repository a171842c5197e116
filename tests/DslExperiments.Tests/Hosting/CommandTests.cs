using System.Text.Json;
using DslExperiments.Expectations;
using DslExperiments.Hosting;

namespace DslExperiments.Tests.Hosting;

/// <summary>The program as its users meet it: exit codes, messages, what goes to which stream.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_shows_names_without_creating_experiments()
    {
        var run = await ProgramRun.Of(
            [TinyExperiment.Entry(() => throw new InvalidOperationException("created")), TinyExperiment.Entry(name: "another", folder: "")], "list");
        Assert.Equal(new ProgramRun(0, "another     Four arms that train for a blink.\ntests/tiny  Four arms that train for a blink.\n", ""), run);
    }

    [Fact]
    public async Task Without_arguments_there_is_help()
    {
        var run = await ProgramRun.Of();
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Examples:", run.Out, StringComparison.Ordinal);
        Assert.Contains("Exit codes:", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show")]
    [InlineData("run")]
    [InlineData("compare")]
    [InlineData("report")]
    [InlineData("neighbours")]
    [InlineData("inspect")]
    [InlineData("generate")]
    public async Task Help_needs_no_arguments(string command)
    {
        var run = await ProgramRun.Of(command, "--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("Usage:", run.Out, StringComparison.Ordinal);
        Assert.Contains("Examples:", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rnu", "There is no command 'rnu'. Did you mean 'run'?")]
    [InlineData("run tinny", "There is no experiment 'tinny'. Did you mean 'tiny'?")]
    [InlineData("run something-else", "There is no experiment 'something-else'. There is tiny.")]
    [InlineData("run tiny --profile cj", "tiny has no profile 'cj'. Did you mean 'ci'?")]
    [InlineData("run tiny --proflie ci", "'run' has no option '--proflie'. Did you mean '--profile'?")]
    [InlineData("run", "Which experiment?")]
    [InlineData("run tiny --all", "not both")]
    [InlineData("run tiny --device gpu", "There is no device 'gpu'; there are cpu and cuda.")]
    [InlineData("run tiny --workers 0", "--workers needs at least 1")]
    [InlineData("run tiny --memory much", "--memory wants an amount such as 4GB or 800MB, not 'much'.")]
    [InlineData("run tiny --workers many", "--workers wants a whole number, not 'many'.")]
    [InlineData("run tiny --checkpoint-seconds -1", "--checkpoint-seconds needs a number from 0 on.")]
    [InlineData("run tiny --out ", "The run folder needs a name.")]
    [InlineData("run tiny --set training.steps", "--set wants key=value, not 'training.steps'.")]
    [InlineData("run tiny --set training.stps=5", "'stps'")]
    [InlineData("run tiny --set training.steps=fast", "training.steps")]
    [InlineData("run tiny --set methods.prompt.training.learning_rate=[1,2]", "DSLX0230")]
    [InlineData("run tiny --arm promt", "There is no method 'promt'. Did you mean 'prompt'?")]
    [InlineData("run tiny --arm prompt[lenght=1]", "Arms of 'prompt' have no axis 'lenght'. Did you mean 'length'?")]
    [InlineData("run tiny --arm rank=1", "No arm has axis 'rank'.")]
    [InlineData("run tiny --arm prompt[length=3]", "No arm matches 'prompt[length=3]'. Values of 'length': 1, 2.")]
    [InlineData("run tiny --arm prompt[", "is no filter of arms")]
    [InlineData("show tiny --profile cj", "tiny has no profile 'cj'")]
    [InlineData("check tinny", "There is no experiment 'tinny'")]
    [InlineData("check --baselines nowhere", "There is no folder 'nowhere'.")]
    [InlineData("report nowhere", "There is no folder 'nowhere'.")]
    [InlineData("compare nowhere nowhere", "There is no folder 'nowhere'.")]
    [InlineData("report .", "is not a run folder")]
    public async Task Mistakes_are_explained_in_a_line(string line, string expected)
    {
        var run = await ProgramRun.Of(line.Split(' '));
        Assert.Equal(42, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ambiguous_names_are_told_in_full()
    {
        ExperimentEntry[] entries = [TinyExperiment.Entry(folder: "a"), TinyExperiment.Entry(folder: "b")];
        var run = await ProgramRun.Of(entries, "run", "tiny");
        Assert.Equal(42, run.ExitCode);
        Assert.Contains("'tiny' is the name of 2 experiments. Say which: a/tiny, b/tiny.", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await ProgramRun.Of(entries, "show", "b/tiny")).ExitCode);
    }

    [Fact]
    public async Task Json_is_one_object_on_standard_output()
    {
        var run = await ProgramRun.Of("run", "tiny", "--profile", "ci", "--json", "--out", _folder["run"]);
        Assert.Equal(0, run.ExitCode);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("tiny", document.RootElement.GetProperty("experiment").GetString());
        Assert.Equal("ci", document.RootElement.GetProperty("profile").GetString());
        Assert.Equal(_folder["run"], document.RootElement.GetProperty("run").GetString());
        Assert.Equal(3, document.RootElement.GetProperty("arms").GetArrayLength());
        Assert.Contains("tiny (ci): 3 arms in 2 cohorts", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_of_several_is_one_object_too()
    {
        ExperimentEntry[] entries = [TinyExperiment.Entry(folder: "a"), TinyExperiment.Entry(folder: "b")];
        var run = await ProgramRun.Of(entries, "run", "--all", "--profile", "ci", "--json", "--quiet", "--out", _folder["runs"]);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal(2, document.RootElement.GetProperty("runs").GetArrayLength());
        Assert.Empty(run.Error);
        Assert.True(File.Exists(_folder["runs/a/tiny/results.json"]));
    }

    [Fact]
    public async Task Redirected_output_has_no_escape_sequences()
    {
        var run = await ProgramRun.Of("run", "tiny", "--profile", "ci", "--out", _folder["run"]);
        Assert.DoesNotContain('\u001b', run.Out + run.Error);
        Assert.Contains("held    max(prompt.train.mse) < 1e6", run.Out, StringComparison.Ordinal);
        Assert.Contains(_folder["run"], run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_expectation_is_exit_code_1()
    {
        var entry = TinyExperiment.Entry(static () => new TinyExperiment
        {
            More = [new("max(prompt.train.mse) < 0", static results => Expect.Max(results.Of<TinyExperiment.Arm.Prompt>().Series(static m => m.TrainMse)) < 0)],
        });
        var run = await ProgramRun.Of([entry], "run", "tiny", "--profile", "ci", "--out", _folder["run"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("FAILED  max(prompt.train.mse) < 0", run.Out, StringComparison.Ordinal);

        // Expectations that speak of arms which were left out are open, and fail nothing.
        var some = await ProgramRun.Of([entry], "run", "tiny", "--profile", "ci", "--arm", "lora", "--out", _folder["lora"]);
        Assert.Equal(0, some.ExitCode);
        Assert.Contains("open    max(prompt.train.mse) < 0", some.Out, StringComparison.Ordinal);
        Assert.Contains("held    min(lora.train.mse) > 1e-12", some.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_defect_is_one_line_and_a_log()
    {
        var entry = TinyExperiment.Entry(static () => new TinyExperiment { OnStep = static (_, _) => throw new InvalidCastException("first\nsecond") });
        var run = await ProgramRun.Of([entry], "run", "tiny", "--out", _folder["run"]);
        Assert.Equal(70, run.ExitCode);
        Assert.Contains($"error: InvalidCastException: first (details in {_folder["run/crash.log"]})", run.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", File.ReadAllText(_folder["run/crash.log"]), StringComparison.Ordinal);

        var debug = await ProgramRun.Of([entry], "run", "tiny", "--debug", "--out", _folder["debug"]);
        Assert.Contains("   at ", debug.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_exit_code_74_and_the_run_goes_on_later()
    {
        var full = true;
        var entry = TinyExperiment.Entry(() => new TinyExperiment
        {
            OnStep = (_, step) =>
            {
                if (full && step.Index == 20)
                {
                    throw new IOException("No space left on device");
                }
            },
        });
        var run = await ProgramRun.Of([entry], "run", "tiny", "--workers", "1", "--out", _folder["run"]);
        Assert.Equal(74, run.ExitCode);
        Assert.Contains("error: No space left on device", run.Error, StringComparison.Ordinal);
        full = false;
        Assert.Equal(0, (await ProgramRun.Of([entry], "run", "tiny", "--out", _folder["run"])).ExitCode);
    }

    [Fact]
    public async Task Overrides_follow_the_rules_of_the_spec()
    {
        var run = await ProgramRun.Of("run", "tiny", "--set", "training.steps=10", "--set", "seeds=7", "--set", "methods.prompt.length=3", "--json", "--out", _folder["run"]);
        Assert.Equal(0, run.ExitCode);
        using var document = JsonDocument.Parse(run.Out);
        var arms = document.RootElement.GetProperty("arms").EnumerateArray().ToArray();
        Assert.Equal(["prompt", "lora"], arms.Select(static arm => arm.GetProperty("method").GetString()));
        Assert.All(arms, static arm => Assert.Equal(7, arm.GetProperty("seed").GetInt32()));
        Assert.Equal(3, arms[0].GetProperty("settings").GetProperty("length").GetInt32());
        Assert.Equal(12, arms[0].GetProperty("trainable_parameters").GetInt32());
        Assert.Equal(2 * 2, File.ReadLines(_folder["run/metrics.jsonl"]).Count());
    }

    [Fact]
    public async Task A_file_in_place_of_the_run_folder_is_a_mistake()
    {
        File.WriteAllText(_folder["file"], "kept");
        var run = await ProgramRun.Of("run", "tiny", "--out", _folder["file"]);
        Assert.Equal(42, run.ExitCode);
        Assert.Contains("is a file; a run needs a folder.", run.Error, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(_folder["file"]));
    }

    /// <summary>30 steps of warm-up fit the 40 steps of the full study, not the 20 of the profile.</summary>
    [Theory]
    [InlineData("full", 0)]
    [InlineData("ci", 42)]
    public async Task Keys_are_set_and_checked_in_the_profile_that_runs(string profile, int exitCode)
    {
        var run = await ProgramRun.Of("run", "tiny", "--profile", profile, "--set", "training.warmup=30", "--out", _folder["run"]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(exitCode != 0, run.Error.Contains("DSLX0307", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_arm_that_cannot_move_is_told_and_the_others_are_kept()
    {
        var run = await ProgramRun.Of("run", "tiny", "--set", "methods.prompt.training.learning_rate=1e-300", "--out", _folder["run"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("prompt length=2 seed=1: no trained number moved in 40 steps", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("lora", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_that_name_an_arm_twice_are_refused()
    {
        await ProgramRun.Of("run", "tiny", "--out", _folder["run"]);
        var path = _folder["run/results.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"seed\": 1", "\"seed\": 0", StringComparison.Ordinal));
        var run = await ProgramRun.Of("compare", _folder["run"], _folder["run"]);
        Assert.Equal(42, run.ExitCode);
        Assert.Contains("is there twice", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_compares_with_baselines()
    {
        Directory.CreateDirectory(_folder["baselines"]);
        var missing = await ProgramRun.Of("check", "--baselines", _folder["baselines"]);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("there is no baseline", missing.Out, StringComparison.Ordinal);

        Assert.Equal(0, (await ProgramRun.Of("check", "--update", "--baselines", _folder["baselines"])).ExitCode);
        var path = _folder["baselines/tests/tiny.verified.json"];
        var equal = await ProgramRun.Of("check", "--baselines", _folder["baselines"]);
        Assert.Equal((0, "tests/tiny (ci): 3 arms as before, all expectations held\n"), (equal.ExitCode, equal.Out));

        var text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace("\"trainable_parameters\": 8", "\"trainable_parameters\": 9", StringComparison.Ordinal));
        var moved = await ProgramRun.Of("check", "--baselines", _folder["baselines"]);
        Assert.Equal(1, moved.ExitCode);
        Assert.Contains("prompt length=2 seed=0: trained 9 numbers and trains 8", moved.Out, StringComparison.Ordinal);

        File.WriteAllText(path, "{");
        var damaged = await ProgramRun.Of("check", "--baselines", _folder["baselines"]);
        Assert.Equal(42, damaged.ExitCode);
        Assert.Contains("is not a baseline", damaged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_compared_arm_by_arm()
    {
        await ProgramRun.Of("run", "tiny", "--profile", "ci", "--out", _folder["a"]);
        await ProgramRun.Of("run", "tiny", "--profile", "ci", "--out", _folder["b"]);
        await ProgramRun.Of("run", "tiny", "--profile", "ci", "--set", "training.steps=3", "--arm", "prompt", "--out", _folder["c"]);

        var equal = await ProgramRun.Of("compare", _folder["a"], _folder["b"]);
        Assert.Equal(0, equal.ExitCode);
        Assert.Contains("All 3 values are equal to the last bit.", equal.Out, StringComparison.Ordinal);
        var different = await ProgramRun.Of("compare", _folder["a"], _folder["c"]);
        Assert.Contains("no such arm", different.Out, StringComparison.Ordinal);
        Assert.Contains("prompt length=2 seed=0", different.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_rebuilt_as_it_was()
    {
        await ProgramRun.Of("run", "tiny", "--profile", "ci", "--out", _folder["run"]);
        var path = _folder["run/report.html"];
        var first = File.ReadAllText(path);
        File.Delete(path);
        var run = await ProgramRun.Of("report", _folder["run"]);
        Assert.Equal((0, path + "\n"), (run.ExitCode, run.Out));
        Assert.Equal(first, File.ReadAllText(path));
    }

    [Fact]
    public async Task The_schema_is_the_spec_compiler_s()
    {
        var run = await ProgramRun.Of("schema");
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("http://json-schema.org/draft-07/schema#", document.RootElement.GetProperty("$schema").GetString());
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 75, 75)]
    [InlineData(42, 75, 42)]
    [InlineData(70, 42, 70)]
    public void The_worst_exit_code_counts(int left, int right, int worst)
    {
        Assert.Equal(worst, ExitCode.Worst(left, right));
        Assert.Equal(worst, ExitCode.Worst(right, left));
    }
}
