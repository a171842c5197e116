using System.Collections.Immutable;

namespace DslExperiments.Results;

/// <summary>Arms that differ in nothing but their seed.</summary>
/// <param name="Point">Method and settings.</param>
/// <param name="Arms">The arms, one per seed.</param>
internal sealed record SeedGroup(string Point, ImmutableArray<ArmRow> Arms)
{
    /// <summary>The groups in reporting order.</summary>
    public static ImmutableArray<SeedGroup> Of(ImmutableArray<ArmRow> arms) =>
        [.. arms.GroupBy(static arm => arm.Point).Select(static group => new SeedGroup(group.Key, [.. group]))];

    /// <summary>Mean and standard deviation of a metric over the seeds that have a value.</summary>
    public (double Mean, double Spread) Over(int metric)
    {
        var values = Arms.Select(arm => arm.Metrics[metric]).Where(static value => !double.IsNaN(value)).ToArray();
        if (values.Length == 0)
        {
            return (double.NaN, double.NaN);
        }

        var mean = values.Average();
        var spread = values.Length < 2 ? double.NaN : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return (mean, spread);
    }

    /// <summary><c>0.1234 ± 0.01</c>, the number alone for one seed, a dash for none.</summary>
    public string Text(int metric)
    {
        var (mean, spread) = Over(metric);
        return double.IsNaN(mean) ? "–" : double.IsNaN(spread) ? SpecText.Rounded(mean) : $"{SpecText.Rounded(mean)} ± {SpecText.Rounded(spread, digits: 2)}";
    }

    /// <summary>
    /// <c>4 finished</c>, or <c>3 finished (1 stopped early, at step 200; 1 restored, from step 150), 1 diverged</c>, or
    /// <c>4 dropped (at step 100, by 0.5)</c>.
    /// </summary>
    public string Outcome => string.Join(", ", Arms
        .GroupBy(static arm => arm.Status)
        .OrderBy(static group => group.Key)
        .Select(static group => $"{SpecText.Of(group.Count())} {SpecText.Of(group.Key)}{Early(group)}{DroppedBy(group.First())}"));

    private static string DroppedBy(ArmRow arm) => arm is { Status: ArmStatus.Dropped, Dropped: { } drop }
        ? $" (at step {SpecText.Of(drop.Step)}, by {SpecText.Rounded(drop.Value)})"
        : "";

    private static string Early(IEnumerable<ArmRow> arms)
    {
        string[] parts = [.. new[]
        {
            At("stopped early, at", arms.Select(static arm => arm.StoppedAt)),
            At("restored, from", arms.Select(static arm => arm.RestoredFrom)),
        }.Where(static part => part.Length > 0)];
        return parts.Length == 0 ? "" : $" ({string.Join("; ", parts)})";
    }

    /// <summary><c>1 stopped early, at step 200</c>; empty for nobody.</summary>
    private static string At(string what, IEnumerable<int?> arms)
    {
        int[] steps = [.. arms.OfType<int>().Order()];
        return steps switch
        {
            [] => "",
            [var step] => $"1 {what} step {SpecText.Of(step)}",
            [var first, .., var last] when first == last => $"{SpecText.Of(steps.Length)} {what} step {SpecText.Of(first)}",
            [var first, .., var last] => $"{SpecText.Of(steps.Length)} {what} steps {SpecText.Of(first)} to {SpecText.Of(last)}",
        };
    }
}
