using System.Collections.Immutable;
using System.Text.Json;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary>What remains of a cohort once it is trained and measured: what a resumed run needs in order to skip it.</summary>
internal sealed record FinishedCohort(ImmutableArray<FinishedArm> Arms)
{
    /// <summary>The part of an outcome that goes into results.</summary>
    public static FinishedCohort Of(CohortOutcome outcome) =>
        new([.. outcome.Arms.Select(static arm => new FinishedArm(arm.DivergedAt, [.. arm.Metrics], [.. arm.Curve])
        {
            StoppedAt = arm.StoppedAt,
            RestoredFrom = arm.RestoredFrom,
            Dropped = arm.Dropped,
            Evaluations = [.. arm.Evaluations],
        })]);

    /// <summary>Makes it durable.</summary>
    public void Write(string path, string identity) => AtomicFile.Write(path, stream => stream.Write(JsonWriting.ToBytes(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("cohort", identity);
            writer.WriteStartArray("arms");
            foreach (var arm in Arms)
            {
                arm.Write(writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        JsonWriting.Compact)));

    /// <summary>Reads it; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another cohort.</exception>
    public static FinishedCohort? Read(string path, string identity, int arms, int metrics)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("cohort").GetString() != identity)
            {
                throw new InvalidDataException("it belongs to other arms");
            }

            var finished = new FinishedCohort([.. root.GetProperty("arms").EnumerateArray().Select(FinishedArm.Read)]);
            return finished.Arms.Length == arms && finished.Arms.All(arm => arm.Metrics.Length == metrics)
                ? finished
                : throw new InvalidDataException("it has other arms or metrics than the cohort");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"it is malformed ({e.Message.TrimEnd('.')})", e);
        }
    }
}

/// <summary>What remains of an arm.</summary>
/// <param name="DivergedAt">The step at which its loss was no longer finite, or null.</param>
/// <param name="Metrics">One value per metric.</param>
/// <param name="Curve">Its measured losses.</param>
internal sealed record FinishedArm(int? DivergedAt, ImmutableArray<double> Metrics, ImmutableArray<CurvePoint> Curve)
{
    /// <summary>The step at which it stopped early, or null.</summary>
    public int? StoppedAt { get; init; }

    /// <summary>The step whose numbers it ended with in place of its last ones, or null.</summary>
    public int? RestoredFrom { get; init; }

    /// <summary>When a search dropped it, or null.</summary>
    public Drop? Dropped { get; init; }

    /// <summary>What early stopping saw of the metric that it watches.</summary>
    public ImmutableArray<Evaluation> Evaluations { get; init; } = [];

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStep("diverged_at", DivergedAt);
        writer.WriteStep("stopped_at", StoppedAt);
        writer.WriteStep("restored_from", RestoredFrom);
        writer.WriteStep("dropped_at", Dropped?.Step);
        if (Dropped is not null)
        {
            writer.WritePropertyName("dropped_by");
            writer.WriteNumberOrName(Dropped.Value);
        }

        writer.WriteStartArray("metrics");
        foreach (var value in Metrics)
        {
            writer.WriteNumberOrName(value);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("curve");
        foreach (var point in Curve)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(point.Step);
            writer.WriteNumberOrName(point.Loss);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        if (!Evaluations.IsEmpty)
        {
            WriteEvaluations(writer);
        }

        writer.WriteEndObject();
    }

    public static FinishedArm Read(JsonElement arm) => new(
        arm.ReadStep("diverged_at"),
        [.. arm.GetProperty("metrics").EnumerateArray().Select(static value => value.ReadNumberOrName())],
        [.. arm.GetProperty("curve").EnumerateArray().Select(static point => new CurvePoint(point[0].GetInt32(), point[1].ReadNumberOrName()))])
    {
        StoppedAt = arm.ReadStep("stopped_at"),
        RestoredFrom = arm.ReadStep("restored_from"),
        Evaluations = arm.TryGetProperty("evaluations", out var evaluations)
            ? [.. evaluations.EnumerateArray().Select(static line => new Evaluation(line[0].GetInt32(), line[1].GetString()!, line[2].ReadNumberOrName()))]
            : [],
        Dropped = arm.ReadStep("dropped_at") is { } dropped ? new Drop(dropped, arm.GetProperty("dropped_by").ReadNumberOrName()) : null,
    };

    private void WriteEvaluations(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("evaluations");
        foreach (var evaluation in Evaluations)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(evaluation.Step);
            writer.WriteStringValue(evaluation.Metric);
            writer.WriteNumberOrName(evaluation.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
