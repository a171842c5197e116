using System.Text.Json;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Results;
using DslExperiments.Search;
using DslExperiments.Training;

namespace DslExperiments.Tests.Hosting;

/// <summary>A run with successive halving: who stays is trained as without it, and stopping on the way changes nothing.</summary>
public sealed class HalvingRunTests : IDisposable
{
    private const int Steps = 40;
    private static readonly int[] Lengths = [1, 2, 3, 4, 5];
    private static readonly HalvingOptions Halving = new() { Metric = "train.mse", MinSteps = 10, Eta = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Those_that_are_worse_at_a_rung_are_dropped_there()
    {
        var plain = await Run(null, null);
        var halved = await Run(null, Halving);

        // 5 → 2 → 1 settings, by the mean over seeds at steps 10 and 20, told from the curves of a run without a search.
        var first = Ranked(plain, Lengths, 10);
        var second = Ranked(plain, first[..2], 20);
        foreach (var row in halved.Arms)
        {
            if (row.Arm is not TinyExperiment.Arm.Prompt prompt)
            {
                Assert.Equal(ArmStatus.Finished, row.Status);
                continue;
            }

            int? at = !first[..2].Contains(prompt.Length) ? 10 : prompt.Length == second[0] ? null : 20;
            Assert.Equal(at is null ? ArmStatus.Finished : ArmStatus.Dropped, row.Status);
            Assert.Equal(at, row.Dropped?.Step);
            Assert.Equal(at ?? Steps, row.Curve[^1].Step);
            if (at is not null)
            {
                Assert.Equal(MeanAt(plain, prompt.Length, at.Value), row.Dropped!.Value, 1e-9);
            }
        }
    }

    [Fact]
    public async Task Every_arm_is_trained_as_without_a_search_as_far_as_it_goes()
    {
        var plain = await Run(null, null);
        var halved = await Run(null, Halving);
        foreach (var (one, other) in plain.Arms.Zip(halved.Arms))
        {
            Assert.Equal(one.Arm, other.Arm);
            Assert.Equal(one.Curve.Select(point => point.Step).TakeWhile(step => step <= other.Curve[^1].Step), other.Curve.Select(point => point.Step));
            Assert.All(one.Curve.Zip(other.Curve), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-12));

            // Full batches: what is measured is the loss of the last step.
            Assert.Equal(other.Curve[^1].Loss, other.Metrics.TrainMse, 1e-12);
        }
    }

    [Fact]
    public async Task One_setting_is_left_where_all_methods_compete()
    {
        // 6 → 3 → 1 settings.
        var plain = await Run(null, null);
        var halved = await Run(null, Halving with { Among = Rivals.All });
        Assert.Equal(2, halved.Arms.Count(static row => row.Status == ArmStatus.Finished));
        foreach (var (step, kept) in new[] { (10, 3), (20, 1) })
        {
            var there = plain.Arms.Zip(halved.Arms).Where(pair => pair.Second.Dropped is null || pair.Second.Dropped.Step >= step).ToArray();
            var means = there.GroupBy(static pair => pair.First.Arm with { Seed = 0 })
                .Select(setting => (Mean: setting.Average(pair => pair.First.Curve.Single(point => point.Step == step).Loss), GoesOn: setting.All(pair => pair.Second.Dropped?.Step != step)))
                .OrderBy(static setting => setting.Mean)
                .Select(static setting => setting.GoesOn);
            Assert.Equal(Enumerable.Range(0, means.Count()).Select(place => place < kept), means);
        }
    }

    [Fact]
    public async Task Schedules_batches_and_restarts_run_through_rungs()
    {
        static TrainingOptions Training(TrainingOptions training) => training with
        {
            Schedule = new CosineSchedule(0.01), Warmup = 5, Clip = 0.5, WeightDecay = 0.01, Batch = 1, Restarts = 3,
        };
        var plain = await Run(null, null, Training);
        var halved = await Run(null, Halving, Training);
        var survivors = plain.Arms.Zip(halved.Arms).Where(static pair => pair.Second is { Status: ArmStatus.Finished, Arm: TinyExperiment.Arm.Prompt }).ToArray();
        Assert.Equal(2, survivors.Length);
        Assert.All(survivors, static pair => Assert.Equal(pair.First.Metrics.TrainMse, pair.Second.Metrics.TrainMse, 1e-12));
    }

