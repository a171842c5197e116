using System.Text.Json;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Methods;

namespace DslExperiments.Results.Peft;

/// <summary>
/// <c>dslexperiments.json</c>, beside an adapter's tensors: which arm left them and how they are to be read. PEFT does not
/// look at it.
/// </summary>
/// <param name="Arm">The arm's label.</param>
/// <param name="Method">What has trained them, as far as their layout depends on it; null for a method that has none here.</param>
internal sealed record AdapterOrigin(string Arm, MethodOptions? Method)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "dslexperiments.json";

    private const string Format = "dslexperiments-adapter-1";

    /// <summary>The file's bytes for an arm.</summary>
    public static byte[] Of(ArmOutcome arm) => JsonWriting.ToBytes(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("arm", arm.Design.Arm.Label);
            writer.WriteString("format", Format);
            writer.WritePropertyName("method");
            Write(writer, arm.Design.Method);
            if (arm.Adapter.FirstOrDefault(static array => array.Name == PeftLayout.Tokens) is { } tokens)
            {
                writer.WriteStartArray(PeftLayout.Tokens);
                foreach (double token in tokens.Values)
                {
                    writer.WriteNumberValue(token);
                }

                writer.WriteEndArray();
            }

            writer.WriteNumber("trainable_parameters", arm.Design.TrainableParameters);
            writer.WriteEndObject();
        },
        JsonWriting.Indented);

    /// <summary>Reads the file of a folder; null when there is none.</summary>
    /// <exception cref="Hosting.ExperimentUsageException">It is damaged.</exception>
    public static AdapterOrigin? Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            return null;
        }

        var config = HuggingFaceConfig.Read(file, "it lies beside an adapter's tensors");
        return config.Text("format") == Format
            ? new AdapterOrigin(config.Text("arm"), MethodOf(config.Section("method")))
            : throw config.Unsupported("format", $"only \"{Format}\" can be read");
    }

    private static void Write(Utf8JsonWriter writer, MethodOptions method)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", Hosting.OptionsText.KindOf(method));
        switch (method)
        {
            case PromptOptions prompt:
                writer.WriteNumber("length", prompt.Length);
                break;
            case PrefixOptions prefix:
                writer.WriteString("form", SpecText.Of(prefix.Form));
                writer.WriteStartArray("layers");
                foreach (int layer in prefix.Layers)
                {
                    writer.WriteNumberValue(layer);
                }

                writer.WriteEndArray();
                writer.WriteNumber("length", prefix.Length);
                break;
            case LoraOptions lora:
                writer.WriteNumber("alpha", lora.Alpha == 0 ? lora.Rank : lora.Alpha);
                WriteOn(writer, lora.On);
                writer.WriteNumber("rank", lora.Rank);
                writer.WriteBoolean("rank_stabilized", lora.RankStabilized);
                break;
            case FullOptions full:
                WriteOn(writer, full.On);
                break;
            case IaptOptions iapt:
                writer.WriteNumber("bottleneck", iapt.Bottleneck);
                writer.WriteNumber("length", iapt.Length);
                writer.WriteBoolean("shared", iapt.Shared);
                break;
            case PromptLoraOptions both:
                WritePart(writer, "lora", both.Lora);
                WritePart(writer, "prompt", both.Prompt);
                break;
            case PrefixLoraOptions both:
                WritePart(writer, "lora", both.Lora);
                WritePart(writer, "prefix", both.Prefix);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter writer, string name, MethodOptions part)
    {
        writer.WritePropertyName(name);
        Write(writer, part);
    }

    private static void WriteOn(Utf8JsonWriter writer, IEnumerable<Projection> on)
    {
        writer.WriteStartArray("on");
        foreach (var projection in on)
        {
            writer.WriteStringValue(SpecText.Of(projection));
        }

        writer.WriteEndArray();
    }

    private static MethodOptions? MethodOf(HuggingFaceConfig? config) => config?.Text("kind") switch
    {
        "prompt" => new PromptOptions { Length = config.Int("length") },
        "prefix" => new PrefixOptions { Length = config.Int("length"), Form = WordOf<PrefixForm>(config, "form"), Layers = config.Ints("layers") },
        "lora" => new LoraOptions
        {
            Rank = config.Int("rank"), Alpha = config.Number("alpha"), RankStabilized = config.Flag("rank_stabilized", false), On = OnOf(config),
        },
        "hard_prompt" => new HardPromptOptions(),
        "full" => new FullOptions { On = OnOf(config) },
        "iapt" => new IaptOptions { Length = config.Int("length"), Bottleneck = config.Int("bottleneck"), Shared = config.Flag("shared", false) },
        "frozen" => new FrozenOptions(),
        "prompt_lora" when (MethodOf(config.Section("prompt")), MethodOf(config.Section("lora"))) is (PromptOptions prompt, LoraOptions lora) =>
            new PromptLoraOptions { Prompt = prompt, Lora = lora },
        "prefix_lora" when (MethodOf(config.Section("prefix")), MethodOf(config.Section("lora"))) is (PrefixOptions prefix, LoraOptions lora) =>
            new PrefixLoraOptions { Prefix = prefix, Lora = lora },
        _ => null,
    };

    private static Projection[] OnOf(HuggingFaceConfig config) =>
        [.. (config.Texts("on") ?? []).Select(word => WordOf<Projection>(config, "on", word))];

    private static T WordOf<T>(HuggingFaceConfig config, string key, string? word = null)
        where T : struct, Enum
    {
        word ??= config.Text(key);
        return Enum.GetValues<T>().Where(value => SpecText.Of(value) == word).Select(static value => (T?)value).FirstOrDefault()
            ?? throw config.Unsupported(key, $"'{word}' is none of {string.Join(", ", Enum.GetValues<T>().Select(static value => SpecText.Of(value)))}");
    }
}
