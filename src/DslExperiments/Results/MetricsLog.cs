using System.Collections.Immutable;
using System.Text.Json;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary>
/// <c>metrics.jsonl</c>: one line per arm and measured step, and one per evaluation of the metric that early stopping
/// watches, arm after arm.
/// </summary>
internal static class MetricsLog
{
    public const string FileName = "metrics.jsonl";

    /// <summary>Writes the curves and evaluations of all rows.</summary>
    public static void Write(string folder, ImmutableArray<ArmRow> arms) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        foreach (var arm in arms)
        {
            foreach (var (step, write) in LinesOf(arm).OrderBy(static line => line.Step))
            {
                stream.Write(JsonWriting.ToBytes(
                    writer =>
                    {
                        writer.WriteStartObject();
                        ResultsJson.WriteIdentity(writer, arm);
                        writer.WriteNumber("step", step);
                        write(writer);
                        writer.WriteEndObject();
                    },
                    JsonWriting.Compact));
            }
        }
    });

    /// <summary>Gives rows the curves and evaluations of a run folder; without the file they stay empty. The lines are in the rows' order.</summary>
    public static ImmutableArray<ArmRow> ReadInto(string folder, ImmutableArray<ArmRow> arms)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return arms;
        }

        var lines = new Dictionary<string, (List<CurvePoint> Curve, List<Evaluation> Evaluations)>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                var key = Key(
                    root.GetProperty("method").GetString(),
                    root.GetProperty("settings").EnumerateObject().Select(static s => (s.Name, Text: SettingText(s.Value))),
                    root.GetProperty("seed").GetInt32());
                if (!lines.TryGetValue(key, out var known))
                {
                    lines.Add(key, known = ([], []));
                }

                var step = root.GetProperty("step").GetInt32();
                if (root.TryGetProperty("metric", out var metric))
                {
                    known.Evaluations.Add(new Evaluation(step, metric.GetString()!, root.GetProperty("value").ReadDouble()));
                }
                else
                {
                    known.Curve.Add(new CurvePoint(step, root.GetProperty("loss").ReadDouble()));
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw new InvalidDataException($"{path} has a line that is not a measurement: {e.Message}", e);
            }
        }

        return [.. arms.Select(arm =>
            lines.TryGetValue(Key(arm.Method, arm.Settings.Select(static s => (s.Name, s.Text)), arm.Seed), out var known)
                ? arm with { Curve = [.. known.Curve], Evaluations = [.. known.Evaluations] }
                : arm)];
    }

    private static IEnumerable<(int Step, Action<Utf8JsonWriter> Write)> LinesOf(ArmRow arm)
    {
        foreach (var point in arm.Curve)
        {
            yield return (point.Step, writer => writer.WriteDouble("loss", point.Loss));
        }

        foreach (var evaluation in arm.Evaluations)
        {
            yield return (evaluation.Step, writer =>
            {
                writer.WriteString("metric", evaluation.Metric);
                writer.WriteDouble("value", evaluation.Value);
            });
        }
    }

    private static string Key(string? method, IEnumerable<(string Name, string Text)> settings, int seed) =>
        $"{method} {string.Join(' ', settings.Select(static s => $"{s.Name}={s.Text}"))} {SpecText.Of(seed)}";

    private static string SettingText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => SpecText.Of(value.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => SpecText.Of(value.GetBoolean()),
        _ => value.GetString() ?? "",
    };
}
