using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Results.Peft;
using DslExperiments.Tests.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Results.Peft;

/// <summary>Adapters come back to the last bit from what we wrote, and from folders that PEFT could have written.</summary>
public sealed class PeftImportTests
{
    private const string PromptConfig =
        """{"peft_type":"PROMPT_TUNING","task_type":"CAUSAL_LM","num_virtual_tokens":3,"token_dim":6,"num_layers":2,"num_attention_heads":2,"num_transformer_submodules":1,"peft_version":"0.17.1","unheard_of":{"a":[1]}}""";

    private const string PrefixConfig =
        """{"peft_type":"PREFIX_TUNING","task_type":"CAUSAL_LM","num_virtual_tokens":3,"token_dim":4,"num_layers":2,"num_attention_heads":1,"num_transformer_submodules":1,"encoder_hidden_size":4,"prefix_projection":false}""";

    private const string LoraConfig =
        """{"peft_type":"LORA","task_type":"CAUSAL_LM","r":2,"lora_alpha":16,"lora_dropout":0.05,"target_modules":["v_proj","q_proj"],"bias":"none","modules_to_save":null,"rank_pattern":{},"use_rslora":false,"init_lora_weights":true}""";

    public static TheoryData<string, MethodOptions> Methods()
    {
        var data = new TheoryData<string, MethodOptions>();
        foreach (string family in (string[])["llama", "gpt2", "t5", "own"])
        {
            MethodOptions[] methods =
            [
                new PromptOptions { Length = 3 },
                new PrefixOptions { Length = 3 },
                new PrefixOptions { Length = 2, Form = PrefixForm.BlockInput },
                new LoraOptions { Rank = 2, Alpha = 3, On = [Projection.Q, Projection.V, Projection.MlpOut] },
                new LoraOptions { Rank = 3, Alpha = 3, RankStabilized = true, On = [Projection.All] },
                new PromptLoraOptions { Prompt = new PromptOptions { Length = 2 }, Lora = new LoraOptions { Rank = 2, Alpha = 2 } },
                new PrefixLoraOptions { Prefix = new PrefixOptions { Length = 2 }, Lora = new LoraOptions { Rank = 2, Alpha = 5, On = [Projection.O] } },
            ];
            foreach (var method in methods)
            {
                data.Add(family, method);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void What_was_written_comes_back_to_the_last_bit(string family, MethodOptions method)
    {
        using var folder = new TemporaryFolder();
        var backbone = SavedArms.ByName(family);
        var arm = SavedArms.Of(method, backbone);
        SavedArms.Write(folder.Location, arm);
        using var read = SavedAdapter.Read(folder.Location, backbone);
        Assert.Equal(Plain(method, backbone), Plain(read.Method, backbone));
        AssertSame(arm.Adapter, read);
    }

    [Fact]
    public void Precision_and_a_head_come_back()
    {
        using var folder = new TemporaryFolder();
        var backbone = SavedArms.Llama with { Dtype = Precision.Float64 };
        var arm = SavedArms.Of(new PromptOptions { Length = 2 }, backbone, ("prompt", [2, 6]), ("classifier.weight", [3, 6]), ("classifier.bias", [3]));
        SavedArms.Write(folder.Location, arm);
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors", "classifier.safetensors", "dslexperiments.json"],
            Directory.EnumerateFiles(folder.Location).Select(Path.GetFileName).Order());
        using var read = SavedAdapter.Read(folder.Location, backbone);
        Assert.All(read.Tensors.Values, static tensor => Assert.Equal(ScalarType.Float64, tensor.dtype));
        AssertSame(arm.Adapter, read);
    }

    [Fact]
    public void A_hard_prompt_comes_back_as_the_rows_of_its_tokens()
    {
        using var folder = new TemporaryFolder();
        var arm = SavedArms.Of(new HardPromptOptions { Text = "two words" }, SavedArms.Gpt2, ("prompt", [2, 6]));
        arm = arm with { Adapter = [.. arm.Adapter, new AdapterArray("tokens", [2], Precision.Float32, [7, 3])] };
        Assert.Equal(["prompt_embeddings"], SavedArms.Write(folder.Location, arm).Tensors.Keys);
        Assert.Equal([7, 3], System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(folder["dslexperiments.json"]))!["tokens"]!.AsArray().Select(static token => (int)token!));
        using var read = SavedAdapter.Read(folder.Location, SavedArms.Gpt2);
        Assert.Equal(new PromptOptions { Length = 2 }, read.Method);
        AssertSame([arm.Adapter[0]], read);
    }

    [Fact]
    public void A_prompt_of_PEFT_is_read()
    {
        using var folder = new PeftFolder(PromptConfig);
        float[] values = folder.Add("prompt_embeddings", 1, 3, 6);
        using var read = PeftAdapter.Read(folder.Write(), SavedArms.Llama);
        Assert.Equal(new PromptOptions { Length = 3 }, read.Method);
        Assert.Equal([3L, 6], read.Tensors["prompt"].shape);
        Assert.Equal(values, read.Tensors["prompt"].data<float>().ToArray());

        folder.Config["peft_type"] = "P_TUNING";
        folder.Config["encoder_reparameterization_type"] = "MLP";
        using var tuned = PeftAdapter.Read(folder.Write(), SavedArms.Gpt2);
        Assert.Equal(values, tuned.Tensors["prompt"].data<float>().ToArray());
    }

    [Fact]
    public void A_prefix_of_PEFT_is_read()
    {
        using var folder = new PeftFolder(PrefixConfig);
        float[] values = folder.Add("prompt_embeddings", 1, 3, 16);
        using var read = PeftAdapter.Read(folder.Write(), SavedArms.Llama);
        Assert.Equal(new PrefixOptions { Length = 3 }, read.Method);
        Assert.Equal(4, read.Tensors.Count);
        foreach (var (part, name) in ((int, string)[])[(0, "layers.0.prefix.key"), (1, "layers.0.prefix.value"), (2, "layers.1.prefix.key"), (3, "layers.1.prefix.value")])
        {
            Assert.Equal(
                from row in Enumerable.Range(0, 3) from column in Enumerable.Range(0, 4) select values[(row * 16) + (part * 4) + column],
                read.Tensors[name].data<float>().ToArray());
        }
    }

    [Theory]
    [InlineData("base_model.model.model.layers.", ".weight")]
    [InlineData("model.layers.", ".weight")]
    [InlineData("base_model.model.layers.", ".weight")]
    [InlineData("base_model.model.model.layers.", ".default.weight")]
    public void LoRA_of_PEFT_is_read_under_the_names_that_it_may_have(string before, string after)
    {
        using var folder = new PeftFolder(LoraConfig);
        var expected = new Dictionary<string, float[]>();
        foreach (int layer in (int[])[0, 1])
        {
            foreach (var (module, ours, outputs) in ((string, string, long)[])[("q_proj", "q", 8), ("v_proj", "v", 4)])
            {
                expected[$"layers.{layer}.{ours}.lora_A"] = folder.Add($"{before}{layer}.self_attn.{module}.lora_A{after}", layer + outputs, 2, 6);
                expected[$"layers.{layer}.{ours}.lora_B"] = folder.Add($"{before}{layer}.self_attn.{module}.lora_B{after}", layer - outputs, outputs, 2);
            }
        }

        using var read = PeftAdapter.Read(folder.Write(), SavedArms.Llama);
        Assert.Equal(new LoraOptions { Rank = 2, Alpha = 16, Dropout = 0.05, On = [Projection.Q, Projection.V] }, read.Method);
        Assert.Equal(expected.Keys.Order(), read.Tensors.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value, read.Tensors[pair.Key].data<float>().ToArray()));
    }

