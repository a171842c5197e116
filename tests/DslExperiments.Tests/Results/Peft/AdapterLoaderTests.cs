using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Results;
using DslExperiments.Results.Peft;
using DslExperiments.Tests.Backbones;
using DslExperiments.Tests.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Results.Peft;

/// <summary>Adapters made of saved tensors answer as those that were saved.</summary>
public sealed class AdapterLoaderTests
{
    [SharedTheory]
    [InlineData("soft prompt")]
    [InlineData("prefix")]
    [InlineData("lora")]
    public void An_adapter_of_PEFT_gives_the_logits_of_Hugging_Faces_model(string name)
    {
        using var scope = NewDisposeScope();
        var reference = RealModels.Reference("tiny-gpt2", "adapters-reference.json").GetProperty("cases").EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == name);
        using var folder = FolderOf(reference);
        var backbone = RealModels.Load("tiny-gpt2", 0);
        using var saved = PeftAdapter.Read(folder.Write(), backbone.Options);
        var adapter = AdapterLoader.Load([saved], backbone);
        long[] ids = reference.GetProperty("input_ids")[0].Ids();
        var logits = backbone.Logits(backbone.Embed(tensor(ids).view(1, 1, -1), 0, [.. Enumerable.Range(0, ids.Length)]), adapter, Batch.All);
        Assert.False(logits.requires_grad);
        var expected = reference.GetProperty("logits").Numbers();
        expected = expected.narrow(1, expected.shape[1] - ids.Length, ids.Length);
        Assert.InRange((logits[0].to(float64) - expected).abs().max().item<double>(), 0, 1e-4);
    }

    [Fact]
    public void Several_stand_side_by_side_and_each_answers_as_alone()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var options = SavedArms.Llama with { Dtype = Precision.Float64 };
        foreach (Func<int, MethodOptions> method in (Func<int, MethodOptions>[])
                 [
                     static index => new PromptOptions { Length = index + 1 },
                     static index => new PrefixOptions { Length = index + 1 },
                     static index => new LoraOptions { Rank = index + 1, Alpha = 2 + index, On = [Projection.All] },
                     static index => new PromptLoraOptions { Prompt = new PromptOptions { Length = 2 + index }, Lora = new LoraOptions { Rank = 2, Alpha = 3 } },
                     static index => new PrefixLoraOptions { Prefix = new PrefixOptions { Length = 2 }, Lora = new LoraOptions { Rank = 2 + index, Alpha = 3, On = [Projection.O] } },
                 ])
        {
            var saved = Enumerable.Range(0, 3).Select(index =>
            {
                string place = Path.Combine(folder.Location, Guid.NewGuid().ToString("N"));
                AdapterFolder.Write(place, SavedArms.Of(method(index), options));
                return SavedAdapter.Read(place, options);
            }).ToArray();
            var together = Logits(saved, options);
            for (int arm = 0; arm < saved.Length; arm++)
            {
                var alone = Logits([saved[arm]], options);
                Assert.InRange((together[arm] - alone[0]).abs().max().item<double>(), 0, 1e-12);
            }

            Assert.True((together[0] - together[2]).abs().max().item<double>() > 1e-3);
            Array.ForEach(saved, static adapter => adapter.Dispose());
        }
    }

    public static TheoryData<string> Families => ["llama", "gpt2", "t5", "own"];

    [Theory]
    [MemberData(nameof(Families))]
    public void What_an_adapter_exports_answers_as_the_adapter_does(string family)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var folder = new TemporaryFolder();
        var options = SavedArms.ByName(family) with { Dtype = Precision.Float64, Vocabulary = 9 };
        int[] seeds = [0, 0];
        var backbone = options.DecoderDepth > 0 ? new EncoderDecoder(options, seeds, CPU) : new Transformer(options, seeds, CPU);
        MethodOptions[] methods =
        [
            new PromptOptions { Length = 3 },
            new PrefixOptions { Length = 3 },
            new PrefixOptions { Length = 2, Form = PrefixForm.BlockInput },
            new LoraOptions { Rank = 2, Alpha = 3, On = [Projection.All] },
            new PromptLoraOptions { Prompt = new PromptOptions { Length = 2 }, Lora = new LoraOptions { Rank = 2, Alpha = 2, RankStabilized = true } },
            new PrefixLoraOptions { Prefix = new PrefixOptions { Length = 2 }, Lora = new LoraOptions { On = [Projection.MlpOut] } },
            new FullOptions { On = [Projection.Q, Projection.MlpIn] },
            new FullOptions { On = [Projection.All] },
            new FrozenOptions(),
            new PrefixOptions { Length = 2, Layers = [1] },
            new PrefixOptions { Length = 2, Reparametrization = 3 },
            new IaptOptions { Length = 2, Bottleneck = 3 },
            new IaptOptions { Length = 3, Bottleneck = 2, Shared = true },
        ];
        foreach (var (method, number) in methods.Select(static (method, number) => (method, number)))
        {
            using var inner = NewDisposeScope();
            var adapter = Made(method, backbone, seeds);
            adapter.Values.add_(linspace(0.1, 0.9, adapter.Values.numel(), float64).cos());
            var saved = new SavedAdapter[seeds.Length];
            for (int arm = 0; arm < seeds.Length; arm++)
            {
                string place = folder[$"{number}-{arm}"];
                var arrays = adapter.Export(arm).Select(static pair => new AdapterArray(
                    pair.Key, pair.Value.shape, Precision.Float64, pair.Value.contiguous().data<double>().ToArray()));
                AdapterFolder.Write(place, SavedArms.Of(method, options) with { Adapter = [.. arrays] });
                saved[arm] = SavedAdapter.Read(place, options);
            }

            var loaded = AdapterLoader.Load(saved, backbone);
            Assert.Equal(0, (Logits(backbone, adapter) - Logits(backbone, loaded)).abs().max().item<double>());
            Assert.All(loaded.Tensors, static tensor => Assert.False(tensor.Leaf.requires_grad));
            Array.ForEach(saved, static adapter => adapter.Dispose());
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(SavedArms.Llama, [0, 0], CPU);
        using var prompt = new SavedAdapter(new PromptOptions { Length = 2 }, new Dictionary<string, Tensor> { ["prompt"] = zeros(2, 6) });
        using var wide = new SavedAdapter(new PromptOptions { Length = 2 }, new Dictionary<string, Tensor> { ["prompt"] = zeros(2, 7) });
        using var empty = new SavedAdapter(new PromptOptions { Length = 2 }, new Dictionary<string, Tensor>());
        using var more = new SavedAdapter(new PromptOptions { Length = 2 }, new Dictionary<string, Tensor> { ["prompt"] = zeros(2, 6), ["x"] = zeros(1) });
        using var lora = new SavedAdapter(new LoraOptions(), new Dictionary<string, Tensor>());
        Assert.Contains("of prompt, lora", Refusal(prompt, lora), StringComparison.Ordinal);
        Assert.Contains("'prompt' is [2, 7]; the backbone needs [2, 6]", Refusal(prompt, wide), StringComparison.Ordinal);
        Assert.Contains("has no tensor 'prompt'", Refusal(prompt, empty), StringComparison.Ordinal);
        Assert.Contains("has a tensor 'x'", Refusal(more, prompt), StringComparison.Ordinal);

        string Refusal(params SavedAdapter[] saved) => Assert.Throws<ExperimentUsageException>(() => AdapterLoader.Load(saved, backbone)).Message;
    }

    private static Adapter Made(MethodOptions method, Transformer backbone, int[] seeds) => method switch
    {
        PromptOptions prompt => new SoftPrompt([prompt, prompt], backbone, seeds),
        PrefixOptions prefix => new Prefix([prefix, prefix], backbone, seeds),
        LoraOptions lora => new Lora([lora, lora], backbone, seeds),
        PromptLoraOptions both => new PromptLora([both, both], backbone, seeds),
        PrefixLoraOptions both => new PrefixLora([both, both], backbone, seeds),
        IaptOptions iapt => new Iapt([iapt, iapt], backbone, seeds),
        FullOptions full => new FullTuning([full, full], backbone, seeds),
        _ => new Frozen([new FrozenOptions(), new FrozenOptions()], backbone, seeds),
    };

    private static Tensor Logits(Transformer backbone, Adapter adapter)
    {
        var ids = arange(10, int64).remainder(9).view(1, 2, 5);
        var content = backbone.Options.DecoderDepth > 0
            ? backbone.Embed(ids, 0, tensor((long[])[0, 2, 1, 2], [1, 2, 2]), null, ids.narrow(2, 0, 3))
            : backbone.Embed(ids, 0, [1, 4]);
        return backbone.Logits(content, adapter, Batch.All);
    }

    private static Tensor Logits(IReadOnlyList<SavedAdapter> saved, TransformerOptions options)
    {
        var backbone = new Transformer(options, new int[saved.Count], CPU);
        using var frozen = no_grad();
        var ids = arange(10, int64).remainder(9).view(1, 2, 5);
        return backbone.Logits(backbone.Embed(ids, 0, [1, 4]), AdapterLoader.Load(saved, backbone), Batch.All);
    }

    private static PeftFolder FolderOf(JsonElement reference)
    {
        switch (reference.GetProperty("name").GetString())
        {
            case "soft prompt":
                var prompt = new PeftFolder("""{"peft_type":"PROMPT_TUNING","task_type":"CAUSAL_LM","num_virtual_tokens":5,"token_dim":32}""");
                prompt.Add("prompt_embeddings", Floats(reference.GetProperty("prompt").Numbers()), 5, 32);
                return prompt;
            case "prefix":
                var prefix = new PeftFolder("""{"peft_type":"PREFIX_TUNING","task_type":"CAUSAL_LM","num_virtual_tokens":3,"token_dim":32,"num_attention_heads":2,"num_layers":2}""");

                // [layer, key or value, head, position, number] to [position, layer, key or value, head, number].
                prefix.Add("prompt_embeddings", Floats(reference.GetProperty("prefix").Numbers().permute(3, 0, 1, 2, 4)), 3, 128);
                return prefix;
            default:
                var lora = new PeftFolder("""{"peft_type":"LORA","task_type":"CAUSAL_LM","r":4,"lora_alpha":8,"target_modules":["c_attn"],"fan_in_fan_out":true}""");
                foreach (int layer in (int[])[0, 1])
                {
                    lora.Add($"base_model.model.transformer.h.{layer}.attn.c_attn.lora_A.weight", Floats(reference.GetProperty("A").Numbers()[layer]), 4, 32);
                    lora.Add($"base_model.model.transformer.h.{layer}.attn.c_attn.lora_B.weight", Floats(reference.GetProperty("B").Numbers()[layer]), 96, 4);
                }

                return lora;
        }
    }

    private static float[] Floats(Tensor numbers) => numbers.to(float32).contiguous().data<float>().ToArray();
}
