using System.Text.Json;
using DslExperiments.Hosting;

namespace DslExperiments.Checkpoints;

/// <summary>
/// The keys of a file of settings that Hugging Face's libraries write: <c>config.json</c> of a model,
/// <c>adapter_config.json</c> of an adapter. A key that is missing or null takes the value that those libraries give it;
/// keys that nobody asks for are ignored, as those libraries do.
/// </summary>
internal sealed class HuggingFaceConfig
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string ModelFile = "config.json";

    private readonly string file;
    private readonly JsonElement keys;
    private readonly string path;

    private HuggingFaceConfig(string file, JsonElement keys, string path)
    {
        this.file = file;
        this.keys = keys;
        this.path = path;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="hint">What to do when there is none.</param>
    /// <exception cref="ExperimentUsageException">There is none, or it is not a JSON object.</exception>
    public static HuggingFaceConfig Read(string file, string hint)
    {
        using var document = JsonFile.Read(file, hint);
        return new HuggingFaceConfig(file, document.RootElement.Clone(), "");
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

    /// <summary>A number from 0 up to 1; 0 when there is none.</summary>
    public double Fraction(string key) => Find(key) is not { } value
        ? 0
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is >= 0 and < 1
            ? number
            : throw Unsupported(key, "a number from 0 up to 1 is needed");

    /// <summary>A text, or true or false as one.</summary>
    public string FlagOrText(string key, string fallback) => Find(key) is not { } value
        ? fallback
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? SpecText.Of(value.GetBoolean()) : Text(key);

    /// <summary>The whole numbers of a list, none of them negative.</summary>
    public IReadOnlyList<int> Ints(string key) => Find(key) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int number) && number >= 0)
            ? [.. value.EnumerateArray().Select(static item => item.GetInt32())]
            : throw Unsupported(key, "a list of whole numbers is needed");

    /// <summary>The texts of a list; null when the key has none, or is one text.</summary>
    public IReadOnlyList<string>? Texts(string key) => Find(key) is not { ValueKind: JsonValueKind.Array } value
        ? null
        : value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(static item => item.GetString()!)]
            : throw Unsupported(key, "a list of texts is needed");

    /// <summary>The keys of an object, or null when there is none.</summary>
    public HuggingFaceConfig? Section(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object ? new HuggingFaceConfig(file, value, $"{path}{key}.") : throw Unsupported(key, "an object is needed");

    /// <summary>True when the file has the key, though it be null.</summary>
    public bool Has(string key) => keys.TryGetProperty(key, out _);

    /// <summary>Refuses every number but one.</summary>
    /// <exception cref="ExperimentUsageException">The key has another.</exception>
    public void RequireNumber(string key, double wanted, string hint)
    {
        if (Number(key, wanted) != wanted)
        {
            throw Unsupported(key, hint);
        }
    }

    /// <summary>Refuses every value but one.</summary>
    /// <exception cref="ExperimentUsageException">The flag has the other value.</exception>
    public void Require(string key, bool wanted)
    {
        if (Flag(key, wanted) != wanted)
        {
            throw Unsupported(key, $"only {SpecText.Of(wanted)} is supported");
        }
    }

    /// <summary>Refuses every value but false and what is empty.</summary>
    /// <exception cref="ExperimentUsageException">There is another.</exception>
    public void RequireEmpty(string key, string hint)
    {
        bool isEmpty = Find(key) is not { } value || value.ValueKind switch
        {
            JsonValueKind.False => true,
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => value.GetPropertyCount() == 0,
            JsonValueKind.String => value.GetString()!.Length == 0,
            _ => false,
        };
        if (!isEmpty)
        {
            throw Unsupported(key, hint);
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
