using System.Text.Json.Nodes;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>Cells against PyTorch.</summary>
/// <param name="python">A Python that has PyTorch.</param>
/// <param name="cores">Our workers; PyTorch's threads, or its processes of one thread each.</param>
/// <param name="seconds">About how long one timing takes.</param>
/// <param name="repetitions">Timings of each.</param>
internal sealed class SweepMeasurement(string python, int cores, double seconds, int repetitions) : IDisposable
{
    /// <summary>Arm after arm; all arms stacked by hand. With <c>-processes</c> half of the arms in each of two.</summary>
    public static readonly IReadOnlyList<string> Rivals = ["eager", "eager-processes", "stacked", "stacked-processes"];

    /// <summary>Steps whose losses are compared.</summary>
    private const int ComparedSteps = 20;

    /// <summary>Largest relative difference of losses, in single precision.</summary>
    private const double Tolerance = 1e-4;

    private readonly TwinProcess threaded = new(python, SweepTwin.Script, cores);
    private readonly TwinProcess[] sideBySide = [.. Enumerable.Range(0, cores).Select(_ => new TwinProcess(python, SweepTwin.Script, 1))];

    /// <summary>What is missing, or null.</summary>
    public string? Missing() => threaded.Missing();

    /// <summary>Proves that both sides train the same, then times them.</summary>
    /// <param name="cell">The sweep.</param>
    /// <param name="rivals">Some of <see cref="Rivals"/>.</param>
    /// <param name="stacks">Numbers of arms that are stacked by hand; the fastest counts.</param>
    /// <exception cref="InvalidOperationException">The losses differ.</exception>
    public JsonObject Measure(Cell cell, IReadOnlyList<string> rivals, IReadOnlyList<int> stacks)
    {
        SweepTwin one = new([threaded]), many = new(sideBySide);
        one.Load(cell);
        many.Load(cell);
        double difference = LargestDifference(cell, one);
        if (!(difference <= Tolerance))
        {
            throw new InvalidOperationException($"{cell.Name}: the losses of {ComparedSteps} steps differ by up to {difference:g3} of themselves; what would be timed is not the same.");
        }

        int[] all = [.. Enumerable.Range(0, cell.Arms)], few = [.. all.Take(cores)];
        int steps = Rounds.StepsFor(seconds, steps => SweepRuntime.Train(cell, steps, cores).Wall * cell.Arms);
        (Func<Sample> Time, int Stack)[] contestants = [(() => SweepRuntime.Train(cell, steps, cores), 0), .. rivals.Select(rival => rival switch
        {
            "eager" => Contestant(one, few, [0]),
            "eager-processes" => Contestant(many, few, [0]),
            "stacked" => Contestant(one, all, stacks),
            "stacked-processes" => Contestant(many, all, [.. stacks.Select(size => Math.Min(size, Math.Max(1, cell.Arms / cores)))]),
            _ => throw new ArgumentException($"There is no rival '{rival}'; there are {string.Join(", ", Rivals)}."),
        })];
        var medians = Rounds.Run(repetitions, [.. contestants.Select(contestant => contestant.Time)]).Select(Sample.Median).ToArray();
        var row = new JsonObject { ["cell"] = cell.Name, ["largest_relative_difference_of_losses"] = difference, ["ours"] = medians[0].Json() };
        for (int rival = 0; rival < rivals.Count; rival++)
        {
            var json = medians[rival + 1].Against(medians[0]);
            if (contestants[rival + 1].Stack > 0)
            {
                json["stacked_arms"] = contestants[rival + 1].Stack;
            }

            row[rivals[rival]] = json;
        }

        return row;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        threaded.Dispose();
        Array.ForEach(sideBySide, process => process.Dispose());
    }

    /// <summary>How a rival is timed, and how many arms it stacks: the fastest of the given numbers.</summary>
    private (Func<Sample> Time, int Stack) Contestant(SweepTwin twin, int[] arms, IReadOnlyList<int> stacks)
    {
        int[] sizes = [.. stacks.Select(size => Math.Min(size, arms.Length)).Distinct()];
        int steps = Rounds.StepsFor(seconds, steps => twin.Train(arms, steps, sizes.Max()).Wall * arms.Length);
        int best = sizes.Length == 1 ? sizes[0] : sizes.MinBy(size => twin.Train(arms, steps, size).Wall);
        return (() => twin.Train(arms, steps, best), best);
    }

    /// <summary>Trains the arms of the first cohort in PyTorch too, stacked, and the last of them alone.</summary>
    private static double LargestDifference(Cell cell, SweepTwin twin)
    {
        var (arms, losses) = SweepRuntime.Losses(cell, ComparedSteps);
        var stacked = twin.Losses(arms, ComparedSteps, arms.Length);
        var alone = twin.Losses([arms[^1]], ComparedSteps, 0);
        return Math.Max(losses.Zip(stacked).Max(pair => Difference(pair.First, pair.Second)), Difference(losses[^1], alone[0]));
    }

    private static double Difference(double[] ours, double[] theirs) =>
        ours.Length == theirs.Length ? ours.Zip(theirs, (our, their) => Math.Abs(our - their) / Math.Abs(their)).Max() : double.NaN;
}
