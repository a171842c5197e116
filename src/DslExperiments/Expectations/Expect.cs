using System.Globalization;

namespace DslExperiments.Expectations;

/// <summary>The functions of the expectation language.</summary>
public static class Expect
{
    internal const string NoArms = "no arm was selected";

    /// <summary>The smallest value.</summary>
    public static Scalar Min<TArm>(Series<TArm> series)
        where TArm : ExperimentArm => Aggregate(series, static values => values.Min());

    /// <summary>The smallest value of the arms that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Min<TArm>(Series<TArm> series, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, Min);

    /// <summary>The largest value.</summary>
    public static Scalar Max<TArm>(Series<TArm> series)
        where TArm : ExperimentArm => Aggregate(series, static values => values.Max());

    /// <summary>The largest value of the arms that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Max<TArm>(Series<TArm> series, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, Max);

    /// <summary>The mean.</summary>
    public static Scalar Mean<TArm>(Series<TArm> series)
        where TArm : ExperimentArm => Aggregate(series, static values => values.Average());

    /// <summary>The mean of the arms that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Mean<TArm>(Series<TArm> series, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, Mean);

    /// <summary>The median; between the two middle values when their number is even.</summary>
    public static Scalar Median<TArm>(Series<TArm> series)
        where TArm : ExperimentArm => Quantile(series, 0.5);

    /// <summary>The median of the arms that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Median<TArm>(Series<TArm> series, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, Median);

