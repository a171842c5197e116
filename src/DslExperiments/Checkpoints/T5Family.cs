using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Checkpoints;

/// <summary>T5 v1.1: gated MLP and an unembedding of its own. The first T5, with neither, is refused.</summary>
internal sealed class T5Family : CheckpointFamily
{
    private const string Table = "shared.weight";

    /// <inheritdoc/>
    public override string Kind => "t5";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ModelTypes { get; } = ["t5", "mt5"];

    /// <inheritdoc/>
    public override string Prefix => "";

    /// <inheritdoc/>
    public override TransformerOptions OptionsOf(HuggingFaceConfig config)
    {
        int width = config.Int("d_model"), heads = config.Int("num_heads", most: 65_536), depth = config.Int("num_layers", most: 65_536);
        config.Require("is_encoder_decoder", true);
        if (config.Text("feed_forward_proj", "relu") != "gated-gelu")
        {
            throw config.Unsupported("feed_forward_proj", "only \"gated-gelu\", that of T5 v1.1, is supported");
        }

        // What the libraries derive from feed_forward_proj, unless the file has it, too.
        config.Require("is_gated_act", true);
        if (config.Text("dense_act_fn", "gelu_new") is not ("gelu_new" or "gelu_pytorch_tanh"))
        {
            throw config.Unsupported("dense_act_fn", "only \"gelu_new\" is supported");
        }

        config.Require("scale_decoder_outputs", false);
        if (config.Flag("tie_word_embeddings", true))
        {
            throw config.Unsupported("tie_word_embeddings", "only false, as T5 v1.1 has it, is supported");
        }

        int buckets = config.Int("relative_attention_num_buckets", 32, least: 4), distance = config.Int("relative_attention_max_distance", 128, least: 2);
        if (distance <= buckets / 2)
        {
            throw config.Unsupported("relative_attention_max_distance", $"it must be more than half of relative_attention_num_buckets, {SpecText.Of(buckets / 2)}");
        }

        return new T5Options
        {
            Depth = depth,
            DecoderDepth = config.Int("num_decoder_layers", depth, most: 65_536),
            Width = width,
            Heads = heads,
            HeadWidth = HeadWidthOf(config, "num_heads", config.Int("d_kv", 64), width, heads),
            Mlp = new GatedGelu { Hidden = config.Int("d_ff") },
            Vocabulary = config.Int("vocab_size"),
            RelativeBuckets = buckets,
            RelativeDistance = distance,
            NormEpsilon = config.Number("layer_norm_epsilon", 1e-6),
        };
    }

    /// <inheritdoc/>
    public override IEnumerable<CheckpointWeight> WeightsOf(TransformerOptions options)
    {
        long width = options.Width, hidden = options.Mlp.Hidden, heads = (long)options.Heads * options.HeadSize();
        long[] relative = [options.RelativeBuckets, options.Heads];
        const string First = "block.0.layer.0.SelfAttention.relative_attention_bias.weight";
        yield return new(WeightNames.Embedding, Table, [options.Vocabulary, width]);
        yield return new(WeightNames.Relative, "encoder." + First, relative);
        yield return new(WeightNames.DecoderRelative, "decoder." + First, relative);
        for (int layer = 0; layer < options.Depth + options.DecoderDepth; layer++)
        {
            bool decodes = layer >= options.Depth;
            string at = decodes ? $"decoder.block.{layer - options.Depth}.layer." : $"encoder.block.{layer}.layer.";
            string last = decodes ? "2." : "1.";
            foreach (var weight in (IEnumerable<CheckpointWeight>)
                     [
                         .. Attention(layer, at + "0.SelfAttention.", Projection.Q, Projection.K, Projection.V, Projection.O),
                         new(WeightNames.Gain(layer, NormPlace.Attention), at + "0.layer_norm.weight", [width]),
                         .. Linear(layer, Projection.MlpGate, at + last + "DenseReluDense.wi_0", (hidden, width), bias: false),
                         .. Linear(layer, Projection.MlpIn, at + last + "DenseReluDense.wi_1", (hidden, width), bias: false),
                         .. Linear(layer, Projection.MlpOut, at + last + "DenseReluDense.wo", (width, hidden), bias: false),
                         new(WeightNames.Gain(layer, NormPlace.Mlp), at + last + "layer_norm.weight", [width]),
                     ])
            {
                yield return weight;
            }

            if (decodes)
            {
                foreach (var weight in Attention(
                             layer, at + "1.EncDecAttention.", Projection.CrossQ, Projection.CrossK, Projection.CrossV, Projection.CrossO))
                {
                    yield return weight;
                }

                yield return new(WeightNames.Gain(layer, NormPlace.Cross), at + "1.layer_norm.weight", [width]);
            }
        }

        yield return new(WeightNames.Gain(options.Depth, NormPlace.Final), "encoder.final_layer_norm.weight", [width]);
        yield return new(
            WeightNames.Gain(options.Depth + options.DecoderDepth, NormPlace.DecoderFinal), "decoder.final_layer_norm.weight", [width]);
        yield return new(WeightNames.Unembedding, LanguageHead, [options.Vocabulary, width]);

        IEnumerable<CheckpointWeight> Attention(int layer, string source, Projection q, Projection k, Projection v, Projection o) =>
        [
            .. Linear(layer, q, source + "q", (heads, width), bias: false),
            .. Linear(layer, k, source + "k", (heads, width), bias: false),
            .. Linear(layer, v, source + "v", (heads, width), bias: false),
            .. Linear(layer, o, source + "o", (width, heads), bias: false),
        ];
    }

    /// <summary>Early checkpoints carry a table for cross-attention that no model reads.</summary>
    public override bool IsBuffer(string source) =>
        source == "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

    /// <inheritdoc/>
    public override string? CopyOf(string source, TransformerOptions options) =>
        source is "encoder.embed_tokens.weight" or "decoder.embed_tokens.weight" ? Table : null;
}
