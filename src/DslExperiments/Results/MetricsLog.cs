using System.Collections.Immutable;
using System.Text.Json;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary><c>metrics.jsonl</c>: one line per arm and measured step, arm after arm.</summary>
internal static class MetricsLog
{
    public const string FileName = "metrics.jsonl";

    /// <summary>Writes the curves of all rows.</summary>
    public static void Write(string folder, ImmutableArray<ArmRow> arms) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        foreach (var arm in arms)
        {
            foreach (var point in arm.Curve)
            {
                stream.Write(JsonWriting.ToBytes(
                    writer =>
                    {
                        writer.WriteStartObject();
                        ResultsJson.WriteIdentity(writer, arm);
                        writer.WriteNumber("step", point.Step);
                        writer.WriteDouble("loss", point.Loss);
                        writer.WriteEndObject();
                    },
                    JsonWriting.Compact));
            }
        }
    });

    /// <summary>Gives rows the curves of a run folder; without the file they stay empty. The lines are in the rows' order.</summary>
    public static ImmutableArray<ArmRow> ReadInto(string folder, ImmutableArray<ArmRow> arms)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return arms;
        }

        var curves = new Dictionary<string, ImmutableArray<CurvePoint>.Builder>(StringComparer.Ordinal);
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
                if (!curves.TryGetValue(key, out var curve))
                {
                    curves.Add(key, curve = ImmutableArray.CreateBuilder<CurvePoint>());
                }

                curve.Add(new CurvePoint(root.GetProperty("step").GetInt32(), root.GetProperty("loss").ReadDouble()));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw new InvalidDataException($"{path} has a line that is not a measurement: {e.Message}", e);
            }
        }

        return [.. arms.Select(arm =>
            curves.TryGetValue(Key(arm.Method, arm.Settings.Select(static s => (s.Name, s.Text)), arm.Seed), out var curve)
                ? arm with { Curve = curve.ToImmutable() }
                : arm)];
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
