using System.Text.Json;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Results;

namespace DslExperiments.Tests.Hosting;

/// <summary>What a run leaves, and that it goes on from any moment with the bits of one that was never stopped.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_without_folder_leaves_nothing()
    {
        var experiment = new TinyExperiment();
        var results = await experiment.ExecuteAsync(static o => o.Quiet());

        Assert.Null(results.Folder);
        Assert.True(results.AllHeld);
        Assert.Equal(TinyExperiment.Full.Arms.Select(static planned => planned.Arm), results.Arms.Select(static row => row.Arm));
        Assert.Equal(results.Arms.Select(static row => row.Arm.Label), experiment.Reported);
        Assert.All(results.Arms, static row => Assert.Equal([0, 10, 20, 30, 40], row.Curve.Select(static point => point.Step)));
        Assert.All(results.Arms, static row => Assert.Equal(row.Metrics.TrainMse, row.Curve[^1].Loss));
    }

    [Fact]
    public async Task A_run_leaves_all_its_files_and_no_others()
    {
        await Run("run");

        Assert.Equal(
            [
                .. new[]
                {
                    "0001-prompt_length=1_seed=0", "0002-prompt_length=1_seed=1", "0003-prompt_length=2_seed=0",
                    "0004-prompt_length=2_seed=1", "0005-lora_seed=0", "0006-lora_seed=1",
                }.SelectMany(static arm => new[] { $"adapters/{arm}/adapter_config.json", $"adapters/{arm}/adapter_model.safetensors", $"adapters/{arm}/dslexperiments.json" }),
                "checkpoints/cohort-0001.json", "checkpoints/cohort-0002.json",
                "manifest.json", "metrics.jsonl", "report.html", "results.json",
            ],
            FilesOf("run"));
    }

    [Fact]
    public async Task Adapters_lie_as_PEFT_reads_them()
    {
        await Run("run");

        var prompt = Safetensors.Read(_folder["run/adapters/0003-prompt_length=2_seed=0/adapter_model.safetensors"]);
        Assert.Equal("pt", prompt.Metadata["format"]);
        Assert.Equal(SafeTensorType.F64, prompt.Tensors["prompt_embeddings"].Type);
        Assert.Equal([2L, 4L], prompt.Tensors["prompt_embeddings"].Shape.AsEnumerable());
        using var promptConfig = JsonDocument.Parse(File.ReadAllBytes(_folder["run/adapters/0003-prompt_length=2_seed=0/adapter_config.json"]));
        Assert.Equal("PROMPT_TUNING", promptConfig.RootElement.GetProperty("peft_type").GetString());
        Assert.Equal(2, promptConfig.RootElement.GetProperty("num_virtual_tokens").GetInt32());
        Assert.Equal(4, promptConfig.RootElement.GetProperty("token_dim").GetInt32());

        var lora = Safetensors.Read(_folder["run/adapters/0005-lora_seed=0/adapter_model.safetensors"]);
        Assert.All(lora.Tensors.Keys, static name => Assert.Matches(@"^base_model\.model\.layers\.0\.\w+\.lora_[AB]\.weight$", name));
        Assert.Equal(24, lora.Tensors.Values.Sum(static tensor => tensor.ToArray<double>().Length));
        using var loraConfig = JsonDocument.Parse(File.ReadAllBytes(_folder["run/adapters/0005-lora_seed=0/adapter_config.json"]));
        Assert.Equal(1, loraConfig.RootElement.GetProperty("r").GetInt32());
        var modules = loraConfig.RootElement.GetProperty("target_modules").EnumerateArray().Select(static module => module.GetString()!).ToArray();
        Assert.Equal(modules.Order(StringComparer.Ordinal), lora.Tensors.Keys.Select(static name => name.Split('.')[^3]).Distinct().Order(StringComparer.Ordinal));

        foreach (var file in Directory.EnumerateFiles(_folder["run/adapters"], "adapter_config.json", SearchOption.AllDirectories))
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(file));
            var keys = config.RootElement.EnumerateObject().Select(static property => property.Name).ToArray();
            Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        }
    }

    [Fact]
    public async Task The_manifest_tells_what_ran()
    {
        await Run("run", static o => o.Profile("ci").Set("training.steps", "30"));

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(_folder["run/manifest.json"]));
        var root = manifest.RootElement;
        Assert.Equal("tests/tiny", root.GetProperty("experiment").GetString());
        Assert.Equal("finished", root.GetProperty("state").GetString());
        Assert.Equal("30", root.GetProperty("request").GetProperty("overrides").GetProperty("training.steps").GetString());
        Assert.Equal(new TinyExperiment().Info.SpecHash, root.GetProperty("request").GetProperty("spec_hash").GetString());
        Assert.Equal(new TinyExperiment().Info.SpecText, root.GetProperty("spec_text").GetString());
        Assert.Equal([0], root.GetProperty("seeds").EnumerateArray().Select(static seed => seed.GetInt32()));
        Assert.Equal(3, root.GetProperty("arms").GetArrayLength());
        Assert.Equal(
            [0, 1, 2],
            root.GetProperty("cohorts").EnumerateArray().SelectMany(static cohort => cohort.GetProperty("arms").EnumerateArray()).Select(static arm => arm.GetInt32()).Order());
        Assert.All(root.GetProperty("cohorts").EnumerateArray(), static cohort => Assert.Equal(30, cohort.GetProperty("steps").GetInt32()));
        Assert.NotEmpty(root.GetProperty("versions").GetProperty("libtorch").GetString()!);
        Assert.NotEmpty(root.GetProperty("versions").GetProperty("runtime").GetString()!);
        Assert.Equal("cpu", root.GetProperty("machine").GetProperty("device").GetString());
    }

    [Fact]
    public async Task Two_runs_leave_equal_results()
    {
        await Run("first", static o => o.Workers(1));
        await Run("second", static o => o.Workers(2));
        AssertEqualResults("first", "second");
    }

    [Theory]
    [InlineData("prompt", 1)]
    [InlineData("prompt", 25)]
    [InlineData("prompt", 39)]
    [InlineData("lora", 17)]
    public async Task A_paused_run_goes_on_to_the_same_bits(string method, int step)
    {
        await Run("whole");
        using var pause = new CancellationTokenSource();
        var experiment = new TinyExperiment { OnStep = PauseAt(method, step, pause) };
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => experiment.ExecuteAsync(o => Quietly(o, "paused").Workers(1), pause.Token));
        Assert.Equal(RunState.Interrupted, RunManifest.ReadHead(_folder["paused"])!.State);
        Assert.False(File.Exists(_folder["paused/results.json"]));

        var steps = 0;
        var rest = new TinyExperiment { OnStep = (cohort, _) => steps += cohort.Method == method ? 1 : 0 };
        await rest.ExecuteAsync(o => Quietly(o, "paused").Workers(1));

        Assert.Equal(41 - (step + 1), steps);
        Assert.Equal(1, RunManifest.ReadHead(_folder["paused"])!.Resumed);
        AssertEqualResults("whole", "paused");
    }

    [Theory]
    [InlineData("prompt", 20)]
    [InlineData("lora", 8)]
    public async Task What_early_stopping_watches_is_in_the_log_once_also_of_a_paused_run(string method, int step)
    {
        TinyExperiment Watching(Action<Cohort, TrainingStep>? onStep = null) => new()
        {
            OnStep = onStep,
            Change = static settings => settings with
            {
                PromptTraining = settings.PromptTraining with { EarlyStopping = new() { Metric = "train.mse", Every = 15, RestoreBest = true } },
                LoraTraining = settings.LoraTraining with { EarlyStopping = new() { Metric = "train.mse", Patience = 1, MinDelta = 1e9 } },
            },
        };
        var results = await Watching().ExecuteAsync(o => Quietly(o, "whole").Workers(1));
        foreach (var arm in results.Arms)
        {
            // The loss of a full batch is the metric.
            Assert.Equal(arm.Arm is TinyExperiment.Arm.Lora ? [0, 10] : [0, 15, 30, 40], arm.Evaluations.Select(static evaluation => evaluation.Step));
            Assert.All(arm.Evaluations, static evaluation => Assert.Equal("train.mse", evaluation.Metric));
            Assert.All(arm.Curve, point => Assert.All(arm.Evaluations.Where(evaluation => evaluation.Step == point.Step), evaluation => Assert.Equal(point.Loss, evaluation.Value, 1e-12)));
        }

        Assert.Equal(results.Arms.Sum(static arm => arm.Evaluations.Length), File.ReadLines(_folder["whole/metrics.jsonl"]).Count(static line => line.Contains("\"metric\":\"train.mse\"", StringComparison.Ordinal)));
        using var pause = new CancellationTokenSource();
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => Watching(PauseAt(method, step, pause)).ExecuteAsync(o => Quietly(o, "paused").Workers(1), pause.Token));
        await Watching().ExecuteAsync(o => Quietly(o, "paused").Workers(1));
        AssertEqualResults("whole", "paused");
    }

    /// <summary>A copy of the folder at some moment is what a killed process leaves.</summary>
    [Fact]
    public async Task A_run_that_was_killed_at_any_moment_goes_on_to_the_same_bits()
    {
        await Run("whole");
        var moment = 0;
        var experiment = new TinyExperiment
        {
            OnStep = (_, step) =>
            {
                if (step.Index % 7 == 3)
                {
                    TemporaryFolder.Copy(_folder["killed"], _folder[$"moment-{moment++}"]);
                }
            },
        };
        await experiment.ExecuteAsync(o => Quietly(o, "killed").Workers(1).CheckpointEvery(TimeSpan.Zero));

        Assert.Equal(12, moment);
        for (var i = 0; i < moment; i++)
        {
            await Run($"moment-{i}");
            AssertEqualResults("whole", $"moment-{i}");
        }
    }

    [Fact]
    public async Task A_finished_run_is_read_not_trained_again()
    {
        var first = await Run("run");
        var written = File.GetLastWriteTimeUtc(_folder["run/manifest.json"]);
        var untouched = new TinyExperiment { OnStep = static (_, _) => throw new InvalidOperationException("trained") };
        var second = await untouched.ExecuteAsync(o => Quietly(o, "run"));

        Assert.Equal(first.Summary(), second.Summary());
        Assert.Equal(written, File.GetLastWriteTimeUtc(_folder["run/manifest.json"]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => untouched.ExecuteAsync(o => Quietly(o, "run").Fresh()));
    }

    [Fact]
    public async Task A_folder_with_another_run_is_refused()
    {
        await Run("run", static o => o.Profile("ci"));
        var error = await Assert.ThrowsAsync<ExperimentUsageException>(() => Run("run"));
        Assert.Contains("another", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Finished, RunManifest.ReadHead(_folder["run"])!.State);
    }

    [Fact]
    public async Task A_folder_in_use_is_refused()
    {
        Directory.CreateDirectory(_folder["run"]);
        using var taken = RunLock.TryTake(_folder["run"]);
        Assert.NotNull(taken);
        var error = await Assert.ThrowsAsync<RunFolderInUseException>(() => Run("run"));
        Assert.Contains(SpecText.Of(Environment.ProcessId), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("empty")]
    [InlineData("text")]
    public async Task A_damaged_checkpoint_starts_its_cohort_anew(string damage)
    {
        await Run("whole");
        using var pause = new CancellationTokenSource();
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => new TinyExperiment { OnStep = PauseAt("prompt", 20, pause) }
            .ExecuteAsync(o => Quietly(o, "run").Workers(1), pause.Token));
        var path = _folder["run/checkpoints/cohort-0001.safetensors"];
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "truncated":
                bytes = bytes[..^9];
                break;
            case "flipped":
                bytes[^3] ^= 1;
                break;
            case "empty":
                bytes = [];
                break;
            default:
                bytes = "not a checkpoint at all"u8.ToArray();
                break;
        }

        File.WriteAllBytes(path, bytes);
        var run = await ProgramRun.Of("run", "tiny", "--out", _folder["run"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("cohort-0001.safetensors cannot be used", run.Error, StringComparison.Ordinal);
        AssertEqualResults("whole", "run");
    }

    [Theory]
    [InlineData("results.json")]
    [InlineData("metrics.jsonl")]
    [InlineData("report.html")]
    public async Task A_finished_run_mends_its_results(string file)
    {
        await Run("whole");
        TemporaryFolder.Copy(_folder["whole"], _folder["run"]);
        File.WriteAllText(_folder[$"run/{file}"], "{");
        await Run("run");
        AssertEqualResults("whole", "run");
    }

    [Theory]
    [InlineData("{\"cohort\":")]
    [InlineData(null)]
    public async Task A_damaged_outcome_starts_its_cohort_anew(string? damaged)
    {
        await Run("whole");
        TemporaryFolder.Copy(_folder["whole"], _folder["run"]);
        var manifest = _folder["run/manifest.json"];
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"finished\",", "\"running\",", StringComparison.Ordinal));
        var outcome = _folder["run/checkpoints/cohort-0002.json"];
        File.WriteAllText(outcome, damaged ?? File.ReadAllText(outcome).Replace("\"curve\":[[", "\"curve\":[[],[", StringComparison.Ordinal));
        File.Delete(_folder["run/results.json"]);
        await Run("run");
        AssertEqualResults("whole", "run");
    }

    [Fact]
    public async Task What_a_killed_writer_left_is_swept_up()
    {
        Directory.CreateDirectory(_folder["run/checkpoints"]);
        File.WriteAllText(_folder["run/checkpoints/cohort-0001.json.0123abcd.dslx-part"], "half");
        await Run("run");
        Assert.DoesNotContain(FilesOf("run"), static file => file.EndsWith("-part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failing_cohort_stops_the_others_and_keeps_what_they_have()
    {
        var experiment = new TinyExperiment
        {
            OnStep = static (cohort, step) =>
            {
                if (cohort.Method == "lora" && step.Index == 5)
                {
                    throw new InvalidOperationException("a defect");
                }
            },
        };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => experiment.ExecuteAsync(o => Quietly(o, "run").Workers(1)));
        Assert.Equal("a defect", error.Message);
        Assert.Equal(RunState.Interrupted, RunManifest.ReadHead(_folder["run"])!.State);
        Assert.True(File.Exists(_folder["run/checkpoints/cohort-0001.json"]));

        await Run("whole");
        await Run("run");
        AssertEqualResults("whole", "run");
    }

    [Fact]
    public async Task A_run_that_is_refused_before_it_trained_leaves_nothing()
    {
        await Assert.ThrowsAsync<ExperimentUsageException>(() => Refused("prompt").ExecuteAsync(o => Quietly(o, "run").Workers(1)));
        Assert.False(Directory.Exists(_folder["run"]));

        // A folder that was there stays, with what lies in it.
        Directory.CreateDirectory(_folder["mine"]);
        File.WriteAllText(_folder["mine/notes.txt"], "mine");
        await Assert.ThrowsAsync<ExperimentUsageException>(() => Refused("prompt").ExecuteAsync(o => Quietly(o, "mine").Workers(1)));
        Assert.Equal(["notes.txt"], FilesOf("mine"));

        // Of the folders above, only those that the run made go.
        Directory.CreateDirectory(_folder["kept"]);
        foreach (string root in (string[])["runs", "kept"])
        {
            using var monitor = new RunMonitor();
            await Assert.ThrowsAsync<ExperimentUsageException>(
                () => Refused("prompt").RunAsync(new RunRequest { Root = _folder[root], Workers = 1 }, monitor, CancellationToken.None));
        }

        Assert.False(Directory.Exists(_folder["runs"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["kept"]));
    }

    [Fact]
    public async Task A_run_that_is_refused_later_keeps_what_it_has()
    {
        await Assert.ThrowsAsync<ExperimentUsageException>(() => Refused("lora").ExecuteAsync(o => Quietly(o, "run").Workers(1)));
        Assert.Equal(RunState.Interrupted, RunManifest.ReadHead(_folder["run"])!.State);

        await Run("whole");
        await Run("run");
        AssertEqualResults("whole", "run");
    }

    private static TinyExperiment Refused(string method) => new()
    {
        OnStep = (cohort, _) =>
        {
            if (cohort.Method == method)
            {
                throw new ExperimentUsageException("a wrong file");
            }
        },
    };

    [Fact]
    public async Task An_unfinished_run_below_runs_is_found_again()
    {
        async Task<RunSummary> Below(TinyExperiment experiment, CancellationToken token, bool fresh = false)
        {
            using var monitor = new RunMonitor();
            return await experiment.RunAsync(new RunRequest { Root = _folder["runs"], Workers = 1, Fresh = fresh }, monitor, token);
        }

        using var pause = new CancellationTokenSource();
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => Below(new TinyExperiment { OnStep = PauseAt("prompt", 12, pause) }, pause.Token));
        var fresh = await Below(new TinyExperiment(), CancellationToken.None, fresh: true);
        var resumed = await Below(new TinyExperiment(), CancellationToken.None);
        var next = await Below(new TinyExperiment(), CancellationToken.None);

        Assert.Equal(3, new[] { fresh.Folder, resumed.Folder, next.Folder }.Distinct().Count());
        Assert.Equal(3, Directory.GetDirectories(_folder["runs/tiny"]).Length);
        Assert.Equal(1, RunManifest.ReadHead(resumed.Folder!)!.Resumed);
        Assert.Equal(File.ReadAllBytes(Path.Combine(fresh.Folder!, "results.json")), File.ReadAllBytes(Path.Combine(resumed.Folder!, "results.json")));
    }

    private static Action<Cohort, TrainingStep> PauseAt(string method, int step, CancellationTokenSource pause) => (cohort, at) =>
    {
        if (cohort.Method == method && at.Index == step)
        {
            pause.Cancel();
        }
    };

    private Task<ExperimentResults<TinyExperiment.Arm, TinyExperiment.Metrics>> Run(string name, Action<RunOptions>? configure = null) =>
        new TinyExperiment().ExecuteAsync(o =>
        {
            Quietly(o, name);
            configure?.Invoke(o);
        });

    private RunOptions Quietly(RunOptions options, string name) => options.Quiet().Out(_folder[name]);

    private string[] FilesOf(string name) => [.. Directory.EnumerateFiles(_folder[name], "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_folder[name], file).Replace('\\', '/'))
        .Where(static file => file is not ("run.lock" or "run.pid"))
        .Order(StringComparer.Ordinal)];

    private void AssertEqualResults(string expected, string actual)
    {
        Assert.Equal(FilesOf(expected), FilesOf(actual));
        foreach (var file in FilesOf(expected).Where(static file => file != "manifest.json"))
        {
            Assert.True(File.ReadAllBytes(_folder[$"{expected}/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[$"{actual}/{file}"])), file);
        }
    }
}
