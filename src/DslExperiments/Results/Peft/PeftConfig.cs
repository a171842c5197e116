using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;

namespace DslExperiments.Results.Peft;

/// <summary>
/// <c>adapter_config.json</c>: the fields that every version of PEFT has, sorted, with two spaces of indentation. A field
/// that is left out has its default there.
/// </summary>
internal static class PeftConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>The file's bytes; null for what PEFT does not have.</summary>
    /// <param name="method">The method.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="rows">The virtual tokens that a prompt turned out to have.</param>
    public static byte[]? Of(MethodOptions method, TransformerOptions backbone, long rows)
    {
        Action<Utf8JsonWriter>? fields = method switch
        {
            PromptOptions or HardPromptOptions => writer => Prompt(writer, rows, backbone),
            PrefixOptions prefix when PeftLayout.IsPeftPrefix(prefix, backbone) => writer => Prefix(writer, prefix, backbone),
            LoraOptions lora => writer => Lora(writer, lora, backbone),
            _ => null,
        };
        return fields is null ? null : JsonWriting.ToBytes(
            writer =>
            {
                writer.WriteStartObject();
                fields(writer);
                writer.WriteEndObject();
            },
            JsonWriting.Indented);
    }

    /// <summary>The task type of a model of this kind; null for a backbone that is in no library.</summary>
    public static string? TaskOf(TransformerOptions backbone) =>
        CheckpointFamily.Of(backbone) is null ? null : backbone.DecoderDepth > 0 ? "SEQ_2_SEQ_LM" : "CAUSAL_LM";

    private static void Prompt(Utf8JsonWriter writer, long rows, TransformerOptions backbone)
    {
        WriteBase(writer, backbone);
        writer.WriteBoolean("inference_mode", true);
        writer.WriteNumber("num_attention_heads", backbone.Heads);
        writer.WriteNumber("num_layers", backbone.Depth);

        // One also for T5: its prompt stands before the encoder's input. Two would be a second one before the decoder's.
        writer.WriteNumber("num_transformer_submodules", 1);
        writer.WriteNumber("num_virtual_tokens", rows);
        writer.WriteString("peft_type", "PROMPT_TUNING");
        writer.WriteString("prompt_tuning_init", "RANDOM");
        writer.WriteText("task_type", TaskOf(backbone));
        writer.WriteNumber("token_dim", backbone.Width);
    }

    /// <summary>Where heads of queries share keys and values, PEFT means the latter by heads and by a token's size.</summary>
    private static void Prefix(Utf8JsonWriter writer, PrefixOptions prefix, TransformerOptions backbone)
    {
        long width = backbone.KeyValueWidth();
        WriteBase(writer, backbone);
        writer.WriteNumber("encoder_hidden_size", width);
        writer.WriteBoolean("inference_mode", true);
        writer.WriteNumber("num_attention_heads", backbone.KeyValueHeadCount());
        writer.WriteNumber("num_layers", backbone.Depth);
        writer.WriteNumber("num_transformer_submodules", 1);
        writer.WriteNumber("num_virtual_tokens", prefix.Length);
        writer.WriteString("peft_type", "PREFIX_TUNING");
        writer.WriteBoolean("prefix_projection", false);
        writer.WriteText("task_type", TaskOf(backbone));
        writer.WriteNumber("token_dim", width);
    }

    private static void Lora(Utf8JsonWriter writer, LoraOptions lora, TransformerOptions backbone)
    {
        writer.WriteStartObject("alpha_pattern");
        writer.WriteEndObject();
        WriteBase(writer, backbone);
        writer.WriteString("bias", "none");

        // GPT-2's matrices lie as [in, out].
        writer.WriteBoolean("fan_in_fan_out", backbone is Gpt2Options);
        writer.WriteBoolean("inference_mode", true);
        writer.WriteBoolean("init_lora_weights", true);
        writer.WriteNull("layers_pattern");
        writer.WriteNull("layers_to_transform");
        writer.WriteNumber("lora_alpha", LoraLayout.AlphaOf(lora, backbone));
        writer.WriteNumber("lora_dropout", lora.Dropout);
        writer.WriteNull("modules_to_save");
        writer.WriteString("peft_type", "LORA");
        writer.WriteNumber("r", LoraLayout.RankOf(lora, backbone));
        writer.WriteStartObject("rank_pattern");
        writer.WriteEndObject();
        writer.WriteStartArray("target_modules");
        foreach (string target in PeftModules.TargetsOf(LoraLayout.ModulesOf(lora, backbone), PeftModules.Of(backbone)))
        {
            writer.WriteStringValue(target);
        }

        writer.WriteEndArray();
        writer.WriteText("task_type", TaskOf(backbone));
        writer.WriteBoolean("use_dora", false);
        writer.WriteBoolean("use_rslora", lora.RankStabilized);
    }

    /// <summary>The checkpoint's folder, as the spec has it.</summary>
    private static void WriteBase(Utf8JsonWriter writer, TransformerOptions backbone) =>
        writer.WriteText("base_model_name_or_path", backbone.Weights.Length > 0 ? backbone.Weights : null);
}
