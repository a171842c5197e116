using System.Collections.Immutable;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>
/// Committed results of an experiment: <c>&lt;folder&gt;/&lt;name&gt;.verified.json</c>. Numbers are rounded to what every
/// kind of processor agrees on; how far a new result may be from them is written beside them and may be edited there.
/// </summary>
/// <param name="Experiment">Full name.</param>
/// <param name="Profile">The profile.</param>
/// <param name="Tolerances">One per metric.</param>
/// <param name="Arms">The rows.</param>
internal sealed record Baseline(
    string Experiment,
    string Profile,
    ImmutableSortedDictionary<string, Tolerance> Tolerances,
    ImmutableArray<BaselineArm> Arms)
{
    private const string Suffix = ".verified.json";

    /// <summary>Where the baseline of an experiment lies.</summary>
    public static string PathOf(string folder, string experiment) => Path.Combine(folder, experiment + Suffix);

    /// <summary>The baseline that a run would leave, with the tolerances of an earlier one where it has them.</summary>
    public static Baseline Of(string experiment, RunSummary run, Baseline? earlier)
    {
        // What differs from run to run has no place in it.
        var tolerances = run.Metrics.Where(static name => !Metrics.Energy.IsEstimate(name)).ToImmutableSortedDictionary(
            static name => name, name => earlier?.Tolerances.GetValueOrDefault(name) ?? Tolerance.Default, StringComparer.Ordinal);
        return new Baseline(experiment, run.Profile, tolerances, [.. run.Arms.Select(arm => new BaselineArm(
            arm.Label,
            arm.Status,
            arm.TrainableParameters,
            run.Metrics.Zip(arm.Metrics).Where(pair => tolerances.ContainsKey(pair.First)).ToImmutableSortedDictionary(
                static pair => pair.First, pair => tolerances[pair.First].Round(pair.Second), StringComparer.Ordinal)))]);
    }

    /// <summary>Reads a baseline; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public static Baseline? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return new Baseline(
                root.GetProperty("experiment").GetString()!,
                root.GetProperty("profile").GetString()!,
                root.GetProperty("tolerances").EnumerateObject().ToImmutableSortedDictionary(
                    static property => property.Name,
                    static property => new Tolerance(property.Value.GetProperty("relative").GetDouble(), property.Value.GetProperty("absolute").GetDouble()),
                    StringComparer.Ordinal),
                [.. root.GetProperty("arms").EnumerateArray().Select(static arm => new BaselineArm(
                    arm.GetProperty("arm").GetString()!,
                    Enum.Parse<ArmStatus>(arm.GetProperty("status").GetString()!, ignoreCase: true),
                    arm.GetProperty("trainable_parameters").GetInt64(),
                    arm.GetProperty("metrics").EnumerateObject().ToImmutableSortedDictionary(
                        static metric => metric.Name, static metric => metric.Value.ReadDouble(), StringComparer.Ordinal)))]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not a baseline: {e.Message}", e);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(JsonWriting.ToBytes(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("experiment", Experiment);
            writer.WriteString("profile", Profile);
            writer.WriteStartObject("tolerances");
            foreach (var (name, tolerance) in Tolerances)
            {
                writer.WriteStartObject(name);
                writer.WriteNumber("relative", tolerance.Relative);
                writer.WriteNumber("absolute", tolerance.Absolute);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteStartArray("arms");
            foreach (var arm in Arms)
            {
                writer.WriteStartObject();
                writer.WriteString("arm", arm.Label);
                writer.WriteString("status", SpecText.Of(arm.Status));
                writer.WriteNumber("trainable_parameters", arm.TrainableParameters);
                writer.WriteStartObject("metrics");
                foreach (var (name, value) in arm.Metrics)
                {
                    writer.WriteDouble(name, value);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        JsonWriting.Indented)));

    /// <summary>What differs from a new baseline, as sentences; nothing when all is within its tolerance.</summary>
    public IEnumerable<string> Differences(Baseline now)
    {
        if (Profile != now.Profile)
        {
            yield return $"the profile was {Profile} and is {now.Profile}";
            yield break;
        }

        var arms = now.Arms.ToDictionary(static arm => arm.Label, StringComparer.Ordinal);
        foreach (var before in Arms)
        {
            if (!arms.Remove(before.Label, out var after))
            {
                yield return $"{before.Label}: the arm is missing";
                continue;
            }

            foreach (var difference in before.Differences(after, Tolerances))
            {
                yield return $"{before.Label}: {difference}";
            }
        }

        foreach (var extra in now.Arms.Where(arm => arms.ContainsKey(arm.Label)))
        {
            yield return $"{extra.Label}: the arm is new";
        }
    }
}

/// <summary>How far a result may be from its baseline.</summary>
/// <param name="Relative">As a share of the baseline.</param>
/// <param name="Absolute">At least this.</param>
internal sealed record Tolerance(double Relative, double Absolute)
{
    public static readonly Tolerance Default = new(1e-3, 1e-9);

    /// <summary>The largest difference allowed from a value.</summary>
    public double Of(double value) => Math.Max(Absolute, Relative * Math.Abs(value));

    /// <summary>The value to a tenth of what it may differ by, so that the middle of what is allowed stays where it was.</summary>
    public double Round(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.NaN;
        }

        if (Math.Abs(value) <= Absolute / 10)
        {
            return 0;
        }

        double differences = Math.Abs(value) / Math.Max(Of(value), 1e-15 * Math.Abs(value));
        int digits = Math.Clamp((int)Math.Ceiling(Math.Log10(5 * differences)) + 1, 1, 17);
        return double.Parse(SpecText.Rounded(value, digits), System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>One arm of a baseline.</summary>
internal sealed record BaselineArm(string Label, ArmStatus Status, long TrainableParameters, ImmutableSortedDictionary<string, double> Metrics)
{
    public IEnumerable<string> Differences(BaselineArm now, ImmutableSortedDictionary<string, Tolerance> tolerances)
    {
        if (Status != now.Status)
        {
            yield return $"was {SpecText.Of(Status)} and is {SpecText.Of(now.Status)}";
        }

        if (TrainableParameters != now.TrainableParameters)
        {
            yield return $"trained {SpecText.Of(TrainableParameters)} numbers and trains {SpecText.Of(now.TrainableParameters)}";
        }

        foreach (var (name, before) in Metrics)
        {
            if (!now.Metrics.TryGetValue(name, out var after))
            {
                yield return $"{name} is no longer measured";
                continue;
            }

            if (double.IsNaN(before) && double.IsNaN(after))
            {
                continue;
            }

            var allowed = (tolerances.GetValueOrDefault(name) ?? Tolerance.Default).Of(before);
            var distance = Math.Abs(after - before);
            if (!(distance <= allowed))
            {
                yield return double.IsNaN(distance)
                    ? $"{name} moved from {SpecText.Of(before)} to {SpecText.Of(after)}"
                    : $"{name} moved from {SpecText.Of(before)} to {SpecText.Of(after)}, {SpecText.Rounded(distance / allowed, 3)} times its tolerance";
            }
        }

        foreach (var name in now.Metrics.Keys.Where(name => !Metrics.ContainsKey(name)))
        {
            yield return $"{name} is new";
        }
    }
}
