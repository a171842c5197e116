using DslExperiments.Search;
using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>What a search will drop, for people.</summary>
internal static class SearchView
{
    /// <summary>Writes the rungs and how many settings of each race go on from them; nothing without a search.</summary>
    public static void Write(IAnsiConsole console, ExperimentPlan plan)
    {
        if (plan.Halving is not { } halving)
        {
            return;
        }

        console.WriteLine($"Search: successive halving by {halving.Metric} ({(halving.HigherIsBetter ? "higher" : "lower")} is better), eta {SpecText.Of(halving.Eta)}");
        foreach (var (race, steps, left) in HalvingRace.Course(halving, plan.Designs))
        {
            var rungs = halving.Rungs(steps).Take(left.Count - 1).Select(static rung => SpecText.Of(rung));
            console.WriteLine($"  {race}: {string.Join(" → ", left.Select(static count => SpecText.Of(count)))} settings, at {string.Join(", ", rungs)} of {SpecText.Of(steps)} steps");
        }
    }
}
