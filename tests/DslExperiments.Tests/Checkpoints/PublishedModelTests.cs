using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Tests.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Checkpoints;

/// <summary>Real models of the three families, against their files read by hand.</summary>
public sealed class PublishedModelTests
{
    [SharedFact]
    public void A_published_llama_arrives()
    {
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/stories260k"));
        var raw = new RawFile(SharedData.PathOf("models/stories260k/model.safetensors"));
        Assert.Equal(
            new LlamaOptions
            {
                Depth = 5, Width = 64, Heads = 8, KeyValueHeads = 4, Mlp = new SwiGlu { Hidden = 172 }, Vocabulary = 512, Context = 512, Tied = true,
                Weights = checkpoint.Folder,
            },
            checkpoint.Options);
        var names = new Dictionary<string, string> { ["embedding.weight"] = "model.embed_tokens.weight", ["final_norm.weight"] = "model.norm.weight" };
        for (int layer = 0; layer < 5; layer++)
        {
            foreach (var (ours, theirs) in ((string, string)[])
                     [
                         ("q", "self_attn.q_proj"), ("k", "self_attn.k_proj"), ("v", "self_attn.v_proj"), ("o", "self_attn.o_proj"),
                         ("mlp_in", "mlp.up_proj"), ("mlp_gate", "mlp.gate_proj"), ("mlp_out", "mlp.down_proj"),
                         ("attention_norm", "input_layernorm"), ("mlp_norm", "post_attention_layernorm"),
                     ])
            {
                names[$"layers.{layer}.{ours}.weight"] = $"model.layers.{layer}.{theirs}.weight";
            }
        }

        AssertArrived(checkpoint, names.ToDictionary(static pair => pair.Key, pair => raw[pair.Value]));
    }

    [SharedFact]
    public void A_gpt2_arrives_with_its_fused_matrix_in_three()
    {
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/tiny-gpt2"));
        var raw = new RawFile(SharedData.PathOf("models/tiny-gpt2/model.safetensors"));
        Assert.Equal(
            new Gpt2Options { Depth = 2, Width = 32, Heads = 2, Mlp = new GeluMlp { Hidden = 128 }, Vocabulary = 128, Context = 64, Weights = checkpoint.Folder },
            checkpoint.Options);
        var expected = new Dictionary<string, (long[], float[])>
        {
            ["embedding.weight"] = raw["transformer.wte.weight"],
            ["positions.weight"] = raw["transformer.wpe.weight"],
            ["final_norm.weight"] = raw["transformer.ln_f.weight"],
            ["final_norm.bias"] = raw["transformer.ln_f.bias"],
        };
        for (int layer = 0; layer < 2; layer++)
        {
            string ours = $"layers.{layer}.", theirs = $"transformer.h.{layer}.";
            foreach (var (part, name) in ((int, string)[])[(0, "q"), (1, "k"), (2, "v")])
            {
                var (_, fused) = raw[theirs + "attn.c_attn.weight"];
                expected[$"{ours}{name}.weight"] = ([32, 32], [.. from o in Enumerable.Range(0, 32) from i in Enumerable.Range(0, 32) select fused[(i * 96) + (part * 32) + o]]);
                expected[$"{ours}{name}.bias"] = ([32], raw[theirs + "attn.c_attn.bias"].Values[(part * 32)..((part + 1) * 32)]);
            }

            foreach (var (name, source) in ((string, string)[])[("o", "attn.c_proj"), ("mlp_in", "mlp.c_fc"), ("mlp_out", "mlp.c_proj")])
            {
                var (shape, values) = raw[$"{theirs}{source}.weight"];
                int inputs = (int)shape[0], outputs = (int)shape[1];
                expected[$"{ours}{name}.weight"] = ([outputs, inputs], [.. from o in Enumerable.Range(0, outputs) from i in Enumerable.Range(0, inputs) select values[(i * outputs) + o]]);
                expected[$"{ours}{name}.bias"] = raw[$"{theirs}{source}.bias"];
            }

            foreach (var (name, source) in ((string, string)[])[("attention_norm", "ln_1"), ("mlp_norm", "ln_2")])
            {
                expected[$"{ours}{name}.weight"] = raw[$"{theirs}{source}.weight"];
                expected[$"{ours}{name}.bias"] = raw[$"{theirs}{source}.bias"];
            }
        }

        AssertArrived(checkpoint, expected);
    }