    [Fact]
    public void LoRA_of_PEFT_on_a_fused_matrix_is_one_for_each_of_its_parts()
    {
        using var folder = new PeftFolder(LoraConfig);
        folder.Config["target_modules"] = "c_attn";
        folder.Config["fan_in_fan_out"] = true;
        var (down, up) = (new float[2][], new float[2][]);
        foreach (int layer in (int[])[0, 1])
        {
            down[layer] = folder.Add($"base_model.model.transformer.h.{layer}.attn.c_attn.lora_A.weight", layer, 2, 6);
            up[layer] = folder.Add($"base_model.model.transformer.h.{layer}.attn.c_attn.lora_B.weight", 9 + layer, 18, 2);
        }

        using var read = PeftAdapter.Read(folder.Write(), SavedArms.Gpt2);
        Assert.Equal([Projection.Q, Projection.K, Projection.V], Assert.IsType<LoraOptions>(read.Method).On);
        foreach (int layer in (int[])[0, 1])
        {
            foreach (var (part, name) in ((int, string)[])[(0, "q"), (1, "k"), (2, "v")])
            {
                Assert.Equal(down[layer], read.Tensors[$"layers.{layer}.{name}.lora_A"].data<float>().ToArray());
                Assert.Equal(up[layer][(12 * part)..(12 * (part + 1))], read.Tensors[$"layers.{layer}.{name}.lora_B"].data<float>().ToArray());
            }
        }
    }

