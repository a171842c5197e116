using System.CommandLine;
using System.Text.Json.Nodes;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;
using DslExperiments.Planning;

namespace DslExperiments.Benchmarks.Theory;

/// <summary>
/// <c>theory</c>: every sweep of the theory suite as its spec defines it, in the harness that the generator made of it,
/// against its arms one by one in eager PyTorch. A few steps of everything are timed; sums are of all steps.
/// </summary>
internal static class TheoryCommand
{
    public static Command Create(Shared shared)
    {
        var part = new Option<string>("--spec") { Description = "Part of a spec's name.", DefaultValueFactory = _ => "" };
        var profile = new Option<string>("--profile") { Description = "A profile, where the spec has it.", DefaultValueFactory = _ => "full" };
        var cores = new Option<int>("--cores") { Description = "Our workers, and PyTorch's threads or processes.", DefaultValueFactory = _ => 2 };
        var steps = new Option<int>("--steps") { Description = "Steps of each of our cohorts that are timed.", DefaultValueFactory = _ => 40 };
        var command = new Command("theory", "The sweeps of the theory suite against eager PyTorch.") { part, profile, cores, steps };
        command.SetAction(parsed =>
        {
            string python = parsed.GetValue(shared.Python)!;
            int workers = parsed.GetValue(cores);
            TwinProcess[] sideBySide = [.. Enumerable.Range(0, workers).Select(_ => new TwinProcess(python, Sketch.Script, 1))];
            using var threaded = new TwinProcess(python, Sketch.Script, workers);
            try
            {
                if (threaded.Missing() is { } reason)
                {
                    Console.Error.WriteLine(reason);
                    return Shared.NothingToCompare;
                }

                var rivals = new Dictionary<string, TwinProcess[]> { ["eager"] = [threaded], ["eager-processes"] = sideBySide };
                var report = new Report("theory");
                foreach (var sweep in TheorySweep.All(parsed.GetValue(profile)!, parsed.GetValue(part)!))
                {
                    report.Add(Measure(sweep, rivals, parsed.GetValue(steps), workers, parsed.GetValue(shared.Seconds), parsed.GetValue(shared.Repetitions)));
                }

                report.Print(new JsonObject { ["cores"] = workers });
                return 0;
            }
            finally
            {
                Array.ForEach(sideBySide, process => process.Dispose());
            }
        });
        return command;
    }

    private static JsonObject Measure(TheorySweep sweep, Dictionary<string, TwinProcess[]> rivals, int steps, int workers, double seconds, int repetitions)
    {
        // Arms of equal shape take equal time; the steps of each of them, every start an arm.
        var shapes = sweep.Designs.GroupBy(Sketch.Of).ToDictionary(
            shape => shape.Key, shape => shape.SelectMany(design => Enumerable.Repeat(design.Training.Steps, design.Training.Restarts)).ToArray());
        var contestants = new List<Func<Sample>> { () => sweep.Train(steps, workers) };
        foreach (var processes in rivals.Values)
        {
            var samples = shapes.Keys.ToDictionary(shape => shape, shape => Rounds.StepsFor(
                seconds / shapes.Count, count => Sketch.Train(processes, shape, count).Wall * processes.Length));
            contestants.Add(() =>
            {
                // An arm is one process's; the longest go first.
                Sample[] arms = [.. shapes.SelectMany(shape => Each(Sketch.Train(processes, shape.Key, samples[shape.Key]), shape.Value)).OrderByDescending(arm => arm.Wall)];
                return new(CohortTime.Together(arms.Select(arm => arm.Wall), processes.Length), arms.Sum(arm => arm.Cpu));

                IEnumerable<Sample> Each(Sample perStep, int[] steps) =>
                    steps.Select(count => new Sample(perStep.Wall * processes.Length, perStep.Cpu) * count);
            });
        }

        var medians = Rounds.Run(repetitions, contestants).Select(Sample.Median).ToArray();
        var row = new JsonObject
        {
            ["spec"] = sweep.Name,
            ["arms"] = sweep.Arms,
            ["cohorts"] = sweep.Cohorts,
            ["shapes"] = shapes.Count,
            ["ours"] = medians[0].Json(),
        };
        foreach (var (rival, median) in rivals.Keys.Zip(medians.Skip(1)))
        {
            row[rival] = median.Against(medians[0]);
        }

        return row;
    }
}
