using System.Text.Json;
using DslExperiments.Hosting;

namespace DslExperiments.Checkpoints;

/// <summary>
/// The keys of a checkpoint's <c>config.json</c>. A key that is missing or null takes the value that Hugging Face's
/// configuration of the family gives it.
/// </summary>
internal sealed class CheckpointConfig
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string FileName = "config.json";

    private readonly string file;
    private readonly JsonElement keys;
    private readonly string path;

    private CheckpointConfig(string file, JsonElement keys, string path)
    {
        this.file = file;
        this.keys = keys;
        this.path = path;
    }

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="ExperimentUsageException">There is none, or it is not a JSON object.</exception>
    public static CheckpointConfig Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        using var document = JsonFile.Read(file, "a folder of Hugging Face has it beside the weights");
        return new CheckpointConfig(file, document.RootElement.Clone(), "");
    }

    /// <summary>A whole number.</summary>
    public int Int(string key, int? fallback = null, int least = 1, int most = int.MaxValue) => Find(key) is not { } value
        ? fallback ?? throw Missing(key)
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw Unsupported(key, $"a whole number from {SpecText.Of(least)} to {SpecText.Of(most)} is needed");

    /// <summary>A positive number.</summary>
    public double Number(string key, double? fallback = null) => Find(key) is not { } value
        ? fallback ?? throw Missing(key)
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) && number > 0
            ? number
            : throw Unsupported(key, "a positive number is needed");

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool fallback) => Find(key) is not { } value
        ? fallback
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Unsupported(key, "true or false is needed"),
        };

    /// <summary>A text.</summary>
    public string Text(string key, string? fallback = null) => Find(key) is not { } value
        ? fallback ?? throw Missing(key)
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Unsupported(key, "a text is needed");

    /// <summary>The keys of an object, or null when there is none.</summary>
    public CheckpointConfig? Section(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object ? new CheckpointConfig(file, value, $"{path}{key}.") : throw Unsupported(key, "an object is needed");

    /// <summary>Refuses every value but one.</summary>
    /// <exception cref="ExperimentUsageException">The flag has the other value.</exception>
    public void Require(string key, bool wanted)
    {
        if (Flag(key, wanted) != wanted)
        {
            throw Unsupported(key, $"only {SpecText.Of(wanted)} is supported");
        }
    }

    /// <summary>Refuses any value.</summary>
    /// <exception cref="ExperimentUsageException">There is one.</exception>
    public void RequireNone(string key, string hint)
    {
        if (Find(key) is not null)
        {
            throw Unsupported(key, hint);
        }
    }

    /// <summary>The error that a value is not what is needed.</summary>
    public ExperimentUsageException Unsupported(string key, string hint)
    {
        string text = Find(key)?.GetRawText() ?? "null";
        return new ExperimentUsageException($"{file}: {path}{key} is {(text.Length <= 80 ? text : text[..80] + "…")}; {hint}.");
    }

    private ExperimentUsageException Missing(string key) => new($"{file}: {path}{key} is missing.");

    private JsonElement? Find(string key) =>
        keys.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
