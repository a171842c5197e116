namespace DslExperiments.Expectations;

/// <summary>The six comparisons of the expectation language.</summary>
internal enum Comparison
{
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Different,
}

/// <summary>What a comparison means.</summary>
internal static class ComparisonExtensions
{
    /// <summary>Whether it holds; <see cref="Truth.Unknown"/> when a side is not a number.</summary>
    public static Truth Holds(this Comparison comparison, double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? Truth.Unknown : Truths.Of(comparison switch
        {
            Comparison.Less => left < right,
            Comparison.AtMost => left <= right,
            Comparison.Greater => left > right,
            Comparison.AtLeast => left >= right,
            Comparison.Equal => left == right,
            _ => left != right,
        });

    /// <summary>How far it is from failing (positive) or from holding (negative); orders arms from worst to best.</summary>
    public static double Margin(this Comparison comparison, double left, double right) => comparison switch
    {
        _ when left.Equals(right) => 0,
        Comparison.Less or Comparison.AtMost => right - left,
        Comparison.Greater or Comparison.AtLeast => left - right,
        Comparison.Equal => -Math.Abs(left - right),
        _ => Math.Abs(left - right),
    };
}
