namespace DslExperiments.Benchmarks;

/// <summary>Rounds of a comparison, A B A B …, so that whatever else the machine does hits both alike.</summary>
internal static class Rounds
{
    /// <summary>The median of a few measured numbers.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
