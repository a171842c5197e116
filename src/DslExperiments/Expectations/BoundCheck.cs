using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Results;

namespace DslExperiments.Expectations;

/// <summary>Holds measured arms against what was proven about them.</summary>
internal static class BoundCheck
{
    /// <summary>One outcome per statement, method and metric; bounds on metrics that the spec does not measure are left out.</summary>
    /// <param name="metrics">The metrics' names.</param>
    /// <param name="arms">The finished arms: their design's precision, bounds and values in the order of <paramref name="metrics"/>.</param>
    public static IEnumerable<ExpectationOutcome> Judge(
        ImmutableArray<string> metrics, IEnumerable<(ExperimentArm Arm, Precision Dtype, IReadOnlyList<ProvenBound>? Bounds, ImmutableArray<double> Values)> arms)
    {
        var claims = arms
            .SelectMany(arm => (arm.Bounds ?? []).Select(bound => (arm.Arm, arm.Dtype, Bound: bound, arm.Values)))
            .Where(claim => metrics.Contains(claim.Bound.Metric) && (claim.Bound.Per is null || metrics.Contains(claim.Bound.Per)))
            .GroupBy(claim => (claim.Bound.Statement, claim.Arm.Method, claim.Bound.Metric, claim.Bound.Per));
        foreach (var group in claims)
        {
            var verdict = Verdict.PerArm(group.Select(claim => Check(metrics, claim.Arm, claim.Dtype, claim.Bound, claim.Values)));
            yield return new ExpectationOutcome(Text([.. group.Select(claim => claim.Bound)], group.Key.Method), verdict.Held, verdict.Measured, verdict.Bound, verdict.Detail);
        }
    }

    private static ArmVerdict Check(ImmutableArray<string> metrics, ExperimentArm arm, Precision dtype, ProvenBound bound, ImmutableArray<double> values)
    {
        double measured = values[metrics.IndexOf(bound.Metric)];
        double least = bound.Per is null ? bound.Value : bound.Value * values[metrics.IndexOf(bound.Per)];
        bool positive = bound.Per is null && bound.Value == 0;

        // Rounding alone may take a value that meets its bound a little below it.
        double slack = (dtype switch { Precision.Float64 => 1e-9, Precision.BFloat16 => 1e-2, _ => 1e-5 }) * (1 + Math.Abs(least));
        var truth = positive ? Comparison.Greater.Holds(measured, 0) : Comparison.AtLeast.Holds(measured, least - slack);
        var text = double.IsNaN(measured) || double.IsNaN(least) ? $"{arm.Label} (not a number)" : $"{SpecText.Rounded(measured)} against {SpecText.Rounded(least)}";
        return new ArmVerdict(arm, arm.Label, truth, measured, least, measured - least, text);
    }

    private static string Text(ProvenBound[] bounds, string method)
    {
        var first = bounds[0];
        var factor = bounds.All(bound => bound.Value.Equals(first.Value)) ? SpecText.Rounded(first.Value) : "its bound";
        var least = first.Per is null
            ? factor
            : first.Value == 1 ? $"{method}.{first.Per}" : $"{factor} * {method}.{first.Per}";
        return $"{first.Statement}: {method}.{first.Metric} {(first.Per is null && first.Value == 0 ? ">" : ">=")} {least}";
    }
}