    /// <summary>The value below which <paramref name="fraction"/> of the values lie, between neighbours on a straight line.</summary>
    public static Scalar Quantile<TArm>(Series<TArm> series, double fraction)
        where TArm : ExperimentArm
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        return Aggregate(series, values => Quantile(values, fraction));
    }

    /// <summary>The quantile of the arms that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Quantile<TArm>(Series<TArm> series, double fraction, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, group => Quantile(group, fraction));

    /// <summary>The best value: the smallest where lower is better, else the largest.</summary>
    public static Scalar Best<TArm>(Series<TArm> series, bool lowerIsBetter)
        where TArm : ExperimentArm => lowerIsBetter ? Min(series) : Max(series);

    /// <summary>The best value of the arms that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Best<TArm>(Series<TArm> series, bool lowerIsBetter, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, group => Best(group, lowerIsBetter));

    /// <summary>How many arms there are; none is a number too.</summary>
    public static Scalar Count<TArm>(Series<TArm> series)
        where TArm : ExperimentArm => Scalar.Measured(series.Count);

    /// <summary>How many arms there are among those that <paramref name="over"/> makes equal.</summary>
    public static Series<TArm> Count<TArm>(Series<TArm> series, Func<TArm, TArm> over)
        where TArm : ExperimentArm => Group(series, over, Count);

    /// <summary>For how many arms the condition holds; an arm without a value is not counted.</summary>
    public static Scalar Count(Verdict condition) => condition.Arms.IsDefault
        ? condition.IsUndecided ? Scalar.Missing(condition.Detail) : Scalar.Measured(condition.Held ? 1 : 0)
        : Scalar.Measured(condition.Arms.Count(static arm => arm.Truth == Truth.Yes));

    /// <summary>For how many of the arms that <paramref name="over"/> makes equal the condition holds.</summary>
    public static Series<TArm> Count<TArm>(Verdict condition, Func<TArm, TArm> over)
        where TArm : ExperimentArm
    {
        var ones = condition.Arms.IsDefault ? [] : condition.Arms.Select(static arm =>
            new SeriesPoint<TArm>((TArm)arm.Arm, arm.Label, arm.Truth == Truth.Yes ? 1 : 0, null));
        return Group(new Series<TArm>(ones), over, static group => Scalar.Measured(group.Values.Sum()));
    }

    /// <summary>The absolute value.</summary>
    public static Scalar Abs(Scalar operand) => operand.Select(Math.Abs);

    /// <summary>The absolute value of each.</summary>
    public static Series<TArm> Abs<TArm>(Series<TArm> operand)
        where TArm : ExperimentArm => operand.Select(Math.Abs);

    /// <summary>The natural logarithm.</summary>
    public static Scalar Log(Scalar operand) => operand.Select(Math.Log);

    /// <summary>The natural logarithm of each.</summary>
    public static Series<TArm> Log<TArm>(Series<TArm> operand)
        where TArm : ExperimentArm => operand.Select(Math.Log);

    /// <summary>The logarithm to base 10.</summary>
    public static Scalar Log10(Scalar operand) => operand.Select(Math.Log10);

    /// <summary>The logarithm to base 10 of each.</summary>
    public static Series<TArm> Log10<TArm>(Series<TArm> operand)
        where TArm : ExperimentArm => operand.Select(Math.Log10);

    /// <summary>The square root.</summary>
    public static Scalar Sqrt(Scalar operand) => operand.Select(Math.Sqrt);

    /// <summary>The square root of each.</summary>
    public static Series<TArm> Sqrt<TArm>(Series<TArm> operand)
        where TArm : ExperimentArm => operand.Select(Math.Sqrt);

    /// <summary>Never falls from one value of an axis to the next, and ends higher than it began.</summary>
    /// <param name="values">The axis's values in their order.</param>
    /// <param name="measure">What is measured at a value.</param>
    public static Verdict Increasing<TValue>(IEnumerable<TValue> values, Func<TValue, Scalar> measure)
        where TValue : notnull => Trend(values, measure, sign: 1);

    /// <summary>Never rises from one value of an axis to the next, and ends lower than it began.</summary>
    /// <param name="values">The axis's values in their order.</param>
    /// <param name="measure">What is measured at a value.</param>
    public static Verdict Decreasing<TValue>(IEnumerable<TValue> values, Func<TValue, Scalar> measure)
        where TValue : notnull => Trend(values, measure, sign: -1);

    private static Verdict Trend<TValue>(IEnumerable<TValue> values, Func<TValue, Scalar> measure, int sign)
        where TValue : notnull
    {
        var points = values.Select(value => (Name: SpecText.Of(value), Scalar: measure(value))).ToArray();
        var course = string.Join(", ", points.Select(static point => $"{point.Name}: {SpecText.Rounded(point.Scalar.Value)}"));
        var last = points.Length == 0 ? double.NaN : points[^1].Scalar.Value;
        if (points.FirstOrDefault(static point => point.Scalar.Problem is not null) is { Scalar.Problem: { } problem })
        {
            return Verdict.Undecided(last, $"{problem}; {course}");
        }

        if (points.Length < 2)
        {
            return Verdict.Undecided(last, points.Length == 0 ? NoArms : $"a trend needs two values, there is one; {course}");
        }

        var never = points.Zip(points.Skip(1), (a, b) => sign * (b.Scalar.Value - a.Scalar.Value) >= 0).All(static holds => holds);
        return Verdict.Whole(Truths.Of(never && sign * (last - points[0].Scalar.Value) > 0), last, course);
    }

    private static Scalar Aggregate<TArm>(Series<TArm> series, Func<IReadOnlyList<double>, double> function)
        where TArm : ExperimentArm
    {
        var missing = series.Points.Where(static point => point.Problem is not null).Select(static point => point.Problem!).ToArray();
        return (series.Count, missing.Length) switch
        {
            (0, _) => Scalar.Missing(NoArms),
            (_, 0) => Scalar.Measured(function([.. series.Values])),
            (_, 1) => Scalar.Missing($"no value for {missing[0]}"),
            var (_, many) => Scalar.Missing(string.Create(CultureInfo.InvariantCulture, $"no value for {missing[0]} and {many - 1} more")),
        };
    }

    private static Series<TArm> Group<TArm>(Series<TArm> series, Func<TArm, TArm> over, Func<Series<TArm>, Scalar> aggregate)
        where TArm : ExperimentArm => new(ErasedAxes.Group(series, over).Select(group =>
    {
        var scalar = aggregate(group.Members);
        return new SeriesPoint<TArm>(group.Key, group.Label, scalar.Value, scalar.Problem);
    }));

    private static double Quantile(IReadOnlyList<double> values, double fraction)
    {
        var sorted = values.Order().ToArray();
        var position = fraction * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] == sorted[above] ? sorted[below] : sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
