using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Training;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Methods that train together; ForwardEqualsReferenceTests compares them with the plain definition.</summary>
public class HybridTests
{
    private static readonly TransformerOptions Deep = Harness.SingleLayer with { Depth = 2, Causal = true, Norm = Norm.Pre };

    [Fact]
    public void Parts_have_the_names_and_the_starts_that_they_have_alone()
    {
        using var scope = NewDisposeScope();
        int[] seeds = [3, 8];
        var backbone = new Transformer(Deep, seeds, CPU);
        PromptLoraOptions[] options =
        [
            new() { Prompt = new() { Length = 2, NormCap = 1 }, Lora = new() { Rank = 3 } }, new() { Prompt = new() { Length = 4 }, Lora = new() { Rank = 1 } },
        ];
        var both = new PromptLora(options, backbone, seeds);
        Assert.Equal(
            ["prompt", "layers.0.q.lora_A", "layers.0.q.lora_B", "layers.0.v.lora_A", "layers.0.v.lora_B", "layers.1.q.lora_A", "layers.1.q.lora_B", "layers.1.v.lora_A", "layers.1.v.lora_B"],
            both.Tensors.Select(tensor => tensor.Name));
        AssertSameStarts(both, new SoftPrompt([.. options.Select(o => o.Prompt)], backbone, seeds), new Lora([.. options.Select(o => o.Lora)], backbone, seeds));
        Assert.Equal([(20 + 240), 40 + 80], Enumerable.Range(0, 2).Select(both.ParametersOf));
        Assert.All(options.Zip([0, 1]), pair => Assert.Equal(TrainableParameters.Count(pair.First, Deep), both.ParametersOf(pair.Second)));

        PrefixLoraOptions[] prefixes = [.. options.Select(o => new PrefixLoraOptions { Prefix = new() { Length = o.Prompt.Length, KeyCap = 2 }, Lora = o.Lora })];
        var second = new PrefixLora(prefixes, backbone, seeds);
        AssertSameStarts(second, new Prefix([.. prefixes.Select(o => o.Prefix)], backbone, seeds), new Lora([.. prefixes.Select(o => o.Lora)], backbone, seeds));
        Assert.True(second.HasVirtualTokens);
        Assert.Equal(TrainableParameters.Count(prefixes[0], Deep), second.ParametersOf(0));
    }

    [Fact]
    public void Untrained_updates_leave_the_part_with_virtual_tokens_alone()
    {
        using var scope = NewDisposeScope();
        int[] seeds = [3, 8];
        var backbone = new Transformer(Deep, seeds, CPU);
        var content = new Content(backbone.Groups.Stack(seed => new Normal(1).Draw([3, 4, 10], (ulong)seed)), [1, 3]);
        LoraOptions lora = new() { Rank = 2, On = [Projection.All] };
        PromptOptions[] prompts = [new() { Length = 2 }, new() { Length = 5 }];
        PrefixOptions[] prefixes = [new() { Length = 2 }, new() { Length = 5 }];
        AssertClose(
            backbone.Forward(content, new SoftPrompt(prompts, backbone, seeds), Batch.All),
            backbone.Forward(content, new PromptLora([.. prompts.Select(p => new PromptLoraOptions { Prompt = p, Lora = lora })], backbone, seeds), Batch.All));
        AssertClose(
            backbone.Forward(content, new Prefix(prefixes, backbone, seeds), Batch.All),
            backbone.Forward(content, new PrefixLora([.. prefixes.Select(p => new PrefixLoraOptions { Prefix = p, Lora = lora })], backbone, seeds), Batch.All));
    }

    [Fact]
    public void Without_virtual_tokens_that_count_the_update_is_that_of_lora()
    {
        // A prefix of zero values whose keys score −30 against everything has no mass beside the content.
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Deep with { Norm = Norm.None, Positions = Positions.None, Depth = 1 }, [3], CPU);
        var content = new Content(new Normal(0.1).Draw([1, 3, 4, 10], 5), [3]);
        var both = new PrefixLora([new() { Prefix = new() { Length = 1, Init = new Zeros() }, Lora = new() { Rank = 2, On = [Projection.Mlp] } }], backbone, [3]);
        var lora = new Lora([new() { Rank = 2, On = [Projection.Mlp] }], backbone, [3]);
        using var frozen = no_grad();
        foreach (var tensor in lora.Tensors)
        {
            var values = new Normal(0.3).Draw([.. tensor.Values.shape], 7);
            tensor.Values.copy_(values);
            both.Tensors.Single(other => other.Name == tensor.Name).Values.copy_(values);
        }

        var queries = content.Tokens[0][0][3].matmul(backbone.Layers[0][Projection.Q].Matrix[0].t());
        both.Tensors[0].Values[0][0].copy_(queries * (-40 / queries.square().sum()));
        var one = backbone.Forward(content, both, Batch.All)[0][0];
        AssertClose(one, backbone.Forward(content, lora, Batch.All)[0][0]);
    }

    [Fact]
    public void Both_parts_move_in_training_and_the_backbone_does_not()
    {
        var outcome = Harness.TrainTogether(
            [.. Enumerable.Range(0, 2).Select(arm => Harness.Design(
                new PromptLoraOptions { Prompt = new() { Length = 1 + arm, NormCap = 0.5 }, Lora = new() { Rank = 1 } }, arm, Deep,
                training: new TrainingOptions { Steps = 5, LearningRate = 0.1 }, number: arm))]);
        Assert.All(outcome.Arms, arm =>
        {
            Assert.True(arm.Curve[^1].Loss < arm.Curve[0].Loss);
            Assert.All(arm.Adapter.Single(array => array.Name == "prompt").Values.Chunk(10), row => Assert.InRange(Math.Sqrt(row.Sum(x => x * x)), 0, 0.5 + 1e-12));
            Assert.All(arm.Adapter.Where(array => array.Name.EndsWith("lora_B", StringComparison.Ordinal)), array => Assert.Contains(array.Values, value => value != 0));
        });
    }

    [Fact]
    public void Dropout_wants_prompts_of_one_length()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Deep, [3, 8], CPU);
        PromptLoraOptions[] options = [new() { Prompt = new() { Length = 2 }, Lora = new() { Dropout = 0.5 } }, new() { Prompt = new() { Length = 3 } }];
        Assert.Throws<ArgumentException>(() => new PromptLora(options, backbone, [3, 8]));
        Assert.Equal(2, new PromptLora([options[0], options[0]], backbone, [3, 8]).Arms);
    }

    private static void AssertSameStarts(Adapter both, params Adapter[] parts)
    {
        for (int arm = 0; arm < both.Arms; arm++)
        {
            var exported = both.Export(arm);
            Assert.Equal(parts.Sum(part => part.Tensors.Count), exported.Count);
            Assert.All(parts.SelectMany(part => part.Export(arm)), pair => Assert.True((pair.Value == exported[pair.Key]).all().item<bool>()));
        }
    }

    private static void AssertClose(Tensor first, Tensor second) => Assert.InRange((first - second).abs().max().item<double>(), 0, 1e-12);
}
