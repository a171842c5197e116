using System.CommandLine;
using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;
using DslExperiments.Training;

namespace DslExperiments.Benchmarks.Stories;

/// <summary>
/// <c>stories260k</c>: prompts, prefixes and LoRA on that checkpoint: cohorts, one thread each, against eager PyTorch, one arm
/// after another, with one thread and with as many as there are cores.
/// </summary>
internal static class StoriesCommand
{
    private static readonly (string Name, MethodOptions Options)[] Methods =
    [
        ("prompt 20", new PromptOptions { Length = 20, Init = new SampledVocabulary(0) }),
        ("prompt 100", new PromptOptions { Length = 100, Init = new SampledVocabulary(0) }),
        ("prefix 5", new PrefixOptions { Length = 5, Init = new Normal(0.1) }),
        ("prefix 20", new PrefixOptions { Length = 20, Init = new Normal(0.1) }),
        ("lora 4", new LoraOptions { Rank = 4 }),
    ];

    private static readonly double[] Rates = [1e-3, 3e-3, 1e-2, 3e-2];

    public static Command Create(Shared shared)
    {
        var steps = new Option<int>("--steps") { Description = "Steps that are timed.", DefaultValueFactory = _ => 10 };
        var arms = new Option<int[]>("--arms") { Description = "Arms, A: four learning rates, and as many seeds as that takes.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [8, 16, 32] };
        var method = new Option<string>("--method") { Description = "Part of a method's name: prompt 20, prompt 100, prefix 5, prefix 20, lora 4.", DefaultValueFactory = _ => "" };
        var windows = new Option<string>("--windows") { Description = "Windows per step and tokens per window.", DefaultValueFactory = _ => "8x64" };
        var cores = new Option<int>("--cores") { Description = "Cohorts at a time, and threads of the PyTorch that has more than one.", DefaultValueFactory = _ => 2 };
        var command = new Command("stories260k", "Adapters of a pretrained LLaMA against eager PyTorch, one arm after another.") { steps, arms, method, windows, cores };
        command.SetAction(parsed =>
        {
            StoriesRuntime.SetSizes(parsed.GetValue(windows)!);
            using var single = Twin(threads: 1);
            using var threaded = Twin(parsed.GetValue(cores));
            if ((StoriesRuntime.Missing() ?? single.Missing() ?? threaded.Missing()) is { } reason)
            {
                Console.Error.WriteLine(reason);
                return Shared.NothingToCompare;
            }

            var report = new Report("stories260k");
            foreach (var (name, options) in Methods.Where(each => each.Name.Contains(parsed.GetValue(method)!, StringComparison.Ordinal)))
            {
                Measure(report, name, options, parsed.GetValue(arms)!, parsed.GetValue(steps) + TimedSession.WarmUp, parsed.GetValue(shared.Repetitions), parsed.GetValue(cores), single, threaded);
            }

            report.Print(new JsonObject { ["windows"] = StoriesRuntime.Batch, ["tokens"] = StoriesRuntime.Window, ["cores"] = parsed.GetValue(cores) });
            return 0;

            TwinProcess Twin(int threads) => new(parsed.GetValue(shared.Python)!, StoriesPyTorch.Script, threads, StoriesRuntime.Model);
        });
        return command;
    }

    private static void Measure(Report report, string name, MethodOptions options, int[] counts, int steps, int repetitions, int cores, TwinProcess single, TwinProcess threaded)
    {
        double difference = LargestDifference(Designs(options, 8, steps: 20), single, out var task);
        if (!(difference <= 1e-4))
        {
            throw new InvalidOperationException($"{name}: the losses of 20 steps differ by up to {difference:g3}; what would be timed is not the same.");
        }

        foreach (int count in counts)
        {
            var medians = Rounds.Run(
                repetitions,
                () => StoriesRuntime.Train(Designs(options, count, steps), cores),
                () => StoriesPyTorch.Train(single, task with { Steps = steps }).Time,
                () => StoriesPyTorch.Train(threaded, task with { Steps = steps }).Time).Select(Sample.Median).ToArray();
            var row = Report.Row($"{name}, {count} arms", medians[0]);
            row["largest_difference_of_losses"] = difference;
            row["eager_one_thread"] = medians[1].Against(medians[0]);
            row["eager"] = medians[2].Against(medians[0]);
            report.Add(row);
        }
    }

    /// <summary>So many arms: every rate with each of the seeds.</summary>
    private static ArmDesign[] Designs(MethodOptions method, int arms, int steps)
    {
        var backbone = Checkpoint.Open(StoriesRuntime.Model).Options;
        return [.. from rate in Rates
                   from seed in Enumerable.Range(0, arms / Rates.Length)
                   select new ArmDesign(
                       new Point(rate, seed), backbone, StoriesRuntime.Task, method,
                       new TrainingOptions { LearningRate = rate, Steps = steps, Batch = StoriesRuntime.Batch, MeasureEvery = steps <= 20 ? 1 : 0 },
                       TrainableParameters.Count(method, backbone))];
    }

    /// <summary>Trains one arm out of a cohort in PyTorch too, on its data and from its start.</summary>
    private static double LargestDifference(ArmDesign[] designs, TwinProcess pytorch, out StoriesTask task)
    {
        task = StoriesRuntime.Record(designs, out var losses);
        var theirs = StoriesPyTorch.Train(pytorch, task).Losses;
        return losses.Zip(theirs, (ours, their) => Math.Abs(ours - their)).Max();
    }

    /// <summary>A point of the sweep.</summary>
    private sealed record Point(double Rate, int Seed) : ExperimentArm(Seed)
    {
        public override string Method => "stories";

        public override System.Collections.Immutable.ImmutableArray<Setting> Settings => [new("learning_rate", Rate)];
    }
}
