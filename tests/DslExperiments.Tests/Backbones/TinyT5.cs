using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>The small T5 v1.1 of the shared data and its reference values.</summary>
internal static class TinyT5
{
    private const int Layers = 2;

    public static T5Options Options { get; } = new()
    {
        Depth = Layers,
        DecoderDepth = Layers,
        Width = 32,
        Heads = 4,
        HeadWidth = 8,
        Mlp = new GatedGelu { Hidden = 64 },
        Vocabulary = 128,
    };

    public static JsonElement Reference(string file) =>
        JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("models/tiny-t5/" + file))).RootElement;

    /// <summary>The checkpoint's weights by our names.</summary>
    public static BackboneWeights Weights()
    {
        var file = Safetensors.Read(SharedData.PathOf("models/tiny-t5/model.safetensors"));
        var theirs = file.Tensors.Values.ToDictionary(
            stored => stored.Name, stored => tensor(stored.ToArray<float>(), [.. stored.Shape], float32));
        var ours = Names().ToDictionary(pair => pair.Ours, pair => theirs[pair.Theirs]);
        return new BackboneWeights(_ => ours) { AreShared = true };
    }

    /// <summary>Every weight's name here and in the checkpoint.</summary>
    public static IEnumerable<(string Ours, string Theirs)> Names()
    {
        yield return (WeightNames.Embedding, "shared.weight");
        yield return (WeightNames.Unembedding, "lm_head.weight");
        yield return (WeightNames.Relative, "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        yield return (WeightNames.DecoderRelative, "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        yield return (WeightNames.Gain(Layers, NormPlace.Final), "encoder.final_layer_norm.weight");
        yield return (WeightNames.Gain(2 * Layers, NormPlace.DecoderFinal), "decoder.final_layer_norm.weight");
        for (int layer = 0; layer < 2 * Layers; layer++)
        {
            bool decoder = layer >= Layers;
            string block = $"{(decoder ? "decoder" : "encoder")}.block.{layer % Layers}.layer.";
            string mlp = block + (decoder ? "2" : "1");
            yield return (WeightNames.Gain(layer, NormPlace.Attention), block + "0.layer_norm.weight");
            yield return (WeightNames.Gain(layer, NormPlace.Mlp), mlp + ".layer_norm.weight");
            yield return (WeightNames.Matrix(layer, Projection.MlpGate), mlp + ".DenseReluDense.wi_0.weight");
            yield return (WeightNames.Matrix(layer, Projection.MlpIn), mlp + ".DenseReluDense.wi_1.weight");
            yield return (WeightNames.Matrix(layer, Projection.MlpOut), mlp + ".DenseReluDense.wo.weight");
            foreach (var (projection, letter) in ((Projection, string)[])[(Projection.Q, "q"), (Projection.K, "k"), (Projection.V, "v"), (Projection.O, "o")])
            {
                yield return (WeightNames.Matrix(layer, projection), $"{block}0.SelfAttention.{letter}.weight");
            }

            if (decoder)
            {
                yield return (WeightNames.Gain(layer, NormPlace.Cross), block + "1.layer_norm.weight");
                yield return (WeightNames.Matrix(layer, Projection.CrossQ), block + "1.EncDecAttention.q.weight");
                yield return (WeightNames.Matrix(layer, Projection.CrossK), block + "1.EncDecAttention.k.weight");
                yield return (WeightNames.Matrix(layer, Projection.CrossV), block + "1.EncDecAttention.v.weight");
                yield return (WeightNames.Matrix(layer, Projection.CrossO), block + "1.EncDecAttention.o.weight");
            }
        }
    }

    /// <summary>A case's sequences as content with every label read, and the labels with −100 for none, [1, N, Tout].</summary>
    public static (Content Content, Tensor Labels) ContentOf(EncoderDecoder backbone, JsonElement example)
    {
        var labels = Ids(example.GetProperty("labels"));
        var ids = Ids(example.GetProperty("input_ids"));
        long n = labels.shape[1], t = labels.shape[2];
        var shifted = cat([zeros([1, n, 1], int64), labels.narrow(2, 0, t - 1).clamp_min(0)], 2);
        var reads = arange(t, int64).view(1, 1, t).expand(1, n, t);
        var mask = example.TryGetProperty("attention_mask", out var given) && given.ValueKind == JsonValueKind.Array ? Ids(given) : null;
        return (backbone.Embed(ids, 0, reads, mask?.sum(2), shifted), labels);
    }

    /// <summary>Mean cross-entropy over real labels, of one arm.</summary>
    public static Tensor Loss(Tensor logits, Tensor labels)
    {
        var real = labels.ge(0);
        var taken = logits.log_softmax(-1).gather(-1, labels.clamp_min(0).unsqueeze(-1)).squeeze(-1);
        return -(taken * real.to(logits.dtype)).sum() / real.sum().to(logits.dtype);
    }

    public static Tensor Ids(JsonElement rows)
    {
        long[][] values = [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(id => id.GetInt64()).ToArray())];
        return tensor(values.SelectMany(row => row).ToArray(), [1, values.Length, values[0].Length], int64);
    }

    public static Tensor Numbers(JsonElement array)
    {
        var values = new List<double>();
        var shape = new List<long>();
        for (var level = array; level.ValueKind == JsonValueKind.Array; level = level[0])
        {
            shape.Add(level.GetArrayLength());
        }

        Collect(array);
        return tensor(values.ToArray(), shape.ToArray(), float64);

        void Collect(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Array)
            {
                values.Add(element.GetDouble());
                return;
            }

            foreach (var child in element.EnumerateArray())
            {
                Collect(child);
            }
        }
    }
}
