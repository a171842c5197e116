using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>How far a run got.</summary>
internal enum RunState
{
    /// <summary>Under way, or its process was killed.</summary>
    Running,

    /// <summary>It was asked to pause, and saved its state.</summary>
    Interrupted,

    /// <summary>Its results are complete.</summary>
    Finished,
}

/// <summary><c>manifest.json</c>: what ran, on what, when; enough to run it again.</summary>
internal sealed record RunManifest
{
    public const string FileName = "manifest.json";

    public required ExperimentInfo Experiment { get; init; }

    public required RunKey Key { get; init; }

    public required string? GeneratorVersion { get; init; }

    /// <summary>The arms as planned; their results are not read.</summary>
    public required ImmutableArray<ArmRow> Arms { get; init; }

    /// <summary>The cohorts as indices into <see cref="Arms"/>, in stacking order.</summary>
    public required ImmutableArray<(int Steps, ImmutableArray<int> Arms)> Cohorts { get; init; }

    public required int Workers { get; init; }

    public required DateTime Started { get; init; }

    public RunState State { get; init; } = RunState.Running;

    public DateTime? Finished { get; init; }

    /// <summary>How often it was taken up again.</summary>
    public int Resumed { get; init; }

    /// <summary>Time spent, in all sittings that came to tell.</summary>
    public double Seconds { get; init; }

    /// <summary>Energy spent, in all sittings that came to tell; null where it cannot be measured.</summary>
    public double? Joules { get; init; }

    public string? Blas { get; init; }

    public GitState? Git { get; init; }

    /// <summary>The pretrained backbones that arms were trained on.</summary>
    public ImmutableArray<PretrainedEntry> Pretrained { get; init; } = [];

    /// <summary>Writes it into a run folder.</summary>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(JsonWriting.ToBytes(Write, JsonWriting.Indented)));

    /// <summary>Reads the little that decides whether a run can be taken up; null when there is none or it is damaged.</summary>
    public static ManifestHead? ReadHead(string folder)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, FileName)));
            var root = document.RootElement;
            return new ManifestHead(
                root.GetProperty("key").GetString()!,
                Enum.Parse<RunState>(root.GetProperty("state").GetString()!, ignoreCase: true),
                root.GetProperty("experiment").GetString()!,
                DateTime.Parse(root.GetProperty("started").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
                root.GetProperty("resumed").GetInt32(),
                root.GetProperty("seconds").GetDouble(),
                root.GetProperty("energy_joules") is { ValueKind: JsonValueKind.Number } joules ? joules.GetDouble() : null,
                root.TryGetProperty("pretrained", out var pretrained) ? [.. pretrained.EnumerateArray().Select(ReadPretrained)] : [],
                RunKey.Read(root.GetProperty("request")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("experiment", Experiment.FullName);
        writer.WriteString("summary", Experiment.Summary);
        writer.WriteText("paper", Experiment.Paper);
        writer.WriteText("claim", Experiment.Claim);
        writer.WriteString("state", SpecText.Of(State));
        writer.WriteString("key", Key.Hash);
        writer.WritePropertyName("request");
        Key.WriteParts(writer);

        writer.WriteStartObject("versions");
        writer.WriteText("generator", GeneratorVersion);
        writer.WriteString("runtime", Key.RuntimeVersion);
        writer.WriteString("torch", RunEnvironment.TorchVersion);
        writer.WriteString("libtorch", Key.LibtorchVersion);
        writer.WriteText("blas", Blas);
        writer.WriteString("dotnet", RunEnvironment.DotNetVersion);
        writer.WriteEndObject();

        writer.WriteStartObject("source");
        writer.WriteText("commit", Git?.Commit);
        if (Git is { } git)
        {
            writer.WriteBoolean("dirty", git.Dirty);
        }
        else
        {
            writer.WriteNull("dirty");
        }

        writer.WriteEndObject();

        writer.WriteStartObject("machine");
        writer.WriteString("device", Key.Device);
        writer.WriteString("system", RunEnvironment.System);
        writer.WriteText("processor", RunEnvironment.Processor);
        writer.WriteString("capability", RunEnvironment.Capability);
        writer.WriteNumber("cores", Environment.ProcessorCount);
        writer.WriteNumber("workers", Workers);
        writer.WriteNumber("threads_per_worker", 1);
        writer.WriteEndObject();

        writer.WriteString("started", Time(Started));
        writer.WriteText("finished", Finished is { } finished ? Time(finished) : null);
        writer.WriteNumber("resumed", Resumed);
        writer.WriteNumber("seconds", Math.Round(Seconds, 3));
        writer.WriteDouble("energy_joules", Joules is { } joules ? Math.Round(joules, 3) : double.NaN);

        writer.WriteStartArray("seeds");
        foreach (var seed in Arms.Select(static arm => arm.Seed).Distinct().Order())
        {
            writer.WriteNumberValue(seed);
        }

        writer.WriteEndArray();

        if (!Pretrained.IsEmpty)
        {
            writer.WriteStartArray("pretrained");
            foreach (var backbone in Pretrained)
            {
                writer.WriteStartObject();
                writer.WriteNumber("seed", backbone.Seed);
                writer.WriteString("stage", backbone.Stage);
                writer.WriteString("content", backbone.Content);
                writer.WriteDouble("final_loss", backbone.FinalLoss);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("arms");
        foreach (var arm in Arms)
        {
            writer.WriteStartObject();
            ResultsJson.WriteIdentity(writer, arm);
            writer.WriteNumber("trainable_parameters", arm.TrainableParameters);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        writer.WriteStartArray("cohorts");
        foreach (var (steps, arms) in Cohorts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("steps", steps);
            writer.WriteStartArray("arms");
            foreach (var arm in arms)
            {
                writer.WriteNumberValue(arm);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("spec_path", Experiment.SpecPath);
        writer.WriteString("spec_text", Experiment.SpecText);
        writer.WriteEndObject();
    }

    private static PretrainedEntry ReadPretrained(JsonElement backbone) => new(
        backbone.GetProperty("seed").GetInt32(),
        backbone.GetProperty("stage").GetString()!,
        backbone.GetProperty("content").GetString()!,
        backbone.GetProperty("final_loss").ReadDouble());

    private static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What is read back of a manifest.</summary>
internal sealed record ManifestHead(
    string Key, RunState State, string Experiment, DateTime Started, int Resumed, double Seconds, double? Joules,
    ImmutableArray<PretrainedEntry> Pretrained, RunKey Request);
