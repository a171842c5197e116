using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Hosting;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Checkpoints;

/// <summary>Folders that are as they should be: every number arrives under its name, whatever the files look like.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public void A_llama_arrives_with_all_of_its_numbers()
    {
        using var folder = new ModelFolder();
        var checkpoint = Checkpoint.Open(folder.Write());
        var options = Assert.IsType<LlamaOptions>(checkpoint.Options);
        Assert.Equal((2, 4, 2, 1, 0), (options.Depth, options.Width, options.Heads, options.KeyValueHeads, options.HeadWidth));
        Assert.Equal((8, 16, 6, true), (options.Vocabulary, options.Context, options.Mlp.Hidden, options.Tied));
        Assert.Equal((1e-5, 10_000.0), (options.NormEpsilon, options.RotaryBase));
        Assert.True(checkpoint.Weights.AreShared);
        var weights = checkpoint.Weights.OfSeed(0);
        Assert.Equal(folder.Tensors.Count, weights.Count);
        AssertSame(folder, weights, "embedding.weight", "model.embed_tokens.weight");
        AssertSame(folder, weights, "layers.1.k.weight", "model.layers.1.self_attn.k_proj.weight");
        AssertSame(folder, weights, "layers.1.mlp_in.weight", "model.layers.1.mlp.up_proj.weight");
        AssertSame(folder, weights, "layers.0.mlp_gate.weight", "model.layers.0.mlp.gate_proj.weight");
        AssertSame(folder, weights, "layers.0.mlp_norm.weight", "model.layers.0.post_attention_layernorm.weight");
        AssertSame(folder, weights, "final_norm.weight", "model.norm.weight");
    }

    [Fact]
    public void Names_may_lack_the_models_prefix_and_frequencies_may_be_among_them()
    {
        using var folder = new ModelFolder();
        folder.Rename(static name => name["model.".Length..]);
        folder.Add("layers.0.self_attn.rotary_emb.inv_freq", 1);
        var weights = Checkpoint.Open(folder.Write()).Weights.OfSeed(3);
        Assert.Equal(folder.Tensors.Count - 1, weights.Count);
        AssertSame(folder, weights, "layers.1.q.weight", "layers.1.self_attn.q_proj.weight");
    }

    [Fact]
    public void A_head_of_its_own_biases_and_wide_heads_arrive()
    {
        using var folder = new ModelFolder();
        folder.Config["tie_word_embeddings"] = false;
        folder.Config["attention_bias"] = true;
        folder.Config["head_dim"] = 6;
        folder.Config["model_type"] = "mistral";
        folder.Add("lm_head.weight", 8, 4);
        for (int layer = 0; layer < 2; layer++)
        {
            string at = $"model.layers.{layer}.";
            foreach (var (name, outputs, inputs) in ((string, long, long)[])
                     [
                         ("self_attn.q_proj", 12, 4), ("self_attn.k_proj", 6, 4), ("self_attn.v_proj", 6, 4), ("self_attn.o_proj", 4, 12),
                         ("mlp.gate_proj", 6, 4), ("mlp.up_proj", 6, 4), ("mlp.down_proj", 4, 6),
                     ])
            {
                folder.Add($"{at}{name}.weight", outputs, inputs);
                if (name.StartsWith("self_attn", StringComparison.Ordinal))
                {
                    folder.Add($"{at}{name}.bias", outputs);
                }
            }
        }

        var checkpoint = Checkpoint.Open(folder.Write());
        Assert.Equal(6, checkpoint.Options.HeadWidth);
        var weights = checkpoint.Weights.OfSeed(0);
        Assert.Equal(folder.Tensors.Count, weights.Count);
        AssertSame(folder, weights, "unembedding.weight", "lm_head.weight");
        AssertSame(folder, weights, "layers.1.k.bias", "model.layers.1.self_attn.k_proj.bias");
        AssertSame(folder, weights, "layers.0.o.weight", "model.layers.0.self_attn.o_proj.weight");
    }

    [Fact]
    public void Parts_give_what_one_file_gives()
    {
        using var whole = new ModelFolder();
        using var parts = new ModelFolder();
        var expected = Checkpoint.Open(whole.Write()).Weights.OfSeed(0);
        var actual = Checkpoint.Open(parts.WriteSharded()).Weights.OfSeed(0);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(Numbers(pair.Value), Numbers(actual[pair.Key])));
    }

    [Theory]
    [InlineData(SafeTensorType.F16, new byte[] { 0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01, 0x00, 0x00, 0x04, 0x55, 0x35 }, new[] { 1, -2, 65504, 5.9604644775390625E-08, 6.103515625E-05, 0.333251953125 })]
    [InlineData(SafeTensorType.BF16, new byte[] { 0x80, 0x3F, 0x00, 0xC0, 0x7F, 0x7F, 0x01, 0x00, 0x80, 0x00, 0xAB, 0x3E }, new[] { 1, -2, 3.3895313892515355E+38, 9.183549615799121E-41, 1.1754943508222875E-38, 0.333984375 })]
    public void Numbers_of_16_bits_are_exact(SafeTensorType type, byte[] bytes, double[] expected)
    {
        using var folder = new ModelFolder();
        byte[] table = [.. Enumerable.Range(0, 64).Select(index => bytes[index % bytes.Length])];
        folder.Tensors["model.embed_tokens.weight"] = new SafeTensor("model.embed_tokens.weight", type, [8, 4], table);
        var weight = Checkpoint.Open(folder.Write()).Weights.OfSeed(0)["embedding.weight"];
        Assert.Equal(ScalarType.Float32, weight.dtype);
        Assert.Equal(expected, Numbers(weight)[..6]);
        Assert.Equal(expected[..2], Numbers(weight)[^2..]);
    }

    [Fact]
    public void A_tensor_that_is_converted_in_parts_arrives_whole()
    {
        const int Rows = (1 << 20) + 3;
        using var folder = new ModelFolder();
        folder.Config["vocab_size"] = Rows;
        Half[] values = [.. Enumerable.Range(0, Rows * 4).Select(static index => (Half)(index % 2003))];
        folder.Tensors["model.embed_tokens.weight"] = new SafeTensor(
            "model.embed_tokens.weight", SafeTensorType.F16, [Rows, 4], System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(values).ToArray());
        var weight = Checkpoint.Open(folder.Write()).Weights.OfSeed(0)["embedding.weight"];
        Assert.True(weight.data<float>().ToArray().AsSpan().SequenceEqual(Array.ConvertAll(values, static value => (float)value)));
    }

    [Fact]
    public void Numbers_of_64_bits_stay_as_they_are()
    {
        using var folder = new ModelFolder();
        double[] values = [.. Enumerable.Range(0, 32).Select(static index => 1.0 / (index + 3))];
        folder.Tensors["model.embed_tokens.weight"] = SafeTensor.Of("model.embed_tokens.weight", values, 8, 4);
        var weight = Checkpoint.Open(folder.Write()).Weights.OfSeed(0)["embedding.weight"];
        Assert.Equal(values, weight.data<double>().ToArray());
    }

    [Fact]
    public void A_tied_head_may_be_there_when_it_repeats_the_embedding()
    {
        using var folder = new ModelFolder();
        folder.Tensors["lm_head.weight"] = folder.Tensors["model.embed_tokens.weight"] with { Name = "lm_head.weight" };
        Assert.False(Checkpoint.Open(folder.Write()).Weights.OfSeed(0).ContainsKey("unembedding.weight"));

        folder.Add("lm_head.weight", 8, 4);
        File.SetLastWriteTimeUtc(folder["model.safetensors"], DateTime.UnixEpoch);
        var other = Checkpoint.Open(folder.Write());
        Assert.Contains("'lm_head.weight' differs from 'model.embed_tokens.weight'", Assert.Throws<ExperimentUsageException>(() => other.Weights.OfSeed(0)).Message);
    }

    [Fact]
    public void Weights_are_loaded_once_and_anew_when_files_change()
    {
        using var folder = new ModelFolder();
        folder.Write();
        var all = new IReadOnlyDictionary<string, Tensor>[8];
        Parallel.For(0, all.Length, index => all[index] = Checkpoint.Open(folder.Location).Weights.OfSeed(index));
        Assert.All(all, weights => Assert.Same(all[0], weights));
        string hash = Checkpoint.Open(folder.Location).ContentHash;
        Assert.Equal(hash, Checkpoint.Open(folder.Location + "/.").ContentHash);
        Assert.Matches("^[0-9a-f]{64}$", hash);

        folder.Add("model.norm.weight", 4);
        folder.Write();
        File.SetLastWriteTimeUtc(folder["model.safetensors"], DateTime.UnixEpoch);
        var changed = Checkpoint.Open(folder.Location);
        AssertSame(folder, changed.Weights.OfSeed(0), "final_norm.weight", "model.norm.weight");
        Assert.NotEqual(hash, changed.ContentHash);
    }

    [Fact]
    public void Weights_outlive_the_scope_in_which_they_were_loaded()
    {
        using var folder = new ModelFolder();
        var checkpoint = Checkpoint.Open(folder.Write());
        using (NewDisposeScope())
        {
            checkpoint.Weights.OfSeed(0);
        }

        Assert.All(checkpoint.Weights.OfSeed(0).Values, static weight => Assert.False(weight.IsInvalid));
    }

    private static void AssertSame(ModelFolder folder, IReadOnlyDictionary<string, Tensor> weights, string name, string source)
    {
        Assert.Equal(folder.Tensors[source].Shape.AsEnumerable(), weights[name].shape);
        Assert.Equal(folder.Tensors[source].ToArray<float>().Select(static value => (double)value), Numbers(weights[name]));
    }

    private static double[] Numbers(Tensor tensor) => tensor.to(float64).contiguous().data<double>().ToArray();
}