    [Fact]
    public void LoRA_of_PEFT_on_a_T5_is_read_with_its_decoder_after_its_encoder()
    {
        using var folder = new PeftFolder(LoraConfig);
        folder.Config["task_type"] = "SEQ_2_SEQ_LM";
        folder.Config["target_modules"] = new System.Text.Json.Nodes.JsonArray("q");
        var expected = new Dictionary<string, float[]>();
        foreach (var (module, ours) in ((string, string)[])
                 [
                     ("encoder.block.0.layer.0.SelfAttention.q", "layers.0.q"), ("encoder.block.1.layer.0.SelfAttention.q", "layers.1.q"),
                     ("decoder.block.0.layer.0.SelfAttention.q", "layers.2.q"), ("decoder.block.0.layer.1.EncDecAttention.q", "layers.2.cross_q"),
                 ])
        {
            expected[ours + ".lora_A"] = folder.Add($"base_model.model.{module}.lora_A.weight", expected.Count, 2, 6);
            expected[ours + ".lora_B"] = folder.Add($"base_model.model.{module}.lora_B.weight", -expected.Count, 8, 2);
        }

        using var read = PeftAdapter.Read(folder.Write(), SavedArms.T5);
        Assert.Equal([Projection.Q, Projection.CrossQ], Assert.IsType<LoraOptions>(read.Method).On);
        Assert.Equal(expected.Keys.Order(), read.Tensors.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value, read.Tensors[pair.Key].data<float>().ToArray()));
    }

    [Fact]
    public void Blocks_that_somebody_trained_on_are_no_blocks_any_more()
    {
        using var folder = new TemporaryFolder();
        var lora = new LoraOptions { Rank = 1, Alpha = 1, On = [Projection.Q, Projection.V] };
        var file = SavedArms.Write(folder.Location, SavedArms.Of(lora, SavedArms.Gpt2));
        string path = folder["adapter_model.safetensors"];
        byte[] bytes = File.ReadAllBytes(path);

        // The last number of the last B is one of V's block; the one before it is in the column of Q's.
        bytes[^5] = 0x3F;
        File.WriteAllBytes(path, bytes);
        using var read = SavedAdapter.Read(folder.Location, SavedArms.Gpt2);
        var method = Assert.IsType<LoraOptions>(read.Method);
        Assert.Equal((2, 2.0), (method.Rank, method.Alpha));
        Assert.Equal([Projection.Q, Projection.K, Projection.V], method.On);
        Assert.Equal(file.Tensors["base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"].ToArray<float>(), read.Tensors["layers.0.k.lora_A"].data<float>().ToArray());
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "peft_type is \"IA3\"; only PROMPT_TUNING, P_TUNING, PREFIX_TUNING and LORA can be read")]
    [InlineData("peft_type", null, "adapter_config.json: peft_type is missing")]
    [InlineData("task_type", "\"SEQ_CLS\"", "task_type is \"SEQ_CLS\"; this backbone needs \"CAUSAL_LM\"")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save is [\"lm_head\"]; modules that were trained")]
    [InlineData("rank_pattern", "{\"q_proj\":4}", "rank_pattern is {\"q_proj\":4}; modules with ranks of their own")]
    [InlineData("alpha_pattern", "{\"q_proj\":4}", "alpha_pattern is {\"q_proj\":4}; modules with an alpha")]
    [InlineData("use_dora", "true", "use_dora is true; DoRA cannot be read")]
    [InlineData("bias", "\"all\"", "bias is \"all\"; trained biases")]
    [InlineData("init_lora_weights", "\"pissa_niter_16\"", "init_lora_weights is \"pissa_niter_16\"; this start changes the frozen weights")]
    [InlineData("layers_to_transform", "[0]", "layers_to_transform is [0]; an update of some layers")]
    [InlineData("r", "3", "lora_A.weight' is [2, 6], but [3, 6] is needed")]
    [InlineData("r", "2147483647", "is needed")]
    [InlineData("r", "0", "r is 0; a whole number from 1")]
    [InlineData("lora_alpha", "\"8\"", "lora_alpha is \"8\"; a positive number is needed")]
    [InlineData("lora_dropout", "2", "lora_dropout is 2; a number from 0 up to 1")]
    [InlineData("target_modules", "[\"q_proj\"]", "'base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight', a module that target_modules does not name")]
    [InlineData("target_modules", "[\"q_proj\",\"v_proj\",\"k_proj\"]", "'base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight' is missing")]
    [InlineData("target_modules", "[7]", "target_modules is [7]; a list of texts is needed")]
    public void Settings_that_cannot_be_read_are_refused(string key, string? value, string expected)
    {
        using var folder = Lora();
        folder.Config.Remove(key);
        if (value is not null)
        {
            folder.Config[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        }

        Assert.Contains(expected, Refusal(folder.Write()), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused()
    {
        using var folder = Lora();
        folder.Add("base_model.model.model.embed_tokens.lora_embedding_A", 0, 2, 9);
        Assert.Contains("it has the tensor 'model.embed_tokens.lora_embedding_A', which such an adapter", Refusal(folder.Write()), StringComparison.Ordinal);
        folder.Remove("base_model.model.model.embed_tokens.lora_embedding_A");
        folder.Add("model.layers.0.self_attn.q_proj.lora_A.weight", 0, 2, 6);
        Assert.Contains("twice", Refusal(folder.Write()), StringComparison.Ordinal);
        folder.Remove("model.layers.0.self_attn.q_proj.lora_A.weight");
        folder.Remove("base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight");
        Assert.Contains("'base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight', [8, 2], is missing", Refusal(folder.Write()), StringComparison.Ordinal);

        using var prompt = new PeftFolder(PromptConfig);
        prompt.Add("prompt_embeddings", 0, 3, 7);
        Assert.Contains("'prompt_embeddings' is [3, 7], but [3, 6] is needed", Refusal(prompt.Write()), StringComparison.Ordinal);
        prompt.Config["token_dim"] = 7;
        Assert.Contains("token_dim is 7; tokens of the backbone need 6", Refusal(prompt.Write()), StringComparison.Ordinal);
        prompt.Config["token_dim"] = 6;
        prompt.Config["num_transformer_submodules"] = 2;
        Assert.Contains("num_transformer_submodules is 2; only 1", Refusal(prompt.Write()), StringComparison.Ordinal);
        prompt.Config["task_type"] = "SEQ_2_SEQ_LM";
        prompt.Config.Remove("num_transformer_submodules");
        Assert.Contains(
            "a second prompt before the decoder's input cannot be read",
            Assert.Throws<ExperimentUsageException>(() => PeftAdapter.Read(prompt.Write(), SavedArms.T5)).Message,
            StringComparison.Ordinal);

        using var prefix = new PeftFolder(PrefixConfig);
        prefix.Add("prompt_embeddings", 0, 3, 24);
        prefix.Config["token_dim"] = 6;
        prefix.Config["num_attention_heads"] = 2;
        Assert.Contains("token_dim is 6; keys and values", Refusal(prefix.Write()), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_adapters_are_refused()
    {
        using var folder = Lora();
        string location = folder.Write(), file = folder["adapter_model.safetensors"];
        byte[] whole = File.ReadAllBytes(file);
        foreach (int length in (int[])[0, 5, 300, whole.Length - 1])
        {
            File.WriteAllBytes(file, whole[..length]);
            Assert.StartsWith(file + ": Not a safetensors file", Refusal(location), StringComparison.Ordinal);
        }

        File.Delete(file);
        Assert.Contains("there is no such file", Refusal(location), StringComparison.Ordinal);
        File.WriteAllBytes(folder["adapter_model.bin"], [0x80]);
        Assert.Contains("a pickle, which is not read", Refusal(location), StringComparison.Ordinal);
        File.WriteAllText(folder["adapter_config.json"], "{");
        Assert.Contains("adapter_config.json: not readable as JSON", Refusal(location), StringComparison.Ordinal);
        File.Delete(folder["adapter_config.json"]);
        Assert.Contains("it has neither adapter_config.json nor dslexperiments.json", Refusal(location), StringComparison.Ordinal);
        File.WriteAllText(folder["dslexperiments.json"], """{"format":"dslexperiments-adapter-1","arm":"x","method":{"kind":"magic"}}""");
        Assert.Contains("adapters of this method cannot be read", Refusal(location), StringComparison.Ordinal);
        File.WriteAllText(folder["dslexperiments.json"], """{"format":"other"}""");
        Assert.Contains("format is \"other\"", Refusal(location), StringComparison.Ordinal);
        Assert.Contains("there is no such folder", Refusal(folder["nowhere"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adapter_config.json")]
    [InlineData("adapter_model.safetensors")]
    [InlineData("dslexperiments.json")]
    public void Changed_bytes_never_do_worse_than_being_refused(string file)
    {
        using var folder = new TemporaryFolder();
        SavedArms.Write(folder.Location, SavedArms.Of(new LoraOptions { Rank = 2, Alpha = 3 }, SavedArms.Gpt2));
        byte[] whole = File.ReadAllBytes(folder[file]);
        var random = new Random(5);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 700))] = (byte)random.Next(256);
            }

            File.WriteAllBytes(folder[file], bytes);
            try
            {
                SavedAdapter.Read(folder.Location, SavedArms.Gpt2).Dispose();
            }
            catch (ExperimentUsageException)
            {
                // Refused in words.
            }
        }
    }

    private static PeftFolder Lora()
    {
        var folder = new PeftFolder(LoraConfig);
        foreach (int layer in (int[])[0, 1])
        {
            foreach (var (module, outputs) in ((string, long)[])[("q_proj", 8), ("v_proj", 4)])
            {
                folder.Add($"base_model.model.model.layers.{layer}.self_attn.{module}.lora_A.weight", 1, 2, 6);
                folder.Add($"base_model.model.model.layers.{layer}.self_attn.{module}.lora_B.weight", 2, outputs, 2);
            }
        }

        return folder;
    }

    private static string Refusal(string folder) =>
        Assert.Throws<ExperimentUsageException>(() => SavedAdapter.Read(folder, SavedArms.Llama)).Message;

    /// <summary>Groups of weights taken apart, and alpha as a number.</summary>
    private static MethodOptions Plain(MethodOptions method, TransformerOptions backbone) => method switch
    {
        LoraOptions lora => lora with { On = Projections.Expand(lora.On, backbone), Alpha = lora.Alpha == 0 ? lora.Rank : lora.Alpha },
        PromptLoraOptions both => both with { Lora = (LoraOptions)Plain(both.Lora, backbone) },
        PrefixLoraOptions both => both with { Lora = (LoraOptions)Plain(both.Lora, backbone) },
        _ => method,
    };

    private static void AssertSame(IReadOnlyList<AdapterArray> expected, SavedAdapter actual)
    {
        Assert.Equal(expected.Select(static array => array.Name).Order(), actual.Tensors.Keys.Order());
        foreach (var array in expected)
        {
            Assert.Equal(array.Shape, actual.Tensors[array.Name].shape);
            Assert.Equal(array.Values, actual.Tensors[array.Name].to(float64).contiguous().data<double>().ToArray());
        }
    }
}
