using System.Collections.Immutable;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>
/// <c>results.json</c>, and the object that <c>--json</c> prints: one row per arm and the verdicts. The file leaves out
/// where it lies, so that equal runs leave equal files.
/// </summary>
internal static class ResultsJson
{
    public const string FileName = "results.json";

    /// <summary>Writes one run as an object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="run">The run.</param>
    /// <param name="withFolder">True to name the run folder.</param>
    public static void Write(Utf8JsonWriter writer, RunSummary run, bool withFolder)
    {
        writer.WriteStartObject();
        writer.WriteString("experiment", run.Experiment);
        writer.WriteString("profile", run.Profile);
        if (withFolder)
        {
            writer.WriteText("run", run.Folder is null ? null : Path.GetFullPath(run.Folder));
        }

        writer.WriteStartArray("arms");
        foreach (var arm in run.Arms)
        {
            WriteArm(writer, arm, run.Metrics);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("expectations");
        foreach (var expectation in run.Expectations)
        {
            writer.WriteStartObject();
            writer.WriteString("text", expectation.Text);
            if (expectation.Held is { } held)
            {
                writer.WriteBoolean("held", held);
            }
            else
            {
                writer.WriteNull("held");
            }

            writer.WriteDouble("measured", expectation.Measured);
            writer.WriteDouble("bound", expectation.Bound);
            writer.WriteString("detail", expectation.Detail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Method, settings and seed of an arm, as properties of the object being written.</summary>
    public static void WriteIdentity(Utf8JsonWriter writer, ArmRow arm)
    {
        writer.WriteString("method", arm.Method);
        writer.WriteStartObject("settings");
        foreach (var setting in arm.Settings)
        {
            if (setting.Number is { } number)
            {
                writer.WriteDouble(setting.Name, number);
            }
            else if (setting.Flag is { } flag)
            {
                writer.WriteBoolean(setting.Name, flag);
            }
            else
            {
                writer.WriteString(setting.Name, setting.Text);
            }
        }

        writer.WriteEndObject();
        writer.WriteNumber("seed", arm.Seed);
    }

    /// <summary>Reads <c>results.json</c> of a run folder.</summary>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static RunSummary Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var arms = root.GetProperty("arms");
            ImmutableArray<string> metrics = arms.GetArrayLength() == 0
                ? []
                : [.. arms[0].GetProperty("metrics").EnumerateObject().Select(static metric => metric.Name)];
            ImmutableArray<ArmRow> rows = [.. arms.EnumerateArray().Select(arm => ReadArm(arm, metrics))];
            if (rows.CountBy(static row => row.Label).FirstOrDefault(static count => count.Value > 1).Key is { } twice)
            {
                throw new FormatException($"the arm {twice} is there twice");
            }

            return new RunSummary(
                root.GetProperty("experiment").GetString()!,
                root.GetProperty("profile").GetString()!,
                folder,
                metrics,
                rows,
                [.. root.GetProperty("expectations").EnumerateArray().Select(ReadExpectation)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not the results file of a run: {e.Message}", e);
        }
    }

    private static void WriteArm(Utf8JsonWriter writer, ArmRow arm, ImmutableArray<string> metrics)
    {
        writer.WriteStartObject();
        WriteIdentity(writer, arm);
        writer.WriteString("status", SpecText.Of(arm.Status));
        writer.WriteStep("diverged_at", arm.DivergedAt);
        writer.WriteStep("stopped_at", arm.StoppedAt);
        writer.WriteStep("restored_from", arm.RestoredFrom);
        writer.WriteStep("dropped_at", arm.Dropped?.Step);
        if (arm.Dropped is { } drop)
        {
            writer.WriteDouble("dropped_by", drop.Value);
        }

        writer.WriteNumber("trainable_parameters", arm.TrainableParameters);
        writer.WriteStartObject("metrics");
        foreach (var (name, value) in metrics.Zip(arm.Metrics))
        {
            writer.WriteDouble(name, value);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static ArmRow ReadArm(JsonElement arm, ImmutableArray<string> metrics) => new(
        arm.GetProperty("method").GetString()!,
        [.. arm.GetProperty("settings").EnumerateObject().Select(static setting => ReadSetting(setting.Name, setting.Value))],
        arm.GetProperty("seed").GetInt32(),
        Enum.Parse<ArmStatus>(arm.GetProperty("status").GetString()!, ignoreCase: true),
        arm.GetProperty("trainable_parameters").GetInt64(),
        arm.ReadStep("diverged_at"),
        [.. metrics.Select(name => arm.GetProperty("metrics").GetProperty(name).ReadDouble())])
    {
        StoppedAt = arm.ReadStep("stopped_at"),
        RestoredFrom = arm.ReadStep("restored_from"),
        Dropped = arm.ReadStep("dropped_at") is { } dropped ? new Cohorts.Drop(dropped, arm.GetProperty("dropped_by").ReadDouble()) : null,
    };

    private static RowSetting ReadSetting(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => new(name, SpecText.Of(value.GetDouble()), value.GetDouble(), null),
        JsonValueKind.True or JsonValueKind.False => new(name, SpecText.Of(value.GetBoolean()), null, value.GetBoolean()),
        _ => new(name, value.GetString() ?? "", null, null),
    };

    private static ExpectationOutcome ReadExpectation(JsonElement expectation) => new(
        expectation.GetProperty("text").GetString()!,
        expectation.GetProperty("held") is { ValueKind: not JsonValueKind.Null } held ? held.GetBoolean() : null,
        expectation.GetProperty("measured").ReadDouble(),
        expectation.TryGetProperty("bound", out var bound) ? bound.ReadDouble() : double.NaN,
        expectation.GetProperty("detail").GetString()!);
}
