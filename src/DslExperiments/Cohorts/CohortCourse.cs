using System.Collections.Immutable;

namespace DslExperiments.Cohorts;

/// <summary>
/// Trains a cohort to its end, with fewer lanes once half of them have left, provided that the others keep their bits. How a
/// product sums a row may depend on how many rows there are: so a narrower cohort first does one update that the wider one
/// has done, and goes on only if gradients, numbers and moments of every lane are the same to the last bit, and so is the
/// metric that early stopping watches. Otherwise
/// another choice of lanes is tried, with some that left as ballast, and at last the wider cohort goes on.
/// </summary>
/// <remarks>
/// What is measured at the end is measured in the cohort as planned, so that results are those of a cohort that was never
/// narrowed. On which machines cohorts are narrowed is a question of speed alone.
/// </remarks>
internal static class CohortCourse
{
    /// <summary>Choices of lanes that are tried. Kernels take rows in blocks: one of a few consecutive numbers of lanes fits.</summary>
    private const int Tries = 6;

    /// <summary>Trains a cohort.</summary>
    /// <param name="whole">The cohort as planned.</param>
    /// <param name="train">The experiment's training script.</param>
    /// <returns>The cohort that came to the end, all lanes in it.</returns>
    /// <exception cref="TrainingInterruptedException">The run was paused.</exception>
    public static Cohort Train(Cohort whole, Action<Cohort> train)
    {
        var lanes = All(whole);
        var current = whole;
        ImmutableArray<LanePast> pasts = [];
        if (whole.Saved() is { Lanes.Count: > 0 } state)
        {
            pasts = CohortRecord.ToRung(state).Lanes;
            lanes = [.. state.Lanes];
            current = PartOf(whole, lanes, state.Step, pasts);
        }

        current.NarrowsAt = current.Count / 2;
        train(current);
        while (current.Narrowing is { } narrowing)
        {
            pasts = Merge(pasts, lanes, narrowing.Lanes);
            (current, lanes) = Narrower(whole, current, lanes, narrowing, pasts, train);
        }

        if (!current.IsPart)
        {
            return current;
        }

        // Everybody is trained: what is left is to measure them, side by side as planned.
        pasts = Merge(pasts, lanes, current.PartEnd);
        var end = whole.Part(All(whole), new CohortStart(whole.Rung?.Step ?? whole.StepCount, pasts));
        train(end);
        return end;
    }

    /// <summary>The lanes to go on with, the fewest first: some that left are kept where a block of rows wants them.</summary>
    /// <param name="seeds">The seed of every lane; runs of equal seeds stay equally long.</param>
    /// <param name="left">True for lanes that left.</param>
    /// <param name="sizes">How many numbers every lane trains; the largest decide the padding.</param>
    internal static IEnumerable<ImmutableArray<int>> Choices(IReadOnlyList<int> seeds, IReadOnlyList<bool> left, IReadOnlyList<long> sizes)
    {
        var groups = new Backbones.SeedGroups(seeds, TorchSharp.torch.float64, TorchSharp.torch.CPU);
        int count = groups.Count == seeds.Count ? 1 : groups.Count, run = seeds.Count / count;
        int[][] runs = [.. Enumerable.Range(0, count)
            .Select(group => Enumerable.Range(group * run, run).ToArray())
            .Where(lanes => lanes.Any(lane => !left[lane]))];
        int most = runs.Min(lanes => lanes.Count(lane => left[lane]));
        for (int removed = most; removed >= 0 && removed > most - Tries; removed--)
        {
            // The last lane of a run has the rows at the edge, the largest one the padding.
            ImmutableArray<int> kept = [.. runs.SelectMany(lanes => lanes.Except(lanes
                .Where(lane => left[lane])
                .OrderBy(lane => lane == lanes[^1] ? 1 : 0).ThenBy(lane => sizes[lane]).ThenBy(static lane => lane)
                .Take(removed)))];
            if (4 * kept.Length <= 3 * seeds.Count)
            {
                yield return kept;
            }
        }
    }

    private static (Cohort Cohort, ImmutableArray<int> Lanes) Narrower(
        Cohort whole, Cohort wide, ImmutableArray<int> lanes, Narrowing narrowing, ImmutableArray<LanePast> pasts, Action<Cohort> train)
    {
        bool[] left = [.. Enumerable.Range(0, wide.Count).Select(wide.HasLeft)];
        int active = left.Count(static gone => !gone);
        foreach (var choice in Choices(wide.Seeds, left, [.. wide.Designs.Select(static design => design.TrainableParameters)]))
        {
            ImmutableArray<int> some = [.. choice.Select(place => lanes[place])];
            var part = PartOf(whole, some, narrowing.Step, pasts);
            part.Reference = [.. choice.Select(place => narrowing.After[place])];
            part.ReferenceValues = narrowing.Values.IsEmpty ? [] : [.. choice.Select(place => narrowing.Values[place])];
            part.NarrowsAt = Math.Min(active - 1, part.Count / 2);
            train(part);
            if (!part.IsRefused)
            {
                return (part, some);
            }
        }

        var again = lanes.Length == whole.Count
            ? whole.Part(lanes, new CohortStart(narrowing.Step, pasts))
            : PartOf(whole, lanes, narrowing.Step, pasts);
        again.NarrowsAt = active / 2;
        train(again);
        return (again, lanes);
    }

    private static Cohort PartOf(Cohort whole, ImmutableArray<int> lanes, int step, ImmutableArray<LanePast> pasts)
    {
        var part = whole.Part(lanes, new CohortStart(step, [.. lanes.Select(lane => pasts[lane])]));
        part.Widen = (done, some) => CohortRecord.ToState(done, new RungEnd([], Merge(pasts, lanes, some))) with { Lanes = lanes };
        return part;
    }

    /// <summary>What all lanes would take along, some of them anew.</summary>
    private static ImmutableArray<LanePast> Merge(ImmutableArray<LanePast> pasts, ImmutableArray<int> lanes, ImmutableArray<LanePast> some)
    {
        var merged = pasts.IsEmpty ? new LanePast[some.Length] : pasts.ToArray();
        foreach (var (place, lane) in lanes.Index())
        {
            merged[lane] = some[place];
        }

        return [.. merged];
    }

    private static ImmutableArray<int> All(Cohort cohort) => [.. Enumerable.Range(0, cohort.Count)];
}
