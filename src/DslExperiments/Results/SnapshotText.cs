using System.Text;

namespace DslExperiments.Results;

/// <summary>Results as text that does not change with the processor.</summary>
internal static class SnapshotText
{
    private const int Digits = 3;

    /// <summary>Below this, numbers are rounding errors.</summary>
    private const double Zero = 1e-9;

    public static string Of<TArm, TMetrics>(ExperimentResults<TArm, TMetrics> results)
        where TArm : ExperimentArm
        where TMetrics : struct
    {
        var text = new StringBuilder();
        text.Append(results.Experiment).Append(" (").Append(results.Profile).Append(")\n\n");
        foreach (var row in results.Arms)
        {
            text.Append(row.Arm.Label).Append(": ").Append(SpecText.Of(row.Status));
            foreach (var (name, value) in results.MetricNames.Zip(row.Values))
            {
                text.Append(", ").Append(name).Append(' ').Append(Stable(value));
            }

            text.Append('\n');
        }

        text.Append('\n');
        foreach (var expectation in results.Expectations)
        {
            text.Append(expectation.Held switch { true => "held      ", false => "FAILED    ", null => "no verdict " })
                .Append(expectation.Text).Append('\n');
        }

        return text.ToString();
    }

    private static string Stable(double value) => Math.Abs(value) < Zero ? "0" : SpecText.Rounded(value, Digits);
}
