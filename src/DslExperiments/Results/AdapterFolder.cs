using System.Collections.Immutable;
using System.Globalization;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;

namespace DslExperiments.Results;

/// <summary>
/// What an arm has trained, in the layout that Hugging Face PEFT reads: <c>adapter_model.safetensors</c> and, for methods
/// that PEFT knows (prompt, LoRA, a prefix of keys and values), <c>adapter_config.json</c> with the fields that every version of it has.
/// </summary>
internal static class AdapterFolder
{
    private const string Tensors = "adapter_model.safetensors";
    private const string Config = "adapter_config.json";

    /// <summary>Writes the folder of an arm, its tensors in the precision in which they were trained.</summary>
    public static void Write(string folder, ArmOutcome arm)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["arm"] = arm.Design.Arm.Label,
            ["trainable_parameters"] = arm.Design.TrainableParameters.ToString(CultureInfo.InvariantCulture),
        };
        AtomicFile.Write(Path.Combine(folder, Tensors), stream => Safetensors.Write(stream, Exported(arm).Select(ToSafe), metadata));
        if (ConfigOf(arm) is { } config)
        {
            AtomicFile.Write(Path.Combine(folder, Config), stream => stream.Write(config));
        }
    }

    /// <summary>PEFT's name of a tensor: <c>layers.0.q.lora_A</c> is <c>base_model.model.layers.0.q.lora_A.weight</c>.</summary>
    private static string NameOf(string name) => name switch
    {
        SoftPrompt.TensorName => "prompt_embeddings",
        _ when IsLoraFactor(name) => $"base_model.model.{name}.weight",
        _ => name,
    };

    /// <summary>A prefix of keys and values is one tensor in PEFT, [P, L·2·D]: keys and values of layer 0, then of layer 1, …</summary>
    private static IEnumerable<AdapterArray> Exported(ArmOutcome arm)
    {
        if (arm.Design.Method is not PrefixOptions { Form: PrefixForm.KeyValue } prefix)
        {
            return arm.Adapter;
        }

        var parts = arm.Adapter;
        int width = arm.Design.Backbone.Width, columns = parts.Count * width;
        double[] joined = new double[prefix.Length * columns];
        for (int part = 0; part < parts.Count; part++)
        {
            for (int row = 0; row < prefix.Length; row++)
            {
                Array.Copy(parts[part].Values, row * width, joined, (row * columns) + (part * width), width);
            }
        }

        return [parts[0] with { Name = "prompt_embeddings", Shape = [prefix.Length, columns], Values = joined }];
    }

    private static bool IsLoraFactor(string name) =>
        name.EndsWith(".lora_A", StringComparison.Ordinal) || name.EndsWith(".lora_B", StringComparison.Ordinal);

    private static SafeTensor ToSafe(AdapterArray array) => array.Dtype == Precision.Float32
        ? SafeTensor.Of(NameOf(array.Name), Array.ConvertAll(array.Values, static value => (float)value), [.. array.Shape])
        : SafeTensor.Of(NameOf(array.Name), array.Values, [.. array.Shape]);

    /// <summary>Keys in PEFT's order, which is the alphabet's.</summary>
    private static byte[]? ConfigOf(ArmOutcome arm) => arm.Design.Method switch
    {
        PromptOptions prompt => JsonWriting.ToBytes(
            writer =>
            {
                var backbone = arm.Design.Backbone;
                writer.WriteStartObject();
                writer.WriteNull("base_model_name_or_path");
                writer.WriteBoolean("inference_mode", true);
                writer.WriteNumber("num_attention_heads", backbone.Heads);
                writer.WriteNumber("num_layers", backbone.Depth);
                writer.WriteNumber("num_transformer_submodules", 1);
                writer.WriteNumber("num_virtual_tokens", prompt.Length);
                writer.WriteString("peft_type", "PROMPT_TUNING");
                writer.WriteString("prompt_tuning_init", "RANDOM");
                writer.WriteNull("task_type");
                writer.WriteNumber("token_dim", backbone.Width);
                writer.WriteEndObject();
            },
            JsonWriting.Indented),
        PrefixOptions { Form: PrefixForm.KeyValue } prefix => JsonWriting.ToBytes(
            writer =>
            {
                var backbone = arm.Design.Backbone;
                writer.WriteStartObject();
                writer.WriteNull("base_model_name_or_path");
                writer.WriteNumber("encoder_hidden_size", backbone.Width);
                writer.WriteBoolean("inference_mode", true);
                writer.WriteNumber("num_attention_heads", backbone.Heads);
                writer.WriteNumber("num_layers", backbone.Depth);
                writer.WriteNumber("num_transformer_submodules", 1);
                writer.WriteNumber("num_virtual_tokens", prefix.Length);
                writer.WriteString("peft_type", "PREFIX_TUNING");
                writer.WriteBoolean("prefix_projection", false);
                writer.WriteNull("task_type");
                writer.WriteNumber("token_dim", backbone.Width);
                writer.WriteEndObject();
            },
            JsonWriting.Indented),
        LoraOptions lora => JsonWriting.ToBytes(
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteNull("base_model_name_or_path");
                writer.WriteString("bias", "none");
                writer.WriteBoolean("fan_in_fan_out", false);
                writer.WriteBoolean("inference_mode", true);
                writer.WriteBoolean("init_lora_weights", true);
                writer.WriteNumber("lora_alpha", lora.Alpha == 0 ? lora.Rank : lora.Alpha);
                writer.WriteNumber("lora_dropout", 0.0);
                writer.WriteString("peft_type", "LORA");
                writer.WriteNumber("r", lora.Rank);
                writer.WriteStartArray("target_modules");
                foreach (var module in ModulesOf(arm))
                {
                    writer.WriteStringValue(module);
                }

                writer.WriteEndArray();
                writer.WriteNull("task_type");
                writer.WriteBoolean("use_rslora", lora.RankStabilized);
                writer.WriteEndObject();
            },
            JsonWriting.Indented),
        _ => null,
    };

    /// <summary>The adapted modules' last names: of <c>layers.0.q.lora_A</c>, <c>q</c>.</summary>
    private static ImmutableSortedSet<string> ModulesOf(ArmOutcome arm) =>
        [.. arm.Adapter.Select(static array => array.Name).Where(IsLoraFactor).Select(static name => name.Split('.')[^2])];
}
