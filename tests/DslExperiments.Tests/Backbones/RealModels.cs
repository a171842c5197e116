using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>The checkpoints beside the repository, and numbers that other programs computed with them.</summary>
internal static class RealModels
{
    /// <summary>A LLaMA that was trained on children's stories.</summary>
    public static LlamaOptions Stories { get; } = new()
    {
        Depth = 5, Width = 64, Heads = 8, KeyValueHeads = 4, Mlp = new SwiGlu { Hidden = 172 }, Vocabulary = 512, Context = 512, Tied = true,
    };

    /// <summary>A GPT-2 of random weights.</summary>
    public static Gpt2Options TinyGpt2 { get; } = new()
    {
        Depth = 2, Width = 32, Heads = 2, Mlp = new GeluMlp { Hidden = 128 }, Vocabulary = 128, Context = 64,
    };

    /// <summary>The backbone of a folder, the same for all seeds.</summary>
    public static Transformer Load(TransformerOptions options, string folder, params int[] seeds) =>
        new(options, seeds, CPU, new BackboneWeights(_ => Weights(options, folder)) { AreShared = true });

    /// <summary>The same weights, one copy per seed.</summary>
    public static Transformer LoadCopies(TransformerOptions options, string folder, params int[] seeds) =>
        new(options, seeds, CPU, new BackboneWeights(_ => Weights(options, folder)));

    /// <summary>Reference values of a folder.</summary>
    public static JsonElement Reference(string folder, string file = "reference.json") =>
        JsonDocument.Parse(File.ReadAllText(SharedData.PathOf($"models/{folder}/{file}"))).RootElement;

    /// <summary>Numbers of any depth of nesting.</summary>
    public static Tensor Numbers(this JsonElement element)
    {
        var shape = new List<long>();
        for (var inner = element; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
        }

        return tensor(Flat(element).ToArray(), float64).view([.. shape]);
    }

    /// <summary>Whole numbers, [n].</summary>
    public static long[] Ids(this JsonElement element) => [.. element.EnumerateArray().Select(id => id.GetInt64())];

    private static IEnumerable<double> Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Flat)
        : [element.GetDouble()];

    private static Dictionary<string, Tensor> Weights(TransformerOptions options, string folder)
    {
        var file = Safetensors.Read(SharedData.PathOf($"models/{folder}/model.safetensors")).Tensors;
        return options is LlamaOptions ? Llama(options, Of) : Gpt2(options, Of);

        Tensor Of(string name) => tensor(file[name].ToArray<float>(), [.. file[name].Shape], float32);
    }

    private static Dictionary<string, Tensor> Llama(TransformerOptions options, Func<string, Tensor> file)
    {
        var weights = new Dictionary<string, Tensor>
        {
            [WeightNames.Embedding] = file("model.embed_tokens.weight"),
            [WeightNames.Gain(options.Depth, NormPlace.Final)] = file("model.norm.weight"),
        };
        for (int layer = 0; layer < options.Depth; layer++)
        {
            string at = $"model.layers.{layer}.";
            weights[WeightNames.Gain(layer, NormPlace.Attention)] = file(at + "input_layernorm.weight");
            weights[WeightNames.Gain(layer, NormPlace.Mlp)] = file(at + "post_attention_layernorm.weight");
            foreach (var (projection, name) in (IEnumerable<(Projection, string)>)[
                (Projection.Q, "self_attn.q_proj"), (Projection.K, "self_attn.k_proj"), (Projection.V, "self_attn.v_proj"), (Projection.O, "self_attn.o_proj"),
                (Projection.MlpGate, "mlp.gate_proj"), (Projection.MlpIn, "mlp.up_proj"), (Projection.MlpOut, "mlp.down_proj")])
            {
                weights[WeightNames.Matrix(layer, projection)] = file($"{at}{name}.weight");
            }
        }

        return weights;
    }

    private static Dictionary<string, Tensor> Gpt2(TransformerOptions options, Func<string, Tensor> file)
    {
        var weights = new Dictionary<string, Tensor>
        {
            [WeightNames.Embedding] = file("transformer.wte.weight"),
            [WeightNames.Positions] = file("transformer.wpe.weight"),
        };
        Norm(options.Depth, NormPlace.Final, "transformer.ln_f");
        for (int layer = 0; layer < options.Depth; layer++)
        {
            string at = $"transformer.h.{layer}.";
            Norm(layer, NormPlace.Attention, at + "ln_1");
            Norm(layer, NormPlace.Mlp, at + "ln_2");
            var (matrix, bias) = (file(at + "attn.c_attn.weight"), file(at + "attn.c_attn.bias"));
            foreach (var (projection, index) in ((Projection[])[Projection.Q, Projection.K, Projection.V]).Select((p, index) => (p, index)))
            {
                weights[WeightNames.Matrix(layer, projection)] = matrix.narrow(1, index * options.Width, options.Width).t();
                weights[WeightNames.Bias(layer, projection)] = bias.narrow(0, index * options.Width, options.Width);
            }

            foreach (var (projection, name) in (IEnumerable<(Projection, string)>)[
                (Projection.O, "attn.c_proj"), (Projection.MlpIn, "mlp.c_fc"), (Projection.MlpOut, "mlp.c_proj")])
            {
                weights[WeightNames.Matrix(layer, projection)] = file($"{at}{name}.weight").t();
                weights[WeightNames.Bias(layer, projection)] = file($"{at}{name}.bias");
            }
        }

        return weights;

        void Norm(int layer, NormPlace place, string name)
        {
            weights[WeightNames.Gain(layer, place)] = file(name + ".weight");
            weights[WeightNames.Shift(layer, place)] = file(name + ".bias");
        }
    }
}
