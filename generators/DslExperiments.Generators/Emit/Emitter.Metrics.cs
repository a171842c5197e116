using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>What is measured: a typed record, and who measures each value of it.</summary>
internal sealed partial class Emitter
{
    private void EmitMetrics()
    {
        writer.Heading("Metrics");
        writer.Lines("/// <summary>What is measured on every arm.</summary>");
        for (int i = 0; i < spec.Metrics.Count; i++)
        {
            writer.Lines($"/// <param name=\"{names.Metrics[i]}\"><c>{Text.Xml(spec.Metrics[i].Name)}</c>.</param>");
        }

        writer.List("public readonly record struct Metrics(", names.Metrics.Select(name => "double " + name).ToArray(), ");");
        writer.Blank();
        writer.Lines("/// <inheritdoc/>");
        writer.Open($$"""protected override {{Runtime.ImmutableArray}}<{{Runtime.Metrics}}Metric> MetricList { get; } =""", "[");
        string[] measures = spec.Metrics.Select((metric, i) => metric.CSharpType is null ? names.Class.Take("Measure" + names.Metrics[i], "Metric") : "").ToArray();
        for (int i = 0; i < measures.Length; i++)
        {
            MetricSpec metric = spec.Metrics[i];
            writer.Lines(metric.CSharpType is null
                ? $"new {Runtime.Metrics}CustomMetric({Literal.Of(metric.Name)}, {measures[i]}),"
                : $"new {metric.CSharpType}(),");
        }

        writer.Close("];");
        writer.Blank();
        writer.Lines("/// <inheritdoc/>");
        writer.List(
            "protected override Metrics ToMetrics(global::System.ReadOnlySpan<double> values) => new(",
            names.Metrics.Select((_, i) => $"values[{Literal.Of(i)}]").ToArray(),
            ");");
        foreach ((MetricSpec metric, string measure) in spec.Metrics.Zip(measures, (metric, measure) => (metric, measure)).Where(pair => pair.measure.Length > 0))
        {
            writer.Lines($"""

                /// <summary>Measures <c>{Text.Xml(metric.Name)}</c> on all arms of a cohort: one value per arm, in stacking order. The other part of the class implements it.</summary>
                private static partial double[] {measure}({Runtime.Metrics}TrainedCohort trained);
                """);
        }
    }
}