    [Fact]
    public async Task Who_stops_early_stays_in_the_race_with_what_it_has()
    {
        // Everybody stops between the rungs, each at its own step.
        static TrainingOptions Training(TrainingOptions training) => training with { MeasureEvery = 1, EarlyStopping = new() { Patience = 1, MinDelta = 0.02 } };
        var plain = await Run(null, null, Training);
        var halved = await Run(null, Halving, Training);
        Assert.Contains(plain.Arms, static row => row.StoppedAt < 10);
        Assert.Contains(plain.Arms, static row => row.StoppedAt is null or > 10);
        foreach (var (one, other) in plain.Arms.Zip(halved.Arms))
        {
            Assert.Equal(one.StoppedAt <= other.Dropped?.Step || other.Dropped is null ? one.StoppedAt : null, other.StoppedAt);
            if (one.StoppedAt == other.StoppedAt && (one.StoppedAt is not null || other.Dropped is null))
            {
                Assert.Equal(one.Metrics.TrainMse, other.Metrics.TrainMse, 1e-12);
            }
        }

        Assert.Equal(8, halved.Arms.Count(static row => row.Status == ArmStatus.Dropped));
    }

    [Fact]
    public async Task Results_do_not_depend_on_the_number_of_workers()
    {
        await Run("one", Halving, workers: 1);
        await Run("three", Halving, workers: 3);
        AssertEqualResults("one", "three");
        Assert.Empty(Directory.EnumerateFiles(_folder["one/checkpoints"], "rung-*"));
    }

