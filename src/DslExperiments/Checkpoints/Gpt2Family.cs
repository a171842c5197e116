using System.Text.RegularExpressions;
using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Checkpoints;

/// <summary>GPT-2, whose matrices lie as [in, out] and whose queries, keys and values are one matrix.</summary>
internal sealed partial class Gpt2Family : CheckpointFamily
{
    private const string Table = "transformer.wte.weight";

    /// <inheritdoc/>
    public override string Kind => "gpt2";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ModelTypes { get; } = ["gpt2"];

    /// <inheritdoc/>
    public override string Prefix => "transformer.";

    /// <inheritdoc/>
    public override TransformerOptions OptionsOf(HuggingFaceConfig config)
    {
        int width = config.Int("n_embd", most: int.MaxValue / 4), heads = config.Int("n_head", most: 65_536);
        config.Require("scale_attn_weights", true);
        config.Require("scale_attn_by_inverse_layer_idx", false);
        config.Require("add_cross_attention", false);
        return new Gpt2Options
        {
            Depth = config.Int("n_layer", most: 65_536),
            Width = width,
            Heads = heads,
            HeadWidth = HeadWidthOf(config, "n_head", null, width, heads),
            Mlp = new GeluMlp
            {
                Hidden = config.Int("n_inner", 4 * width),
                Activation = config.Text("activation_function", "gelu_new") switch
                {
                    "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
                    "gelu" => Activation.Gelu,
                    "relu" => Activation.Relu,
                    "silu" or "swish" => Activation.Silu,
                    "tanh" => Activation.Tanh,
                    _ => throw config.Unsupported("activation_function", "only \"gelu_new\", \"gelu\", \"relu\", \"silu\" and \"tanh\" are supported"),
                },
            },
            Vocabulary = config.Int("vocab_size"),
            Context = config.Int("n_positions", 1024),
            NormEpsilon = config.Number("layer_norm_epsilon", 1e-5),
            Tied = config.Flag("tie_word_embeddings", true),
        };
    }

    /// <inheritdoc/>
    public override IEnumerable<CheckpointWeight> WeightsOf(TransformerOptions options)
    {
        long width = options.Width, hidden = options.Mlp.Hidden;
        yield return new(WeightNames.Embedding, Table, [options.Vocabulary, width]);
        yield return new(WeightNames.Positions, "transformer.wpe.weight", [options.Context, width]);
        for (int layer = 0; layer < options.Depth; layer++)
        {
            string at = $"transformer.h.{layer}.";
            foreach (var weight in (IEnumerable<CheckpointWeight>)
                     [
                         .. Norm(layer, NormPlace.Attention, at + "ln_1"),
                         .. Fused(layer, at + "attn.c_attn"),
                         .. Transposed(layer, Projection.O, at + "attn.c_proj", width, width),
                         .. Norm(layer, NormPlace.Mlp, at + "ln_2"),
                         .. Transposed(layer, Projection.MlpIn, at + "mlp.c_fc", hidden, width),
                         .. Transposed(layer, Projection.MlpOut, at + "mlp.c_proj", width, hidden),
                     ])
            {
                yield return weight;
            }
        }

        foreach (var weight in Norm(options.Depth, NormPlace.Final, "transformer.ln_f"))
        {
            yield return weight;
        }

        if (!options.Tied)
        {
            yield return new(WeightNames.Unembedding, LanguageHead, [options.Vocabulary, width]);
        }

        CheckpointWeight[] Norm(int layer, NormPlace place, string source) =>
        [
            new(WeightNames.Gain(layer, place), source + ".weight", [width]),
            new(WeightNames.Shift(layer, place), source + ".bias", [width]),
        ];

        // [D, 3 D]: columns of queries, then keys, then values.
        IEnumerable<CheckpointWeight> Fused(int layer, string source)
        {
            foreach (var (part, projection) in ((int, Projection)[])[(0, Projection.Q), (1, Projection.K), (2, Projection.V)])
            {
                yield return new(
                    WeightNames.Matrix(layer, projection), source + ".weight", [width, 3 * width], whole => whole.narrow(1, part * width, width).t())
                {
                    Matrix = new(layer, projection, width, width),
                };
                yield return new(
                    WeightNames.Bias(layer, projection), source + ".bias", [3 * width], whole => whole.narrow(0, part * width, width));
            }
        }
    }

    /// <inheritdoc/>
    public override bool IsBuffer(string source) => Mask().IsMatch(source);

    /// <inheritdoc/>
    public override string? CopyOf(string source, TransformerOptions options) => source == LanguageHead && options.Tied ? Table : null;

    private static CheckpointWeight[] Transposed(int layer, Projection projection, string source, long outputs, long inputs) =>
    [
        new(WeightNames.Matrix(layer, projection), source + ".weight", [inputs, outputs], static whole => whole.t())
        {
            Matrix = new(layer, projection, outputs, inputs),
        },
        new(WeightNames.Bias(layer, projection), source + ".bias", [outputs]),
    ];

    [GeneratedRegex(@"^transformer\.h\.[0-9]+\.attn\.(bias|masked_bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex Mask();
}
