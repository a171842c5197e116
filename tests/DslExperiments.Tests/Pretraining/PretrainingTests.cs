using System.Text.Json;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Pretraining;
using DslExperiments.Results;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Pretraining;

/// <summary>Backbones are trained once, shared, found again, mended and resumed.</summary>
public sealed class PretrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Arms_are_trained_on_the_backbone_that_was_kept()
    {
        var kept = new Dictionary<int, Dictionary<string, double[]>>();
        var experiment = new PretrainedExperiment
        {
            OnKept = cohort =>
            {
                lock (kept)
                {
                    kept[cohort.Seeds[0]] = cohort.Kept!.ToDictionary(static pair => pair.Key, static pair => pair.Value.data<double>().ToArray());
                }
            },
            OnStep = (cohort, step) =>
            {
                if (step.Index == 0)
                {
                    foreach (var seed in cohort.Seeds.Distinct())
                    {
                        Assert.Equal(
                            kept[seed].Keys.Order(StringComparer.Ordinal), cohort.Pretrained!.OfSeed(seed).Keys.Order(StringComparer.Ordinal));
                        Assert.All(cohort.Pretrained.OfSeed(seed), pair => Assert.Equal(kept[seed][pair.Key], pair.Value.data<double>().ToArray()));
                    }
                }
            },
        };
        var pretrained = await experiment.ExecuteAsync(static o => o.Quiet());
        var drawn = await new TinyExperiment().ExecuteAsync(static o => o.Quiet());

        Assert.Equal([0, 1], experiment.PretrainedSeeds.Order());
        Assert.All(pretrained.Arms.Zip(drawn.Arms), static pair => Assert.NotEqual(pair.First.Metrics.TrainMse, pair.Second.Metrics.TrainMse));
    }

    [Fact]
    public async Task A_run_leaves_its_backbones_beside_it()
    {
        await Run("run");

        var folders = Directory.GetDirectories(_folder["pretrained"]);
        Assert.Equal(2, folders.Length);
        Assert.All(folders, static folder =>
        {
            Assert.Matches("^[0-9a-f]{16}$", Path.GetFileName(folder));
            Assert.Equal(["backbone.safetensors", "manifest.json"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        });
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(_folder["run/manifest.json"]));
        var entries = manifest.RootElement.GetProperty("pretrained").EnumerateArray().ToArray();
        Assert.Equal([0, 1], entries.Select(static entry => entry.GetProperty("seed").GetInt32()));
        foreach (var entry in entries)
        {
            using var cached = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(
                _folder["pretrained"], entry.GetProperty("stage").GetString()![..16], "manifest.json")));
            Assert.Equal(cached.RootElement.GetProperty("content").GetString(), entry.GetProperty("content").GetString());
            Assert.Equal(cached.RootElement.GetProperty("final_loss").GetDouble(), entry.GetProperty("final_loss").GetDouble());
        }
    }

    [Fact]
    public async Task Experiments_with_an_equal_stage_share_its_backbones()
    {
        await Run("first");
        var again = await Run("second", new PretrainedExperiment { Name = "another" });
        Assert.Empty(again.PretrainedSeeds);
        AssertEqualResults("first", "second");

        var other = new PretrainedExperiment().Stage;
        var changed = await Run("third", new PretrainedExperiment { Stage = other with { Training = other.Training with { Steps = 31 } } });
        Assert.Equal([0, 1], changed.PretrainedSeeds.Order());
        Assert.Equal(4, Directory.GetDirectories(_folder["pretrained"]).Length);
    }

    [Theory]
    [InlineData("runs/pretrained", null, "runs", null)]
    [InlineData("runs/pretrained", "elsewhere/run", "runs", null)]
    [InlineData("elsewhere/pretrained", "elsewhere/run", null, null)]
    [InlineData("named", "elsewhere/run", "runs", "named")]
    [InlineData(null, null, null, null)]
    public void Backbones_stay_where_they_are_wherever_a_run_is_put(string? expected, string? folder, string? root, string? pretrained)
    {
        var stage = PretrainStage.Of(new PretrainedExperiment(), new RunRequest())[0];
        var found = BackboneCache.Of(new RunRequest { Folder = folder, Root = root, Pretrained = pretrained })?.FolderOf(stage);
        Assert.Equal(expected is null ? null : Path.GetFullPath(Path.Combine(expected, stage.Hash[..16])), found is null ? null : Path.GetFullPath(found));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Neither_other_seeds_nor_workers_nor_files_change_a_backbone(int workers)
    {
        await Run("full");
        await Run("elsewhere/ci", configure: o => o.Profile("ci").Workers(workers));
        var memory = await new PretrainedExperiment().ExecuteAsync(o => o.Quiet().Workers(workers));

        var folder = Assert.Single(Directory.GetDirectories(_folder["elsewhere/pretrained"]));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder["pretrained"], Path.GetFileName(folder), "backbone.safetensors")),
            File.ReadAllBytes(Path.Combine(folder, "backbone.safetensors")));
        using var results = JsonDocument.Parse(File.ReadAllBytes(_folder["full/results.json"]));
        Assert.Equal(
            results.RootElement.GetProperty("arms").EnumerateArray().Select(static arm => arm.GetProperty("metrics").GetProperty("train.mse").GetDouble()),
            memory.Arms.Select(static arm => arm.Metrics.TrainMse));
    }

    [Theory]
    [InlineData("backbone.safetensors", "flip")]
    [InlineData("backbone.safetensors", "cut")]
    [InlineData("backbone.safetensors", "delete")]
    [InlineData("manifest.json", "cut")]
    [InlineData("manifest.json", "delete")]
    public async Task A_damaged_backbone_is_trained_anew(string file, string damage)
    {
        await Run("first");
        var path = Path.Combine(Directory.GetDirectories(_folder["pretrained"])[0], file);
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "flip":
                bytes[^5] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "cut":
                File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                break;
            default:
                File.Delete(path);
                break;
        }

        var (experiment, said) = await RunAloud("second");

        Assert.Single(experiment.PretrainedSeeds);
        Assert.Equal((file, damage) != ("manifest.json", "delete"), said.Any(static message => message.Contains("trained anew", StringComparison.Ordinal) && message.Contains("cannot be used", StringComparison.Ordinal)));
        AssertEqualResults("first", "second");
        Assert.Empty((await Run("third")).PretrainedSeeds);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 29)]
    [InlineData(1, 12)]
    public async Task A_paused_stage_goes_on_to_the_same_bits(int seed, int at)
    {
        await Run("whole/run");
        using var pause = new CancellationTokenSource();
        var paused = new PretrainedExperiment
        {
            OnPretrainStep = (cohort, step) =>
            {
                if (cohort.Seeds[0] == seed && step.Index == at - 1)
                {
                    pause.Cancel();
                }
            },
        };
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => paused.ExecuteAsync(o => o.Quiet().Out(_folder["paused/run"]).Workers(1), pause.Token));
        Assert.Equal(RunState.Interrupted, RunManifest.ReadHead(_folder["paused/run"])!.State);
        Assert.Single(Directory.GetFiles(_folder["paused/pretrained"], "checkpoint.safetensors", SearchOption.AllDirectories));

        var steps = 0;
        var resumed = new PretrainedExperiment { OnPretrainStep = (cohort, _) => steps += cohort.Seeds[0] == seed ? 1 : 0 };
        await resumed.ExecuteAsync(o => o.Quiet().Out(_folder["paused/run"]).Workers(1));

        Assert.Equal(30 - at + 1, steps);
        AssertEqualResults("whole/run", "paused/run");
        Assert.Empty(Directory.GetFiles(_folder["paused/pretrained"], "checkpoint.safetensors", SearchOption.AllDirectories));
        foreach (var folder in Directory.GetDirectories(_folder["whole/pretrained"]))
        {
            Assert.All(Directory.GetFiles(folder), file => Assert.Equal(
                File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_folder["paused/pretrained"], Path.GetFileName(folder), Path.GetFileName(file)))));
        }
    }

    [Fact]
    public async Task A_killed_stage_goes_on_from_its_last_checkpoint()
    {
        await Run("whole/run");
        var killed = new PretrainedExperiment
        {
            OnPretrainStep = (cohort, step) =>
            {
                if (cohort.Seeds[0] == 1 && step.Index == 20)
                {
                    TemporaryFolder.Copy(_folder["whole"], _folder["killed"]);
                }
            },
        };
        Directory.Delete(_folder["whole/pretrained"], recursive: true);
        await Run("whole/run", killed, static o => o.Workers(1).Fresh().CheckpointEvery(TimeSpan.Zero));

        var steps = new Dictionary<int, int>();
        var resumed = new PretrainedExperiment { OnPretrainStep = (cohort, _) => steps[cohort.Seeds[0]] = steps.GetValueOrDefault(cohort.Seeds[0]) + 1 };
        await Run("killed/run", resumed, static o => o.Workers(1));

        var (seed, left) = Assert.Single(steps);
        Assert.Equal(1, seed);
        Assert.InRange(left, 11, 30);
        AssertEqualResults("whole/run", "killed/run");
    }

    [Fact]
    public async Task The_plan_tells_what_is_pretrained_and_what_is_there()
    {
        Assert.Contains("  to be trained: seed 0, 1\n", Plan("full"), StringComparison.Ordinal);
        await Run("run", configure: static o => o.Profile("ci"));

        var plan = Plan("full");
        Assert.Contains("Pretraining of the backbone, once per seed: shared_token_pair, sequences 4, length 3", plan, StringComparison.Ordinal);
        Assert.Contains("  140 parameters, 30 steps, ≈ 1 s a seed on one core\n", plan, StringComparison.Ordinal);
        Assert.Contains("  trained already: seed 0\n  to be trained: seed 1\n", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("to be trained", Plan("ci"), StringComparison.Ordinal);

        string Plan(string profile)
        {
            var request = new RunRequest { Profile = profile, Root = _folder.Location };
            var experiment = new PretrainedExperiment();
            using var text = new StringWriter();
            PlanView.Write(Terminals.On(text, terminal: false), experiment.PlanOf(request), request, PretrainStage.Of(experiment, request), BackboneCache.Of(request));
            return text.ToString();
        }
    }

    [Fact]
    public void Progress_tells_of_the_backbones_first()
    {
        var stages = PretrainStage.Of(new PretrainedExperiment(), new RunRequest());
        using var monitor = new RunMonitor();
        monitor.Begin("tiny", [(4, 100), (2, 100)]);
        var first = monitor.BeginPretraining(stages);
        Assert.Equal("pretraining seed 0: 0/30 steps", ProgressDisplay.Describe(monitor.Snapshot()));

        monitor.Restored(first + 1, 8);
        Assert.Equal(0, monitor.Snapshot().ArmStepsPerSecond);
        monitor.Progress(first + 1, 12);
        monitor.Measured(first + 1, 0.25, "pretrain seed=1");
        var now = monitor.Snapshot();
        Assert.Matches(@"^pretraining seed 1: 12/30 steps, loss 0\.25, [\d,]+ steps/s, .+ left$", ProgressDisplay.Describe(now));
        Assert.Equal((6, 2, null), (now.Arms, now.Cohorts, now.BestLoss));
        Assert.Equal(12.0 / 660, now.Fraction, 1e-12);

        monitor.Finished(first);
        monitor.Finished(first + 1);
        monitor.StartTraining();
        Assert.Equal("0 of 6 arms", ProgressDisplay.Describe(monitor.Snapshot()));
    }

    [Fact]
    public async Task Finished_cohorts_on_other_backbones_start_anew()
    {
        await Run("whole/run");
        using var pause = new CancellationTokenSource();
        var paused = new PretrainedExperiment
        {
            OnStep = (cohort, step) =>
            {
                if (cohort.Method == "lora" && step.Index == 3)
                {
                    pause.Cancel();
                }
            },
        };
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => paused.ExecuteAsync(o => o.Quiet().Out(_folder["paused/run"]).Workers(1), pause.Token));
        Assert.Single(Directory.GetFiles(_folder["paused/run/checkpoints"], "*.json"));

        // As if another processor had trained the backbones of the first sitting.
        var manifest = File.ReadAllText(_folder["paused/run/manifest.json"]);
        foreach (var entry in RunManifest.ReadHead(_folder["paused/run"])!.Pretrained)
        {
            manifest = manifest.Replace(entry.Content, new string('0', 64), StringComparison.Ordinal);
        }

        File.WriteAllText(_folder["paused/run/manifest.json"], manifest);
        var trained = 0;
        var (_, said) = await RunAloud("paused/run", new PretrainedExperiment { OnStep = (_, step) => trained += step.Index == 0 ? 1 : 0 });

        Assert.Contains(said, static message => message.Contains("other pretrained backbones", StringComparison.Ordinal));
        Assert.Equal(2, trained);
        AssertEqualResults("whole/run", "paused/run");
    }

    [Fact]
    public async Task Deleting_the_backbones_of_a_finished_run_costs_nothing()
    {
        await Run("run");
        Directory.Delete(_folder["pretrained"], recursive: true);
        Assert.Empty((await Run("run")).PretrainedSeeds);
        Assert.False(Directory.Exists(_folder["pretrained"]));
    }

    [Fact]
    public async Task Two_runs_at_once_train_a_backbone_once()
    {
        using var waiting = new ManualResetEventSlim();
        var first = new PretrainedExperiment { OnPretrainStep = (_, step) => { if (step.Index == 5) { waiting.Wait(TimeSpan.FromSeconds(20)); } } };
        var second = new PretrainedExperiment();
        var one = first.ExecuteAsync(o => o.Quiet().Profile("ci").Out(_folder["one"]));
        while (!Directory.Exists(_folder["pretrained"]) || Directory.GetFiles(_folder["pretrained"], "run.pid", SearchOption.AllDirectories).Length == 0)
        {
            await Task.Delay(10);
        }

        using var monitor = new RunMonitor();
        var said = new List<string>();
        monitor.Said += message =>
        {
            said.Add(message);
            waiting.Set();
        };
        await second.RunAsync(new RunRequest { Profile = "ci", Folder = _folder["two"] }, monitor, CancellationToken.None);
        await one;

        Assert.Contains(said, static message => message.Contains("waiting for it", StringComparison.Ordinal));
        Assert.Equal([0], first.PretrainedSeeds);
        Assert.Empty(second.PretrainedSeeds);
        AssertEqualResults("one", "two");
    }

    [Fact]
    public async Task A_pretraining_that_diverges_says_where_and_what_to_do()
    {
        var stage = new PretrainedExperiment().Stage;
        var experiment = new PretrainedExperiment
        {
            Stage = stage with { Training = stage.Training with { Optimizer = DslExperiments.Training.OptimizerKind.Sgd, LearningRate = 1e12 } },
        };
        var error = await Assert.ThrowsAsync<ExperimentUsageException>(() => experiment.ExecuteAsync(o => o.Quiet().Workers(1)));
        Assert.Matches(@"^The pretraining of seed 0 diverged: at step \d+ .*pretrain\.training\.learning_rate", error.Message);
    }

    private async Task<PretrainedExperiment> Run(string folder, PretrainedExperiment? experiment = null, Func<RunOptions, RunOptions>? configure = null)
    {
        experiment ??= new PretrainedExperiment();
        await experiment.ExecuteAsync(o => (configure ?? (static options => options))(o.Quiet().Out(_folder[folder])));
        return experiment;
    }

    private async Task<(PretrainedExperiment Experiment, List<string> Said)> RunAloud(string folder, PretrainedExperiment? experiment = null)
    {
        experiment ??= new PretrainedExperiment();
        using var monitor = new RunMonitor();
        var said = new List<string>();
        monitor.Said += said.Add;
        await experiment.RunAsync(new RunRequest { Folder = _folder[folder], Workers = 1 }, monitor, CancellationToken.None);
        return (experiment, said);
    }

    private void AssertEqualResults(string left, string right) => Assert.Equal(
        File.ReadAllText(_folder[$"{left}/metrics.jsonl"]), File.ReadAllText(_folder[$"{right}/metrics.jsonl"]));
}
