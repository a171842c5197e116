using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Checkpoints;

/// <summary>LLaMA and those that are built like it.</summary>
internal sealed class LlamaFamily : CheckpointFamily
{
    private const string Table = "model.embed_tokens.weight";
    private const string Mistral = "mistral";

    private const string SlidingWindow = "sliding_window";
    private const string NoWindow =
        "only null is supported; sequences of up to as many tokens never meet the window: make it null and max_position_embeddings no more than it was";

    /// <summary>The window of a <c>mistral</c> whose configuration does not name one.</summary>
    private const int MistralWindow = 4096;

    /// <inheritdoc/>
    public override string Kind => "llama";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ModelTypes { get; } = ["llama", Mistral];

    /// <inheritdoc/>
    public override string Prefix => "model.";

    /// <inheritdoc/>
    public override TransformerOptions OptionsOf(HuggingFaceConfig config)
    {
        int width = config.Int("hidden_size"), heads = config.Int("num_attention_heads", most: 65_536);
        int keyValueHeads = config.Int("num_key_value_heads", heads);
        if (heads % keyValueHeads != 0)
        {
            throw config.Unsupported("num_key_value_heads", $"it must divide num_attention_heads, {SpecText.Of(heads)}");
        }

        int headWidth = HeadWidthOf(config, "num_attention_heads", config.Int("head_dim", 0) is > 0 and var size ? size : null, width, heads);
        if ((headWidth > 0 ? headWidth : width / heads) % 2 != 0)
        {
            throw config.Unsupported(headWidth > 0 ? "head_dim" : "num_attention_heads", $"rotary positions need heads of even size, not {SpecText.Of(headWidth > 0 ? headWidth : width / heads)}");
        }

        if (config.Text("hidden_act", "silu") is not ("silu" or "swish"))
        {
            throw config.Unsupported("hidden_act", "only \"silu\" is supported");
        }

        int context = config.Int("max_position_embeddings", 2048);
        config.RequireNone(SlidingWindow, NoWindow);
        if (config.Text("model_type") == Mistral && !config.Has(SlidingWindow) && context > MistralWindow)
        {
            throw config.Unsupported(SlidingWindow, $"where a {Mistral} does not say so, it is {SpecText.Of(MistralWindow)}; {NoWindow}");
        }

        config.RequireNumber("partial_rotary_factor", 1, "heads that are turned in part are not supported");
        var parameters = config.Section("rope_parameters");
        parameters?.RequireNumber("partial_rotary_factor", 1, "heads that are turned in part are not supported");
        if (parameters is not null)
        {
            config.RequireNone("rope_scaling", "rope_parameters says it, too: leave one of them");
        }

        double wavelengths = config.Number("rope_theta", 10_000);
        return new LlamaOptions
        {
            Depth = config.Int("num_hidden_layers", most: 65_536),
            Width = width,
            Heads = heads,
            KeyValueHeads = keyValueHeads == heads ? 0 : keyValueHeads,
            HeadWidth = headWidth,
            Mlp = new SwiGlu { Hidden = config.Int("intermediate_size"), Bias = config.Flag("mlp_bias", false) },
            Attention = new AttentionOptions { Bias = config.Flag("attention_bias", false) },
            Vocabulary = config.Int("vocab_size"),
            Context = context,
            NormEpsilon = config.Number("rms_norm_eps", 1e-6),
            RotaryBase = parameters?.Number("rope_theta", wavelengths) ?? wavelengths,
            RotaryScaling = ScalingOf(parameters ?? config.Section("rope_scaling"), context),
            Tied = config.Flag("tie_word_embeddings", false),
        };
    }

    /// <inheritdoc/>
    public override IEnumerable<CheckpointWeight> WeightsOf(TransformerOptions options)
    {
        long width = options.Width, hidden = options.Mlp.Hidden;
        long queries = (long)options.Heads * options.HeadSize(), keys = (long)options.KeyValueHeadCount() * options.HeadSize();
        yield return new(WeightNames.Embedding, Table, [options.Vocabulary, width]);
        for (int layer = 0; layer < options.Depth; layer++)
        {
            string at = $"model.layers.{layer}.";
            yield return new(WeightNames.Gain(layer, NormPlace.Attention), at + "input_layernorm.weight", [width]);
            yield return new(WeightNames.Gain(layer, NormPlace.Mlp), at + "post_attention_layernorm.weight", [width]);
            bool biased = options.Attention.Bias, mlpBiased = options.Mlp.Bias;
            foreach (var weight in (IEnumerable<CheckpointWeight>)
                     [
                         .. Linear(layer, Projection.Q, at + "self_attn.q_proj", (queries, width), biased),
                         .. Linear(layer, Projection.K, at + "self_attn.k_proj", (keys, width), biased),
                         .. Linear(layer, Projection.V, at + "self_attn.v_proj", (keys, width), biased),
                         .. Linear(layer, Projection.O, at + "self_attn.o_proj", (width, queries), biased),
                         .. Linear(layer, Projection.MlpGate, at + "mlp.gate_proj", (hidden, width), mlpBiased),
                         .. Linear(layer, Projection.MlpIn, at + "mlp.up_proj", (hidden, width), mlpBiased),
                         .. Linear(layer, Projection.MlpOut, at + "mlp.down_proj", (width, hidden), mlpBiased),
                     ])
            {
                yield return weight;
            }
        }

        yield return new(WeightNames.Gain(options.Depth, NormPlace.Final), "model.norm.weight", [width]);
        if (!options.Tied)
        {
            yield return new(WeightNames.Unembedding, LanguageHead, [options.Vocabulary, width]);
        }
    }

    /// <inheritdoc/>
    public override bool IsBuffer(string source) => source.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string? CopyOf(string source, TransformerOptions options) => source == LanguageHead && options.Tied ? Table : null;

    private static RotaryScaling ScalingOf(HuggingFaceConfig? section, int context)
    {
        string key = section?.Has("rope_type") ?? true ? "rope_type" : "type", type = section?.Text(key, "default") ?? "default";
        return type switch
        {
            "default" => new NoRotaryScaling(),
            "linear" => new LinearRotaryScaling(section!.Number("factor")),
            "llama3" => new Llama3RotaryScaling(
                section!.Number("factor"),
                section.Number("low_freq_factor"),
                section.Number("high_freq_factor"),
                section.Int("original_max_position_embeddings", context)),
            _ => throw section!.Unsupported(key, "only \"default\", \"linear\" and \"llama3\" are supported"),
        };
    }
}
