using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;
using DslExperiments.Training;

namespace DslExperiments.Benchmarks;

/// <summary>
/// Prompts, prefixes and LoRA on the checkpoint stories260k: cohorts against eager PyTorch, one arm after another, one
/// thread each; prints one JSON object.
/// </summary>
internal static class Stories
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

    /// <summary>
    /// Arguments: [steps per timing = 10] [repetitions = 5] [numbers of arms = 8,16,32] [part of a method's name]
    /// [python = /usr/bin/python3] [windows x tokens = 8x64].
    /// </summary>
    public static int Run(string[] args)
    {
        int steps = args.Length > 0 ? int.Parse(args[0]) : 10, repetitions = args.Length > 1 ? int.Parse(args[1]) : 5;
        int[] counts = [.. (args.Length > 2 ? args[2] : "8,16,32").Split(',').Select(int.Parse)];
        string part = args.Length > 3 ? args[3] : string.Empty, python = args.Length > 4 ? args[4] : "/usr/bin/python3";
        if (args.Length > 5)
        {
            StoriesRuntime.SetSizes(args[5]);
        }

        if (StoriesRuntime.Missing() is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 3;
        }

        using var pytorch = new StoriesPyTorch(python, StoriesRuntime.Model);
        if (pytorch.Missing() is { } absent)
        {
            Console.Error.WriteLine(absent);
            return 3;
        }

        var methods = new List<object>();
        foreach (var (name, options) in Methods.Where(method => method.Name.Contains(part, StringComparison.Ordinal)))
        {
            double difference = LargestDifference(Designs(options, 8, steps: 20), pytorch, out var task);
            if (!(difference <= 1e-4))
            {
                Console.Error.WriteLine($"{name}: the losses of 20 steps differ by up to {difference:g3}; what is timed is not the same.");
                return 1;
            }

            var ours = counts.ToDictionary(count => count, _ => new List<StoriesTime>());
            var theirs = new List<StoriesTime>();
            for (int repetition = 0; repetition < repetitions; repetition++)
            {
                foreach (int count in counts)
                {
                    ours[count].Add(StoriesRuntime.Train(Designs(options, count, steps)));
                    theirs.Add(pytorch.Train(task with { Steps = steps }).Time);
                }
            }

            double alone = Rounds.Median(theirs.Select(time => time.Cpu)), aloneWall = Rounds.Median(theirs.Select(time => time.Wall));
            methods.Add(new
            {
                method = name,
                largest_difference_of_losses = difference,
                pytorch_cpu_ms_per_arm_step = Math.Round(alone, 2),
                pytorch_wall_ms_per_arm_step = Math.Round(aloneWall, 2),
                cohorts = counts.Select(count => new
                {
                    arms = count,
                    ours_cpu_ms_per_arm_step = Math.Round(Rounds.Median(ours[count].Select(time => time.Cpu)), 2),
                    ours_wall_ms_per_arm_step = Math.Round(Rounds.Median(ours[count].Select(time => time.Wall)), 2),
                    times_faster_cpu = Math.Round(alone / Rounds.Median(ours[count].Select(time => time.Cpu)), 2),
                    times_faster_wall = Math.Round(aloneWall / Rounds.Median(ours[count].Select(time => time.Wall)), 2),
                }),
            });
            Console.Error.WriteLine(JsonSerializer.Serialize(methods[^1]));
        }

        Console.WriteLine(JsonSerializer.Serialize(
            new { model = "stories260k", batch = StoriesRuntime.Batch, window = StoriesRuntime.Window, threads = 1, steps, repetitions, methods },
            new JsonSerializerOptions { WriteIndented = true }));
        return 0;
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
    private static double LargestDifference(ArmDesign[] designs, StoriesPyTorch pytorch, out StoriesTask task)
    {
        task = StoriesRuntime.Record(designs, designs.Length / 2 + 1, out var losses);
        var theirs = pytorch.Train(task).Losses;
        return losses.Zip(theirs, (ours, their) => Math.Abs(ours - their)).Max();
    }

    /// <summary>A point of the sweep.</summary>
    private sealed record Point(double Rate, int Seed) : ExperimentArm(Seed)
    {
        public override string Method => "stories";

        public override System.Collections.Immutable.ImmutableArray<Setting> Settings => [new("learning_rate", Rate)];
    }
}
