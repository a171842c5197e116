namespace DslExperiments.Specs;

/// <summary>What a function of the expectation language takes and gives.</summary>
internal enum ExpectShape
{
    /// <summary>A series to a scalar, or with <c>over:</c> to a series.</summary>
    Aggregate,

    /// <summary>As <see cref="Aggregate"/>, with a fraction as second argument.</summary>
    Quantile,

    /// <summary>A condition per arm to a scalar.</summary>
    Count,

    /// <summary>A number to a number, or each of a series.</summary>
    Map,

    /// <summary>A scalar along an axis to a condition.</summary>
    Trend,
}

/// <summary>A function of the expectation language.</summary>
/// <param name="Name">As in the spec.</param>
/// <param name="Shape">What it takes and gives.</param>
/// <param name="Signature">For messages and the reference page.</param>
/// <param name="Doc">What it computes.</param>
internal sealed record ExpectFunction(string Name, ExpectShape Shape, string Signature, string Doc)
{
    /// <summary>All functions.</summary>
    public static readonly ExpectFunction[] All =
    {
        new("min", ExpectShape.Aggregate, "min(series, over: axis)", "The smallest number."),
        new("max", ExpectShape.Aggregate, "max(series, over: axis)", "The largest number."),
        new("mean", ExpectShape.Aggregate, "mean(series, over: axis)", "The arithmetic mean."),
        new("median", ExpectShape.Aggregate, "median(series, over: axis)", "The middle number, or the mean of the two middle ones."),
        new("best", ExpectShape.Aggregate, "best(metric, over: axis)", "The smallest or the largest number, whichever is better for the metric."),
        new("quantile", ExpectShape.Quantile, "quantile(series, fraction, over: axis)", "The number below which the fraction of the series lies, interpolated."),
        new("count", ExpectShape.Count, "count(condition, over: axis)", "How many arms the condition holds for."),
        new("abs", ExpectShape.Map, "abs(number)", "The absolute value."),
        new("log", ExpectShape.Map, "log(number)", "The natural logarithm."),
        new("log10", ExpectShape.Map, "log10(number)", "The decimal logarithm."),
        new("sqrt", ExpectShape.Map, "sqrt(number)", "The square root."),
        new("increasing", ExpectShape.Trend, "increasing(scalar, along: axis)", "The scalar, computed for each value of the axis in its order, never falls and ends higher than it began."),
        new("decreasing", ExpectShape.Trend, "decreasing(scalar, along: axis)", "The scalar, computed for each value of the axis in its order, never rises and ends lower than it began."),
    };

    /// <summary>The function of a name, or null.</summary>
    public static ExpectFunction? Find(string name) => Array.Find(All, function => function.Name == name);
}
