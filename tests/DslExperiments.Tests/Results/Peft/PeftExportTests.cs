using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Results.Peft;

/// <summary>What we write is what PEFT would: names, shapes, settings, and files of the same length.</summary>
public sealed class PeftExportTests : IDisposable
{
    /// <summary>The shape of Llama-3.2-3B, with which PEFT's published adapters were trained.</summary>
    private static readonly LlamaOptions Llama3B = new()
    {
        Depth = 28, Width = 3072, Heads = 24, KeyValueHeads = 8, Mlp = new SwiGlu { Hidden = 8192 }, Vocabulary = 128_256, Context = 131_072, Tied = true,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(200, 2_457_728)]
    [InlineData(20, 245_880)]
    public void A_prompt_has_the_length_of_a_published_one(int length, long bytes)
    {
        SavedArms.Write(_folder.Location, SavedArms.Of(new PromptOptions { Length = length }, Llama3B));
        Assert.Equal(bytes, new FileInfo(_folder["adapter_model.safetensors"]).Length);
    }

    [Fact]
    public void A_prefix_has_the_length_of_a_published_one()
    {
        SavedArms.Write(_folder.Location, SavedArms.Of(new PrefixOptions { Length = 200 }, Llama3B));
        Assert.Equal(45_875_328, new FileInfo(_folder["adapter_model.safetensors"]).Length);
        Assert.Equal(
            """
            {
              "base_model_name_or_path": null,
              "encoder_hidden_size": 1024,
              "inference_mode": true,
              "num_attention_heads": 8,
              "num_layers": 28,
              "num_transformer_submodules": 1,
              "num_virtual_tokens": 200,
              "peft_type": "PREFIX_TUNING",
              "prefix_projection": false,
              "task_type": "CAUSAL_LM",
              "token_dim": 1024
            }

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_folder["adapter_config.json"]));
    }

    [Fact]
    public void A_prefix_lies_key_and_value_after_another_by_layer()
    {
        var arm = SavedArms.Of(new PrefixOptions { Length = 3 }, SavedArms.Llama);
        var saved = SavedArms.Write(_folder.Location, arm).Tensors["prompt_embeddings"];
        Assert.Equal([3L, 2 * 2 * 4], saved.Shape.AsEnumerable());
        float[] values = saved.ToArray<float>();
        for (int part = 0; part < 4; part++)
        {
            var own = arm.Adapter.Single(array => array.Name == $"layers.{part / 2}.prefix.{(part % 2 == 0 ? "key" : "value")}");
            for (int index = 0; index < 12; index++)
            {
                Assert.Equal(own.Values[index], values[(index / 4 * 16) + (part * 4) + (index % 4)]);
            }
        }
    }

    [Fact]
    public void A_prompt_of_a_T5_is_one_of_its_encoder()
    {
        var saved = SavedArms.Write(_folder.Location, SavedArms.Of(new PromptOptions { Length = 3 }, SavedArms.T5 with { Weights = "models/t5" }));
        Assert.Equal([3L, 6], saved.Tensors["prompt_embeddings"].Shape.AsEnumerable());
        Assert.Equal(
            """
            {
              "base_model_name_or_path": "models/t5",
              "inference_mode": true,
              "num_attention_heads": 2,
              "num_layers": 2,
              "num_transformer_submodules": 1,
              "num_virtual_tokens": 3,
              "peft_type": "PROMPT_TUNING",
              "prompt_tuning_init": "RANDOM",
              "task_type": "SEQ_2_SEQ_LM",
              "token_dim": 6
            }

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_folder["adapter_config.json"]));
    }

    [Fact]
    public void LoRA_of_a_llama_has_PEFTs_names_and_settings()
    {
        var lora = new LoraOptions { Rank = 2, Alpha = 16, RankStabilized = true, On = [Projection.Attention, Projection.MlpGate] };
        var arm = SavedArms.Of(lora, SavedArms.Llama);
        var saved = SavedArms.Write(_folder.Location, arm);
        Assert.Equal(new Dictionary<string, string> { ["format"] = "pt" }, saved.Metadata);
        Assert.Equal(
            from layer in (int[])[0, 1]
            from module in (string[])["mlp.gate_proj", "self_attn.k_proj", "self_attn.o_proj", "self_attn.q_proj", "self_attn.v_proj"]
            from factor in (string[])["A", "B"]
            select $"base_model.model.model.layers.{layer}.{module}.lora_{factor}.weight",
            saved.Tensors.Keys);
        var down = saved.Tensors["base_model.model.model.layers.1.self_attn.k_proj.lora_A.weight"];
        var up = saved.Tensors["base_model.model.model.layers.1.self_attn.o_proj.lora_B.weight"];
        Assert.Equal([2L, 6], down.Shape.AsEnumerable());
        Assert.Equal([6L, 2], up.Shape.AsEnumerable());
        Assert.Equal([4L, 2], saved.Tensors["base_model.model.model.layers.1.self_attn.k_proj.lora_B.weight"].Shape.AsEnumerable());
        Assert.Equal([2L, 8], saved.Tensors["base_model.model.model.layers.0.self_attn.o_proj.lora_A.weight"].Shape.AsEnumerable());
        Assert.Equal(ValuesOf(arm, "layers.1.k.lora_A"), down.ToArray<float>());
        Assert.Equal(ValuesOf(arm, "layers.1.o.lora_B"), up.ToArray<float>());
        Assert.Equal(
            """
            {
              "alpha_pattern": {},
              "base_model_name_or_path": null,
              "bias": "none",
              "fan_in_fan_out": false,
              "inference_mode": true,
              "init_lora_weights": true,
              "layers_pattern": null,
              "layers_to_transform": null,
              "lora_alpha": 16,
              "lora_dropout": 0,
              "modules_to_save": null,
              "peft_type": "LORA",
              "r": 2,
              "rank_pattern": {},
              "target_modules": [
                "gate_proj",
                "k_proj",
                "o_proj",
                "q_proj",
                "v_proj"
              ],
              "task_type": "CAUSAL_LM",
              "use_dora": false,
              "use_rslora": true
            }

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_folder["adapter_config.json"]));
    }

    [Theory]
    [InlineData("t5", new[] { Projection.Q, Projection.V }, "SelfAttention.q SelfAttention.v")]
    [InlineData("t5", new[] { Projection.Q, Projection.CrossQ, Projection.CrossK }, "EncDecAttention.k q")]
    [InlineData("t5", new[] { Projection.All }, "k o q v wi_0 wi_1 wo")]
    [InlineData("gpt2", new[] { Projection.O }, "attn.c_proj")]
    [InlineData("gpt2", new[] { Projection.MlpOut, Projection.V }, "c_attn mlp.c_proj")]
    [InlineData("gpt2", new[] { Projection.All }, "c_attn c_fc c_proj")]
    [InlineData("llama", new[] { Projection.Mlp }, "down_proj gate_proj up_proj")]
    [InlineData("own", new[] { Projection.Q, Projection.MlpIn }, "mlp_in q")]
    public void Targets_find_the_adapted_modules_and_no_others(string family, Projection[] on, string expected)
    {
        var backbone = SavedArms.ByName(family);
        SavedArms.Write(_folder.Location, SavedArms.Of(new LoraOptions { On = on }, backbone));
        using var config = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(_folder["adapter_config.json"]));
        Assert.Equal(expected, string.Join(' ', config.RootElement.GetProperty("target_modules").EnumerateArray()));
    }

    [Fact]
    public void LoRA_of_a_GPT2_is_one_of_blocks_with_the_same_product()
    {
        var lora = new LoraOptions { Rank = 2, Alpha = 4, On = [Projection.Q, Projection.V, Projection.MlpOut] };
        var arm = SavedArms.Of(lora, SavedArms.Gpt2);
        var saved = SavedArms.Write(_folder.Location, arm);
        using var config = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(_folder["adapter_config.json"]));
        var keys = config.RootElement;
        Assert.Equal((4, 8, true), (keys.GetProperty("r").GetInt32(), keys.GetProperty("lora_alpha").GetInt32(), keys.GetProperty("fan_in_fan_out").GetBoolean()));
        foreach (int layer in (int[])[0, 1])
        {
            var fused = Product(saved, $"base_model.model.transformer.h.{layer}.attn.c_attn", 18, 4, 6);
            var q = Product(arm, layer, "q", 6, 6);
            var v = Product(arm, layer, "v", 6, 6);
            for (int output = 0; output < 18; output++)
            {
                for (int input = 0; input < 6; input++)
                {
                    double expected = output < 6 ? q[output, input] : output < 12 ? 0 : v[output - 12, input];
                    Assert.Equal(expected, fused[output, input], 1e-12);
                }
            }

            Assert.Equal(Product(arm, layer, "mlp_out", 6, 5), Product(saved, $"base_model.model.transformer.h.{layer}.mlp.c_proj", 6, 4, 5));
        }
    }

    [Theory]
    [InlineData("t5", false)]
    [InlineData("llama", true)]
    public void What_PEFT_does_not_have_gets_no_settings_of_PEFT(string family, bool atTheInput)
    {
        var prefix = new PrefixOptions { Length = 2, Form = atTheInput ? PrefixForm.BlockInput : PrefixForm.KeyValue };
        var saved = SavedArms.Write(_folder.Location, SavedArms.Of(prefix, SavedArms.ByName(family)));
        Assert.Contains(atTheInput ? "layers.1.prefix.rows" : "layers.2.prefix.key", saved.Tensors.Keys);
        Assert.Equal(["adapter_model.safetensors", "dslexperiments.json"], Directory.EnumerateFiles(_folder.Location).Select(Path.GetFileName).Order());
    }

    private static float[] ValuesOf(ArmOutcome arm, string name) =>
        Array.ConvertAll(arm.Adapter.Single(array => array.Name == name).Values, static value => (float)value);

    /// <summary>B A of a module in PEFT's file, [out, in].</summary>
    private static double[,] Product(DslExperiments.Results.SafetensorsFile file, string module, int outputs, int rank, int inputs) =>
        Product(file.Tensors[module + ".lora_B.weight"].ToArray<float>(), file.Tensors[module + ".lora_A.weight"].ToArray<float>(), outputs, rank, inputs);

    /// <summary>B A of one of our updates, of rank 2.</summary>
    private static double[,] Product(ArmOutcome arm, int layer, string name, int outputs, int inputs) =>
        Product(ValuesOf(arm, $"layers.{layer}.{name}.lora_B"), ValuesOf(arm, $"layers.{layer}.{name}.lora_A"), outputs, 2, inputs);

    private static double[,] Product(float[] up, float[] down, int outputs, int rank, int inputs)
    {
        double[,] product = new double[outputs, inputs];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                for (int r = 0; r < rank; r++)
                {
                    product[output, input] += (double)up[(output * rank) + r] * down[(r * inputs) + input];
                }
            }
        }

        return product;
    }
}
