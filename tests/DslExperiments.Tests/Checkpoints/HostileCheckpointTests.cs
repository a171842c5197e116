using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using DslExperiments.Checkpoints;
using DslExperiments.Hosting;
using DslExperiments.Results;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Checkpoints;

/// <summary>Folders that are not what they should be are refused in words that name the file and the reason.</summary>
public sealed class HostileCheckpointTests
{
    [Theory]
    [InlineData("model_type", "\"bert\"", "config.json: model_type is \"bert\"; only llama, mistral, gpt2, t5, mt5 are supported.")]
    [InlineData("model_type", null, "config.json: model_type is missing.")]
    [InlineData("hidden_size", null, "config.json: hidden_size is missing.")]
    [InlineData("hidden_size", "\"4\"", "hidden_size is \"4\"; a whole number from 1")]
    [InlineData("hidden_size", "-4", "hidden_size is -4; a whole number from 1")]
    [InlineData("hidden_size", "0", "hidden_size is 0; a whole number from 1")]
    [InlineData("hidden_size", "4.5", "hidden_size is 4.5; a whole number")]
    [InlineData("hidden_size", "9223372036854775808", "hidden_size is 9223372036854775808; a whole number")]
    [InlineData("num_hidden_layers", "2000000000", "num_hidden_layers is 2000000000; a whole number")]
    [InlineData("num_hidden_layers", "3", "'model.layers.2.input_layernorm.weight', [4], is missing")]
    [InlineData("num_hidden_layers", "1", "model.safetensors: it has the tensor 'model.layers.1.input_layernorm.weight', which a llama of this config.json does not")]
    [InlineData("num_attention_heads", "3", "num_key_value_heads", "num_attention_heads is 3; these heads do not divide a width of 4")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads is 3; it must divide num_attention_heads, 2")]
    [InlineData("num_attention_heads", "4", "num_attention_heads is 4; rotary positions need heads of even size, not 1")]
    [InlineData("head_dim", "3", "head_dim is 3; rotary positions need heads of even size, not 3")]
    [InlineData("vocab_size", "9", "'model.embed_tokens.weight' is [8, 4], but config.json asks for [9, 4]")]
    [InlineData("head_dim", "8", "'model.layers.0.self_attn.q_proj.weight' is [4, 4], but config.json asks for [16, 4]")]
    [InlineData("head_dim", "2147483646", "asks for [4294967292, 4]")]
    [InlineData("tie_word_embeddings", "false", "'lm_head.weight', [8, 4], is missing")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings is 1; true or false is needed")]
    [InlineData("attention_bias", "true", "'model.layers.0.self_attn.q_proj.bias', [4], is missing")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act is \"gelu\"; only \"silu\" is supported")]
    [InlineData("mlp_bias", "true", "'model.layers.0.mlp.gate_proj.bias', [6], is missing")]
    [InlineData("mlp_bias", "1", "mlp_bias is 1; true or false is needed")]
    [InlineData("partial_rotary_factor", "0.5", "config.json: partial_rotary_factor is 0.5; heads that are turned in part")]
    [InlineData("rope_parameters", """{"partial_rotary_factor":0.5}""", "config.json: rope_parameters.partial_rotary_factor is 0.5; heads that are turned in part")]
    [InlineData("rope_parameters", """{"rope_type":"dynamic","factor":2}""", "rope_parameters.rope_type is \"dynamic\"; only")]
    [InlineData("rope_scaling", """{"type":"dynamic","factor":2}""", "rope_scaling.type is \"dynamic\"; only")]
    [InlineData("model_type", "\"qwen2\"", "config.json: model_type is \"qwen2\"; only llama, mistral, gpt2, t5, mt5 are supported.")]
    [InlineData("rope_scaling", """{"rope_type":"yarn","factor":4}""", "rope_scaling.rope_type is \"yarn\"; only")]
    [InlineData("rope_scaling", """{"rope_type":"linear"}""", "rope_scaling.factor is missing")]
    [InlineData("rope_scaling", "4", "rope_scaling is 4; an object is needed")]
    [InlineData("rope_theta", "-1", "rope_theta is -1; a positive number is needed")]
    [InlineData("rope_theta", "1e999", "rope_theta is 1e999; a positive number is needed")]
    [InlineData("sliding_window", "8", "sliding_window is 8; only null is supported")]
    [InlineData("quantization_config", """{"bits":4}""", "quantization_config is {\"bits\":4}; quantised weights are not supported")]
    public void A_configuration_that_cannot_be_used_is_refused(string key, string? value, params string[] expected)
    {
        using var folder = new ModelFolder();
        folder.Config.Remove(key);
        if (value is not null)
        {
            folder.Config[key] = JsonNode.Parse(value);
        }

        Assert.Contains(expected[^1], Refusal(folder.Write()), StringComparison.Ordinal);
    }

    [Fact]
    public void Wavelengths_stand_in_one_place_and_a_mistral_says_its_window()
    {
        using var folder = new ModelFolder();
        folder.Config["rope_parameters"] = JsonNode.Parse("""{"rope_type":"default"}""");
        folder.Config["rope_theta"] = 5000;
        Assert.Equal(5000, Checkpoint.Open(folder.Write()).Options.RotaryBase);
        folder.Config["rope_scaling"] = JsonNode.Parse("""{"rope_type":"linear","factor":2}""");
        Assert.Contains("rope_scaling is {\"rope_type\":\"linear\",\"factor\":2}; rope_parameters says it, too", Refusal(folder.Write()), StringComparison.Ordinal);

        folder.Config.Remove("rope_scaling");
        folder.Config["model_type"] = "mistral";
        folder.Config["max_position_embeddings"] = 4096;
        Assert.Equal(4096, Checkpoint.Open(folder.Write()).Options.Context);
        folder.Config["max_position_embeddings"] = 4097;
        Assert.Contains("sliding_window is null; where a mistral does not say so, it is 4096", Refusal(folder.Write()), StringComparison.Ordinal);
        folder.Config["sliding_window"] = null;
        Assert.Equal(4097, Checkpoint.Open(folder.Write()).Options.Context);
    }

    [Theory]
    [InlineData("", "config.json: not readable as JSON")]
    [InlineData("{", "config.json: not readable as JSON")]
    [InlineData("[]", "config.json: a JSON object is needed")]
    [InlineData("""{"model_type":"llama","model_type":"gpt2"}""", "config.json: not readable as JSON")]
    [InlineData("""{"model_type":"\ud800"}""", "config.json: not readable as JSON")]
    [InlineData("""{"\udc00":1}""", "config.json: not readable as JSON")]
    [InlineData("DEEP", "config.json: not readable as JSON")]
    public void A_configuration_that_is_no_JSON_is_refused(string text, string expected)
    {
        using var folder = new ModelFolder();
        folder.Write();
        File.WriteAllText(folder["config.json"], text == "DEEP" ? new string('[', 100_000) : text);
        Assert.Contains(expected, Refusal(folder.Location), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", 8, "malformed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "malformed")]
    [InlineData("""{"a":[[[[[[[[[[[[[[]]]]]]]]]]]]]]}""", 0, "malformed")]
    [InlineData("{", 0, "malformed")]
    public void A_file_of_weights_that_does_not_add_up_is_refused(string header, int data, string expected)
    {
        using var folder = new ModelFolder();
        folder.Write();
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(folder["model.safetensors"], bytes);
        string message = Refusal(folder.Location);
        Assert.StartsWith(folder["model.safetensors"] + ": Not a safetensors file", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using var folder = new ModelFolder();
        folder.Write();
        byte[] whole = File.ReadAllBytes(folder["model.safetensors"]);
        foreach (int length in (int[])[0, 7, 8, 100, whole.Length - 1])
        {
            File.WriteAllBytes(folder["model.safetensors"], whole[..length]);
            Assert.StartsWith(folder["model.safetensors"] + ": Not a safetensors file", Refusal(folder.Location), StringComparison.Ordinal);
        }

        File.WriteAllBytes(folder["model.safetensors"], [255, 255, 255, 255, 255, 255, 255, 127, .. whole]);
        Assert.Contains("claims 9223372036854775807 bytes", Refusal(folder.Location), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "nan")]
    [InlineData(float.PositiveInfinity, "inf")]
    [InlineData(float.NegativeInfinity, "-inf")]
    public void A_number_that_is_none_is_told_with_its_tensor_when_weights_are_read(float value, string shown)
    {
        const string Name = "model.layers.1.mlp.up_proj.weight";
        using var folder = new ModelFolder();
        float[] numbers = folder.Tensors[Name].ToArray<float>();
        numbers[7] = value;
        folder.Tensors[Name] = SafeTensor.Of(Name, numbers, 6, 4);
        var checkpoint = Checkpoint.Open(folder.Write());
        string message = Assert.Throws<ExperimentUsageException>(() => checkpoint.Weights.OfSeed(0)).Message;
        Assert.StartsWith($"{folder["model.safetensors"]}: the tensor '{Name}' has a number that is {shown}, its 8. of 24;", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_whose_sum_is_too_large_are_numbers()
    {
        const string Name = "model.layers.1.mlp.up_proj.weight";
        using var folder = new ModelFolder();
        folder.Tensors[Name] = SafeTensor.Of(Name, [.. Enumerable.Repeat(float.MaxValue, 24)], 6, 4);
        Checkpoint.Open(folder.Write()).Weights.OfSeed(0);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("model-00002-of-00003.safetensors")]
    public void Changed_bytes_never_do_worse_than_being_refused(string file)
    {
        using var folder = new ModelFolder();
        folder.WriteSharded();
        byte[] whole = File.ReadAllBytes(folder[file]);
        var random = new Random(11);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 700))] = (byte)random.Next(256);
            }

            File.WriteAllBytes(folder[file], bytes);
            File.SetLastWriteTimeUtc(folder[file], DateTime.UnixEpoch.AddSeconds(round));
            try
            {
                Checkpoint.Open(folder.Location).Weights.OfSeed(0);
            }
            catch (ExperimentUsageException)
            {
                // Refused in words.
            }
        }
    }

    [Theory]
    [InlineData(SafeTensorType.I32)]
    [InlineData(SafeTensorType.U8)]
    [InlineData(SafeTensorType.I64)]
    public void Weights_that_are_no_floats_are_refused(SafeTensorType type)
    {
        using var folder = new ModelFolder();
        int size = type switch { SafeTensorType.I64 => 8, SafeTensorType.I32 => 4, _ => 1 };
        folder.Tensors["model.norm.weight"] = new SafeTensor("model.norm.weight", type, [4], new byte[4 * size]);
        Assert.Contains($"'model.norm.weight' is of type {type}; weights must be F32, F16, BF16 or F64.", Refusal(folder.Write()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_under_both_of_its_names_is_refused()
    {
        using var folder = new ModelFolder();
        folder.Add("norm.weight", 4);
        Assert.Contains("it has the tensor 'model.norm.weight' twice", Refusal(folder.Write()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"../../x.safetensors\"")]
    [InlineData("\"/etc/x.safetensors\"")]
    [InlineData("\"..\\\\x.safetensors\"")]
    [InlineData("\"c:x.safetensors\"")]
    [InlineData("\"..safetensors\"")]
    [InlineData("\"pytorch_model.bin\"")]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("null")]
    public void An_index_that_leads_out_of_the_folder_is_refused(string shard)
    {
        using var folder = new ModelFolder();
        folder.WriteSharded();
        var index = JsonNode.Parse(File.ReadAllText(folder["model.safetensors.index.json"]))!;
        index["weight_map"]!["model.norm.weight"] = JsonNode.Parse(shard);
        File.WriteAllText(folder["model.safetensors.index.json"], index.ToJsonString());
        string message = Refusal(folder.Location);
        Assert.StartsWith(folder["model.safetensors.index.json"] + ": the file of 'model.norm.weight' is ", message, StringComparison.Ordinal);
        Assert.EndsWith("it must be the name of a .safetensors file in the same folder.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_is_not_true_is_refused()
    {
        using var folder = new ModelFolder();
        folder.WriteSharded();
        string path = folder["model.safetensors.index.json"], good = File.ReadAllText(path);
        Assert.Contains("has no object 'weight_map'", With("""{"weight_map":[]}"""), StringComparison.Ordinal);
        Assert.Contains("not readable as JSON", With(good[..^1]), StringComparison.Ordinal);
        Assert.Contains("it names 'other.safetensors', but there is no such file", With(good.Replace("-00003-of", "-00004-of", StringComparison.Ordinal).Replace("model-00004-of-00003", "other", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("says to be in 'model-00001-of-00003.safetensors'", With(good.Replace("model-00003-of", "model-00001-of", StringComparison.Ordinal).Replace("model-00002-of", "model-00001-of", StringComparison.Ordinal).Replace("\"model.norm.weight\":\"model-00001-of", "\"model.norm.weight\":\"model-00003-of", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("which model.safetensors.index.json does not name", With(good.Replace("\"model.norm.weight\"", "\"model.gone.weight\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("it says that 'model.gone.weight' is in", With(good.Replace("\"model.norm.weight\"", "\"model.gone.weight\":\"model-00001-of-00003.safetensors\",\"model.norm.weight\"", StringComparison.Ordinal)), StringComparison.Ordinal);

        string With(string text)
        {
            File.WriteAllText(path, text);
            return Refusal(folder.Location);
        }
    }

    [Fact]
    public void A_folder_without_weights_or_with_pickled_ones_is_refused()
    {
        using var folder = new ModelFolder();
        folder.Write();
        File.Delete(folder["model.safetensors"]);
        Assert.Contains("it has neither model.safetensors nor model.safetensors.index.json", Refusal(folder.Location), StringComparison.Ordinal);
        File.WriteAllBytes(folder["pytorch_model.bin"], [0x80, 2]);
        Assert.Contains("it has only pytorch_model.bin, a pickle, which is not read", Refusal(folder.Location), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["model.safetensors"]);
        Assert.Contains("it has only pytorch_model.bin", Refusal(folder.Location), StringComparison.Ordinal);
        File.Delete(folder["config.json"]);
        Assert.Contains("config.json: there is no such file", Refusal(folder.Location), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["config.json"]);
        Assert.Contains("config.json: this is a folder, not a file", Refusal(folder.Location), StringComparison.Ordinal);
        Assert.Contains("there is no such folder", Refusal(folder["nowhere"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("activation_function", "\"mish\"", "activation_function is \"mish\"; only")]
    [InlineData("scale_attn_weights", "false", "scale_attn_weights is false; only true is supported")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx is true; only false is supported")]
    [InlineData("add_cross_attention", "true", "add_cross_attention is true; only false is supported")]
    [InlineData("n_head", "3", "n_head is 3; these heads do not divide a width of 32")]
    public void A_gpt2_that_the_backbone_cannot_be_is_refused(string key, string value, string expected) =>
        Assert.Contains(expected, RefusalOfConfig("""{"model_type":"gpt2","n_embd":32,"n_layer":2,"n_head":2,"vocab_size":128,"n_positions":64}""", key, value), StringComparison.Ordinal);

    [Theory]
    [InlineData("feed_forward_proj", "\"relu\"", "feed_forward_proj is \"relu\"; only \"gated-gelu\"")]
    [InlineData("feed_forward_proj", null, "feed_forward_proj is null; only \"gated-gelu\"")]
    [InlineData("tie_word_embeddings", "true", "tie_word_embeddings is true; only false")]
    [InlineData("is_encoder_decoder", "false", "is_encoder_decoder is false; only true is supported")]
    [InlineData("relative_attention_max_distance", "16", "relative_attention_max_distance is 16; it must be more than half of relative_attention_num_buckets, 16")]
    [InlineData("is_gated_act", "false", "is_gated_act is false; only true is supported")]
    [InlineData("dense_act_fn", "\"gelu\"", "dense_act_fn is \"gelu\"; only \"gelu_new\" is supported")]
    [InlineData("scale_decoder_outputs", "true", "scale_decoder_outputs is true; only false is supported")]
    [InlineData("relative_attention_num_buckets", "2", "relative_attention_num_buckets is 2; a whole number from 4")]
    public void A_t5_that_the_backbone_cannot_be_is_refused(string key, string? value, string expected) => Assert.Contains(
        expected,
        RefusalOfConfig("""{"model_type":"t5","d_model":32,"d_kv":8,"d_ff":64,"num_layers":2,"num_heads":4,"vocab_size":128,"feed_forward_proj":"gated-gelu","tie_word_embeddings":false}""", key, value),
        StringComparison.Ordinal);

    [Fact]
    public async Task Inspect_says_what_is_wrong_and_nothing_else()
    {
        using var folder = new ModelFolder();
        folder.Config["hidden_act"] = "gelu";
        var run = await ProgramRun.Of("inspect", folder.Write());
        Assert.Equal(("", ExitCode.Usage), (run.Out, run.ExitCode));
        Assert.Contains("hidden_act is \"gelu\"", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    private static string RefusalOfConfig(string config, string key, string? value)
    {
        using var folder = new TemporaryFolder();
        var keys = JsonNode.Parse(config)!;
        keys[key] = value is null ? null : JsonNode.Parse(value);
        File.WriteAllText(folder["config.json"], keys.ToJsonString());
        return Refusal(folder.Location);
    }

    private static string Refusal(string folder) => Assert.Throws<ExperimentUsageException>(() => Checkpoint.Open(folder)).Message;
}
