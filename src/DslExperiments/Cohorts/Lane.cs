using System.Collections.Immutable;

namespace DslExperiments.Cohorts;

/// <summary>One start of an arm: a place on the arm axis of a cohort's tensors.</summary>
/// <param name="Arm">The arm's position in the plan.</param>
/// <param name="AdapterSeed">The seed from which the adapter is drawn.</param>
internal readonly record struct Lane(int Arm, int AdapterSeed)
{
    /// <summary>The lanes of a plan, the starts of an arm side by side, so that runs of equal seeds stay even.</summary>
    public static ImmutableArray<Lane> Of(CohortPlan plan) =>
        [.. plan.Designs.SelectMany((design, arm) => Enumerable.Range(0, CountOf(design)).Select(start => new Lane(arm, SeedOf(design.Arm.Seed, start))))];

    /// <summary>Lanes of an arm: its restarts, and one where nothing is drawn.</summary>
    public static int CountOf(ArmDesign design) => design.Trains ? design.Training.Restarts : 1;

    /// <summary>The seed of a start; the first one is the arm's own, whatever the number of restarts.</summary>
    public static int SeedOf(int seed, int start) => start == 0 ? seed : unchecked((int)Seeds.Derive(seed, $"restart/{start}"));
}