    [SharedFact]
    public void A_t5_arrives_with_its_decoder_after_its_encoder()
    {
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/tiny-t5"));
        var raw = new RawFile(SharedData.PathOf("models/tiny-t5/model.safetensors"));
        Assert.Equal(
            new T5Options { Depth = 2, DecoderDepth = 2, Width = 32, Heads = 4, Mlp = new GatedGelu { Hidden = 64 }, Vocabulary = 128, Weights = checkpoint.Folder },
            checkpoint.Options);
        var names = new Dictionary<string, string>
        {
            ["embedding.weight"] = "shared.weight",
            ["unembedding.weight"] = "lm_head.weight",
            ["relative.weight"] = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            ["decoder_relative.weight"] = "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            ["final_norm.weight"] = "encoder.final_layer_norm.weight",
            ["decoder_final_norm.weight"] = "decoder.final_layer_norm.weight",
        };
        foreach (var (layer, at, mlp) in ((int, string, int)[])
                 [(0, "encoder.block.0.layer.", 1), (1, "encoder.block.1.layer.", 1), (2, "decoder.block.0.layer.", 2), (3, "decoder.block.1.layer.", 2)])
        {
            foreach (string name in (string[])["q", "k", "v", "o"])
            {
                names[$"layers.{layer}.{name}.weight"] = $"{at}0.SelfAttention.{name}.weight";
                if (mlp == 2)
                {
                    names[$"layers.{layer}.cross_{name}.weight"] = $"{at}1.EncDecAttention.{name}.weight";
                }
            }

            names[$"layers.{layer}.attention_norm.weight"] = $"{at}0.layer_norm.weight";
            names[$"layers.{layer}.mlp_norm.weight"] = $"{at}{mlp}.layer_norm.weight";
            names[$"layers.{layer}.mlp_gate.weight"] = $"{at}{mlp}.DenseReluDense.wi_0.weight";
            names[$"layers.{layer}.mlp_in.weight"] = $"{at}{mlp}.DenseReluDense.wi_1.weight";
            names[$"layers.{layer}.mlp_out.weight"] = $"{at}{mlp}.DenseReluDense.wo.weight";
            if (mlp == 2)
            {
                names[$"layers.{layer}.cross_norm.weight"] = $"{at}1.layer_norm.weight";
            }
        }

        AssertArrived(checkpoint, names.ToDictionary(static pair => pair.Key, pair => raw[pair.Value]));
    }

    [SharedTheory]
    [InlineData("stories260k", "  kind: llama\n  weights: PLACE\n  depth: 5\n  width: 64\n  heads: 8\n  kv_heads: 4\n  mlp: { hidden: 172 }\n  vocabulary: 512\n  context: 512\n  tied: true\n")]
    [InlineData("tiny-gpt2", "  kind: gpt2\n  weights: PLACE\n  depth: 2\n  width: 32\n  heads: 2\n  mlp: { hidden: 128 }\n  vocabulary: 128\n  context: 64\n")]
    [InlineData("tiny-t5", "  kind: t5\n  weights: PLACE\n  depth: 2\n  decoder_depth: 2\n  width: 32\n  heads: 4\n  mlp: { hidden: 64 }\n  vocabulary: 128\n")]
    public async Task Inspect_prints_what_a_spec_has_to_state(string model, string expected)
    {
        string folder = SharedData.PathOf("models/" + model);
        var run = await ProgramRun.Of("inspect", folder);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("backbone:\n" + expected, run.Out.Replace(folder, "PLACE", StringComparison.Ordinal).Replace("'PLACE'", "PLACE", StringComparison.Ordinal));
    }

    private static void AssertArrived(Checkpoint checkpoint, Dictionary<string, (long[] Shape, float[] Values)> expected)
    {
        var weights = checkpoint.Weights.OfSeed(0);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), weights.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, (shape, values)) in expected)
        {
            Assert.Equal(shape, weights[name].shape);
            Assert.Equal(ScalarType.Float32, weights[name].dtype);
            Assert.True(values.AsSpan().SequenceEqual(weights[name].data<float>().ToArray()), name);
        }
    }

    /// <summary>The format read as its page says, by nothing of ours.</summary>
    private sealed class RawFile
    {
        private readonly byte[] bytes;
        private readonly JsonElement header;
        private readonly int start;

        public RawFile(string path)
        {
            bytes = File.ReadAllBytes(path);
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            using var document = JsonDocument.Parse(bytes.AsMemory(8, length));
            header = document.RootElement.Clone();
            start = 8 + length;
        }

        public (long[] Shape, float[] Values) this[string name]
        {
            get
            {
                var entry = header.GetProperty(name);
                int[] offsets = [.. entry.GetProperty("data_offsets").EnumerateArray().Select(static offset => offset.GetInt32())];
                return (
                    [.. entry.GetProperty("shape").EnumerateArray().Select(static size => size.GetInt64())],
                    MemoryMarshal.Cast<byte, float>(bytes.AsSpan((start + offsets[0])..(start + offsets[1]))).ToArray());
            }
        }
    }
}