    [Fact]
    public async Task A_run_that_was_killed_at_any_moment_goes_on_to_the_same_bits()
    {
        await Run("whole", Halving);
        var moment = 0;
        await Run("killed", Halving, onStep: (_, step) =>
        {
            if (step.Index % 7 == 3)
            {
                TemporaryFolder.Copy(_folder["killed"], _folder[$"moment-{moment++}"]);
            }
        });
        Assert.True(moment >= 8, $"{moment} moments");
        for (var i = 0; i < moment; i++)
        {
            await Run($"moment-{i}", Halving);
            AssertEqualResults("whole", $"moment-{i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("train.mse")]
    public async Task The_best_of_those_that_go_on_is_remembered_through_rungs(string metric)
    {
        TrainingOptions Training(TrainingOptions training) => training with { LearningRate = 0.5, MeasureEvery = 3, EarlyStopping = new() { RestoreBest = true, Metric = metric } };
        var plain = await Run(null, null, Training);
        var halved = await Run("whole", Halving, Training);
        Assert.Contains(plain.Arms, static row => row.RestoredFrom is < 20);
        foreach (var (one, other) in plain.Arms.Zip(halved.Arms))
        {
            if (other.Dropped is not null)
            {
                Assert.Null(other.RestoredFrom);
            }
            else if (metric.Length > 0 || other.RestoredFrom is not (10 or 20))
            {
                // A race measures losses at its rungs as well, so that the best one may be there.
                Assert.Equal(one.RestoredFrom, other.RestoredFrom);
                Assert.Equal(one.Metrics.TrainMse, other.Metrics.TrainMse, 1e-12);
            }
        }

        var moment = 0;
        await Run("killed", Halving, Training, onStep: (_, step) =>
        {
            if (step.Index % 7 == 3)
            {
                TemporaryFolder.Copy(_folder["killed"], _folder[$"moment-{moment++}"]);
            }
        });
        for (var i = 0; i < moment; i++)
        {
            await Run($"moment-{i}", Halving, Training);
            AssertEqualResults("whole", $"moment-{i}");
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(39)]
    public async Task A_paused_run_goes_on_to_the_same_bits(int at)
    {
        await Run("whole", Halving);
        using var pause = new CancellationTokenSource();
        await Assert.ThrowsAsync<TrainingInterruptedException>(() => Run("paused", Halving, onStep: (_, step) =>
        {
            if (step.Index == at)
            {
                pause.Cancel();
            }
        }, pause: pause.Token));
        var again = 0;
        await Run("paused", Halving, onStep: (_, step) => again += step.Updates && step.Index < Math.Min(at, 10) ? 1 : 0);
        Assert.True(at < 10 || again <= 10, $"{again} steps were trained again");
        AssertEqualResults("whole", "paused");
    }

    [Fact]
    public async Task Files_and_tables_tell_who_was_dropped_when_and_by_what()
    {
        var results = await Run("run", Halving);
        var dropped = results.Arms.First(static row => row.Status == ArmStatus.Dropped);
        using var json = JsonDocument.Parse(File.ReadAllBytes(_folder["run/results.json"]));
        var row = json.RootElement.GetProperty("arms").EnumerateArray().First(static arm => arm.GetProperty("status").GetString() == "dropped");
        Assert.Equal(dropped.Dropped!.Step, row.GetProperty("dropped_at").GetInt32());
        Assert.Equal(dropped.Dropped.Value, row.GetProperty("dropped_by").GetDouble());
        Assert.Contains($"dropped (at step {SpecText.Of(dropped.Dropped.Step)}, by ", File.ReadAllText(_folder["run/report.html"]), StringComparison.Ordinal);
        var read = ResultsJson.Read(_folder["run"]);
        Assert.Equal(results.Arms.Select(static arm => arm.Dropped), read.Arms.Select(static arm => arm.Dropped));
        Assert.Equal(results.Arms.Length, Directory.EnumerateDirectories(_folder["run/adapters"]).Count());

        // Read again, not trained again.
        var again = await Run("run", Halving, onStep: static (_, _) => throw new InvalidOperationException("trained"));
        Assert.Equal(results.Arms.Select(static arm => arm.Dropped), again.Arms.Select(static arm => arm.Dropped));
    }

    [Fact]
    public void The_plan_tells_the_rungs()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var plan = new TinyExperiment { Change = static settings => settings with { Halving = Halving } }.PlanOf(new());
        SearchView.Write(Terminals.On(text, terminal: false), plan);
        Assert.Equal("Search: successive halving by train.mse (lower is better), eta 2\n  prompt: 2 → 1 settings, at 10 of 40 steps\n", text.ToString());
        SearchView.Write(Terminals.On(text, terminal: false), new TinyExperiment().PlanOf(new()));
        Assert.EndsWith("at 10 of 40 steps\n", text.ToString(), StringComparison.Ordinal);
    }

    private Task<ExperimentResults<TinyExperiment.Arm, TinyExperiment.Metrics>> Run(
        string? folder, HalvingOptions? halving, Func<TrainingOptions, TrainingOptions>? training = null, int workers = 1,
        Action<Cohort, TrainingStep>? onStep = null, CancellationToken pause = default) => new TinyExperiment
    {
        OnStep = onStep,
        Change = settings => settings with
        {
            Halving = halving,
            PromptTraining = (training ?? (static same => same))(settings.PromptTraining),
            LoraTraining = (training ?? (static same => same))(settings.LoraTraining),
            Arms =
            [
                .. from length in Lengths
                   from seed in (int[])[0, 1]
                   select new PlannedArm<TinyExperiment.Arm>(new TinyExperiment.Arm.Prompt(length, seed), 4 * length),
                .. settings.Arms.Where(static planned => planned.Arm is TinyExperiment.Arm.Lora),
            ],
        },
    }.ExecuteAsync(options => (folder is null ? options : options.Out(_folder[folder])).Quiet().Workers(workers).CheckpointEvery(TimeSpan.Zero), pause);

    private static int[] Ranked(ExperimentResults<TinyExperiment.Arm, TinyExperiment.Metrics> plain, int[] lengths, int step) =>
        [.. lengths.OrderBy(length => MeanAt(plain, length, step))];

    private static double MeanAt(ExperimentResults<TinyExperiment.Arm, TinyExperiment.Metrics> plain, int length, int step) => plain.Arms
        .Where(row => row.Arm is TinyExperiment.Arm.Prompt prompt && prompt.Length == length)
        .Average(row => row.Curve.Single(point => point.Step == step).Loss);

    private void AssertEqualResults(string first, string second)
    {
        foreach (var file in (string[])["results.json", "metrics.jsonl"])
        {
            Assert.Equal(File.ReadAllText(_folder[$"{first}/{file}"]), File.ReadAllText(_folder[$"{second}/{file}"]));
        }

        foreach (var file in Directory.EnumerateFiles(_folder[$"{first}/adapters"], "*.safetensors", SearchOption.AllDirectories))
        {
            var other = Path.Combine(_folder[second], Path.GetRelativePath(_folder[first], file));
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other)), file);
        }
    }
}
