using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Results.Peft;

/// <summary>
/// Reads adapters that PEFT, or our own writer, has left in PEFT's layout: prompts, P-tuning's (whose encoder is gone by
/// then), prefixes of keys and values, and LoRA.
/// </summary>
public static class PeftAdapter
{
    private const string SequenceToSequence = "SEQ_2_SEQ_LM";

    /// <summary>Reads an adapter for a backbone.</summary>
    /// <param name="folder">The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="backbone">The backbone that it adapts.</param>
    /// <returns>Tensors under our names, on the CPU; the caller disposes it.</returns>
    /// <exception cref="ExperimentUsageException">It is not such an adapter, or not one of this backbone; says which file and why.</exception>
    public static SavedAdapter Read(string folder, TransformerOptions backbone)
    {
        var config = HuggingFaceConfig.Read(Path.Combine(folder, PeftConfig.FileName), "PEFT writes it beside an adapter's tensors");
        string type = config.Text("peft_type");
        if (type is not ("PROMPT_TUNING" or "P_TUNING" or "PREFIX_TUNING" or "LORA"))
        {
            throw config.Unsupported("peft_type", "only PROMPT_TUNING, P_TUNING, PREFIX_TUNING and LORA can be read");
        }

        AssertTask(config, backbone);
        config.RequireEmpty("modules_to_save", "modules that were trained beside the adapter cannot be read");
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var tensors = AdapterTensors.Read(folder, backbone);
        return tensors.Taken(type switch
        {
            "LORA" => ReadLora(config, backbone, tensors, AdapterOrigin.Read(folder)?.Method as LoraOptions),
            "PREFIX_TUNING" => ReadPrefix(config, backbone, tensors),
            _ => ReadPrompt(config, backbone, tensors),
        });
    }

    private static void AssertTask(HuggingFaceConfig config, TransformerOptions backbone)
    {
        string wanted = backbone.DecoderDepth > 0 ? SequenceToSequence : "CAUSAL_LM";
        if (config.Text("task_type", wanted) != wanted)
        {
            throw config.Unsupported("task_type", $"this backbone needs \"{wanted}\"");
        }
    }

    private static PromptOptions ReadPrompt(HuggingFaceConfig config, TransformerOptions backbone, AdapterTensors tensors)
    {
        AssertPlace(config, backbone);
        AssertEqual(config, "token_dim", backbone.Width, "tokens of the backbone");
        var prompt = new PromptOptions { Length = config.Int("num_virtual_tokens") };
        tensors.Prompt(prompt, backbone);
        return prompt;
    }

    private static PrefixOptions ReadPrefix(HuggingFaceConfig config, TransformerOptions backbone, AdapterTensors tensors)
    {
        if (backbone.DecoderDepth > 0)
        {
            throw config.Unsupported("peft_type", "PEFT's prefix of a model with a decoder is one of the decoder, which the backbone does not have");
        }

        long width = backbone.KeyValueWidth();
        AssertPlace(config, backbone);
        AssertEqual(config, "num_layers", backbone.Depth, "the backbone's depth");
        AssertEqual(config, "token_dim", width, "keys and values of the backbone's heads");
        AssertEqual(config, "num_attention_heads", backbone.KeyValueHeadCount(), "the backbone's heads of keys and values");
        var prefix = new PrefixOptions { Length = config.Int("num_virtual_tokens") };
        tensors.Prefix(prefix, backbone);
        return prefix;
    }

    private static LoraOptions ReadLora(HuggingFaceConfig config, TransformerOptions backbone, AdapterTensors tensors, LoraOptions? written)
    {
        config.RequireEmpty("rank_pattern", "modules with ranks of their own cannot be read: all must have rank r");
        config.RequireEmpty("alpha_pattern", "modules with an alpha of their own cannot be read: all must have lora_alpha");
        config.RequireEmpty("use_dora", "DoRA cannot be read: only LoRA");
        config.RequireEmpty("use_qalora", "QALoRA cannot be read: only LoRA");
        config.RequireEmpty("lora_bias", "an update with a bias cannot be read");
        config.RequireEmpty("target_parameters", "updates of single parameters cannot be read");
        config.RequireEmpty("trainable_token_indices", "trained tokens beside LoRA cannot be read");
        config.RequireEmpty("layer_replication", "repeated layers cannot be read");
        config.RequireEmpty("alora_invocation_tokens", "an update that begins at a token cannot be read");
        config.RequireEmpty("layers_to_transform", "an update of some layers cannot be read: all must have one");
        if (config.Text("bias", "none") != "none")
        {
            throw config.Unsupported("bias", "trained biases cannot be read: only \"none\"");
        }

        string start = config.FlagOrText("init_lora_weights", "true");
        if (start.StartsWith("pissa", StringComparison.Ordinal) || start is "olora" or "corda" or "loftq" or "lora_ga")
        {
            throw config.Unsupported("init_lora_weights", "this start changes the frozen weights, too: save the adapter in PEFT with path_initial_model_for_weight_conversion");
        }

        var lora = new LoraOptions
        {
            Rank = config.Int("r", 8),
            Alpha = config.Number("lora_alpha", 8),
            RankStabilized = config.Flag("use_rslora", false),
        };
        return tensors.Lora(lora, backbone, config.Texts("target_modules"), written) with { Dropout = config.Fraction("lora_dropout") };
    }

    /// <summary>PEFT's second submodule is the decoder: a second prompt before its input, which no method here trains.</summary>
    private static void AssertPlace(HuggingFaceConfig config, TransformerOptions backbone)
    {
        int places = config.Int("num_transformer_submodules", config.Text("task_type", "") == SequenceToSequence ? 2 : 1);
        if (places != 1)
        {
            throw config.Unsupported(
                "num_transformer_submodules",
                backbone.DecoderDepth > 0 ? "a second prompt before the decoder's input cannot be read: train it in PEFT with num_transformer_submodules=1" : "only 1 can be read");
        }
    }

    private static void AssertEqual(HuggingFaceConfig config, string key, long wanted, string whose)
    {
        if (config.Int(key, (int)wanted) != wanted)
        {
            throw config.Unsupported(key, $"{whose} need {SpecText.Of(wanted)}");
        }
    }
}
