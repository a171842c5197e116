using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;

namespace DslExperiments.Tests.Hosting;

/// <summary>What <c>show</c> says of adapters and settings.</summary>
public sealed class AdapterShapeTests
{
    private static readonly LlamaOptions Backbone = new() { Depth = 3, Width = 8, Heads = 4, KeyValueHeads = 2, Vocabulary = 9, Context = 16 };

    public static TheoryData<string, MethodOptions, long> Shapes => new()
    {
        { "prompt [5, 8]", new PromptOptions { Length = 5 }, 5 * 8 },
        { "keys, values [5, 4] in 3 layers", new PrefixOptions { Length = 5 }, 2 * 3 * 5 * 4 },
        { "keys, values [5, 4] in 1 layer", new PrefixOptions { Length = 5, Layers = [1] }, 2 * 5 * 4 },
        { "rows [5, 8] in 3 layers", new PrefixOptions { Length = 5, Form = PrefixForm.BlockInput }, 3 * 5 * 8 },
        {
            "keys, values [5, 4] in 3 layers, made by an MLP of 6 from [5, 8]", new PrefixOptions { Length = 5, Reparametrization = 6 },
            (5 * 8) + (6 * (8 + 1)) + (2 * 3 * 4 * (6 + 1))
        },
        { "W_p [8, 5], W_down [8, 2], W_up [2, 8], in 3 layers", new IaptOptions { Length = 5, Bottleneck = 2 }, 3 * ((8 * 5) + (2 * 8 * 2) + 12) },
        { "W_p [8, 5], W_down [8, 2], W_up [2, 8], shared by 3 layers", new IaptOptions { Length = 5, Bottleneck = 2, Shared = true }, (8 * 5) + (2 * 8 * 2) + (3 * 12) },
        { "A [2, in], B [out, 2] on [q]", new LoraOptions { Rank = 2, On = [Projection.Q] }, 3 * 2 * (8 + 8) },
        {
            "prompt [5, 8]; A [2, in], B [out, 2] on [q]",
            new PromptLoraOptions { Prompt = new() { Length = 5 }, Lora = new() { Rank = 2, On = [Projection.Q] } }, (5 * 8) + (3 * 2 * (8 + 8))
        },
        {
            "keys, values [5, 4] in 3 layers; A [2, in], B [out, 2] on [q]",
            new PrefixLoraOptions { Prefix = new() { Length = 5 }, Lora = new() { Rank = 2, On = [Projection.Q] } }, (2 * 3 * 5 * 4) + (3 * 2 * (8 + 8))
        },
        { "1 token of the vocabulary", new HardPromptOptions { Length = 1 }, 1 },
        { "tokens of the vocabulary", new HardPromptOptions { Text = "it is" }, 0 },
        { "", new FrozenOptions(), 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_has_as_many_numbers_as_are_trained(string shape, MethodOptions method, long numbers)
    {
        Assert.Equal(shape, AdapterShape.Of(method, Backbone));
        Assert.Equal(numbers, TrainableParameters.Count(method, Backbone));
    }

    [Fact]
    public void Files_that_are_not_there_are_left_out()
    {
        string text = OptionsText.Of(new TextClassificationOptions { Train = "a.tsv" });
        Assert.Contains("train a.tsv", text, StringComparison.Ordinal);
        Assert.DoesNotContain("transfer", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" ,", text, StringComparison.Ordinal);
    }
}
