namespace DslExperiments.Expectations;

/// <summary>Groups the arms of a series that become equal when an axis is erased.</summary>
internal static class ErasedAxes
{
    /// <summary>The groups in the order of their first arm, called by the settings that are left.</summary>
    public static IEnumerable<(TArm Key, string Label, Series<TArm> Members)> Group<TArm>(Series<TArm> series, Func<TArm, TArm> over)
        where TArm : ExperimentArm
    {
        var erased = series.Points
            .SelectMany(point => Differences(point.Arm, over(point.Arm)).Concat(Unnamed(point)))
            .ToHashSet();
        foreach (var group in series.Points.GroupBy(point => over(point.Arm)))
        {
            var settings = group.Key.Settings
                .Where(setting => !erased.Contains(setting.Name))
                .Select(setting => $"{setting.Name}={setting.Text}");
            var label = settings.Prepend(group.Key.Method);
            if (!erased.Contains("seed"))
            {
                label = label.Append($"seed={SpecText.Of(group.Key.Seed)}");
            }

            yield return (group.Key, string.Join(' ', label), new Series<TArm>(group));
        }
    }

    /// <summary>The axes that earlier aggregates erased: the label names them no more, their values are left-overs.</summary>
    private static IEnumerable<string> Unnamed<TArm>(SeriesPoint<TArm> point)
        where TArm : ExperimentArm => point.Arm.Settings
            .Select(static setting => setting.Name)
            .Append("seed")
            .Where(name => !point.Label.Contains($" {name}=", StringComparison.Ordinal));

    /// <summary>The axes on which an arm and its key differ: the erased ones, unless the arm happens to have the default.</summary>
    private static IEnumerable<string> Differences(ExperimentArm arm, ExperimentArm key)
    {
        foreach (var (own, left) in arm.Settings.Zip(key.Settings))
        {
            if (!Equals(own.Value, left.Value))
            {
                yield return own.Name;
            }
        }

        if (arm.Seed != key.Seed)
        {
            yield return "seed";
        }
    }
}
