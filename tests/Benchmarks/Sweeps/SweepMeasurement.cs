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
    /// <summary>Arm after arm; stacked by hand; stacked by functorch.vmap. With <c>-processes</c> the arms are dealt out to several.</summary>
    public static readonly IReadOnlyList<string> Rivals = ["eager", "eager-processes", "stacked", "stacked-processes", "vmap", "vmap-processes"];

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
        double difference = LargestDifference(cell, one, rivals.Any(rival => rival.StartsWith("vmap", StringComparison.Ordinal)));
        if (!(difference <= Tolerance))
        {
            throw new InvalidOperationException($"{cell.Name}: the losses of {ComparedSteps} steps differ by up to {difference:g3} of themselves; what would be timed is not the same.");
        }

        int[] all = [.. Enumerable.Range(0, cell.Arms)], few = [.. all.Take(cores)];
        int steps = Rounds.StepsFor(seconds, steps => SweepRuntime.Train(cell, steps, cores).Wall * cell.Arms);
        (Func<Sample> Time, int Stack)[] contestants = [(() => SweepRuntime.Train(cell, steps, cores), 0), .. rivals.Select(Entered)];
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

        (Func<Sample> Time, int Stack) Entered(string rival)
        {
            bool apart = rival.EndsWith("-processes", StringComparison.Ordinal);
            return rival.Split('-')[0] switch
            {
                _ when !Rivals.Contains(rival) => throw new ArgumentException($"There is no rival '{rival}'; there are {string.Join(", ", Rivals)}."),
                "eager" => Contestant(apart ? many : one, few, [0], vmap: false),
                "vmap" when !cell.Shared => throw new ArgumentException("vmap is written for arms that share their weights; leave out --per-seed."),
                var kind => Contestant(apart ? many : one, all, apart ? [.. stacks.Select(size => Math.Min(size, Math.Max(1, cell.Arms / cores)))] : stacks, kind == "vmap"),
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        threaded.Dispose();
        Array.ForEach(sideBySide, process => process.Dispose());
    }

    /// <summary>How a rival is timed, and how many arms it stacks: the fastest of the given numbers.</summary>
    private (Func<Sample> Time, int Stack) Contestant(SweepTwin twin, int[] arms, IReadOnlyList<int> stacks, bool vmap)
    {
        int[] sizes = [.. stacks.Select(size => Math.Min(size, arms.Length)).Distinct()];
        int steps = Rounds.StepsFor(seconds, steps => twin.Train(arms, steps, sizes.Max(), vmap).Wall * arms.Length);
        int best = sizes.Length == 1 ? sizes[0] : sizes.MinBy(size => twin.Train(arms, steps, size, vmap).Wall);
        return (() => twin.Train(arms, steps, best, vmap), best);
    }

    /// <summary>Trains the arms of the first cohort in PyTorch too, stacked, and the last of them alone.</summary>
    private static double LargestDifference(Cell cell, SweepTwin twin, bool vmap)
    {
        var (arms, losses) = SweepRuntime.Losses(cell, ComparedSteps);
        var alone = twin.Losses([arms[^1]], ComparedSteps, 0);
        double[][][] stacked = [twin.Losses(arms, ComparedSteps, arms.Length), .. vmap ? [twin.Losses(arms, ComparedSteps, arms.Length, vmap)] : Array.Empty<double[][]>()];
        return Math.Max(stacked.Max(theirs => losses.Zip(theirs).Max(pair => Difference(pair.First, pair.Second))), Difference(losses[^1], alone[0]));
    }

    private static double Difference(double[] ours, double[] theirs) =>
        ours.Length == theirs.Length ? ours.Zip(theirs, (our, their) => Math.Abs(our - their) / Math.Abs(their)).Max() : double.NaN;
}
