namespace DslExperiments.Specs;

/// <summary>Keys that name one of the spec's metrics, to decide by it while arms are trained.</summary>
internal sealed class MetricKeys(DiagnosticBag bag, List<MetricSpec> metrics)
{
    /// <summary>Checks that the metric is measured and can decide.</summary>
    /// <param name="field">The key.</param>
    /// <param name="rule">What is reported.</param>
    /// <param name="use">What is done with the metric: <c>watched</c>.</param>
    /// <param name="why">Why a metric of a name cannot decide; null for one that can.</param>
    public void Check(BoundField field, DiagnosticRule rule, string use, Func<string, string?> why)
    {
        string name = ValueText.Of(field.Values[0]);
        string[] measured = metrics.Select(metric => metric.Name).ToArray();
        if (measured.Length > 0 && Array.IndexOf(measured, name) < 0)
        {
            bag.Report(rule, field.Node!, $"{field.Key} {Suggestions.Quote(name)} is not among metrics{Suggestions.For(name, measured)}");
        }
        else if (why(name) is string reason)
        {
            bag.Report(rule, field.Node!, $"{field.Key} '{name}' cannot be {use}: {reason}");
        }
    }

    /// <summary>The options with what the compiler knows of the metric that they name.</summary>
    public static OptionsSpec Told(OptionsSpec options, EquatableArray<MetricSpec> metrics)
    {
        string name = ValueText.Of(options.Values.First(value => value.Key == "metric").Value);
        bool higher = name.Length > 0 && !metrics.First(metric => metric.Name == name).LowerIsBetter;
        return options with { Values = options.Values.Append(new FieldValue("higher_is_better", "HigherIsBetter", new SpecValue.Bool(higher), IsDefault: !higher)).ToEquatableArray() };
    }
}
