namespace DslExperiments.Planning;

/// <summary>
/// How many arms train together: as few as come within a twentieth of the time per arm that the largest cohort would take.
/// Where calls cost more than arithmetic, as in narrow backbones, that is the largest; where arithmetic does, a few arms
/// suffice, and further cohorts run on other cores and keep less in memory.
/// </summary>
internal static class CohortSize
{
    /// <summary>The most arms of a cohort, as long as no single arm has more starts.</summary>
    public const int Most = 128;

    private const double Excess = 1.05;

    /// <summary>The most arms of a cohort of designs like these.</summary>
    /// <param name="seeds">A setting with each of its seeds.</param>
    /// <param name="memory">Bytes that a cohort may take.</param>
    public static int Of(IReadOnlyList<ArmDesign> seeds, double memory)
    {
        double most = PerArm(seeds, Most);
        int size = 1;
        while (size < Most && PerArm(seeds, size) > Excess * most)
        {
            size *= 2;
        }

        while (size > 1 && CohortMemory.Of(Repeated(seeds, size)).Peak > memory)
        {
            size /= 2;
        }

        return size;
    }

    private static double PerArm(IReadOnlyList<ArmDesign> seeds, int size)
    {
        var designs = Repeated(seeds, size);
        return CohortTime.OfStep(designs) / designs.Length;
    }

    /// <summary>About so many arms, seed by seed, of one start each.</summary>
    private static ArmDesign[] Repeated(IReadOnlyList<ArmDesign> seeds, int size) =>
        [.. seeds.Take(size).SelectMany(design => Enumerable.Repeat(
            design with { Training = design.Training with { Restarts = 1 } }, Math.Max(1, size / seeds.Count)))];
}
