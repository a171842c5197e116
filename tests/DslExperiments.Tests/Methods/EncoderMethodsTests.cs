using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Methods of this folder on an encoder-decoder.</summary>
public class EncoderMethodsTests
{
    private static readonly T5Options Options = new()
    {
        Depth = 2, DecoderDepth = 2, Width = 8, Heads = 2, Vocabulary = 11, Dtype = Precision.Float64, RelativeBuckets = 8, RelativeDistance = 16,
        Mlp = new GatedGelu { Hidden = 9 }, Init = new BackboneInit { Embedding = new Normal(1) },
    };

    private static readonly int[] Seeds = [3, 8];

    private static readonly int[] Lengths = [6, 3, 5];

    private static readonly long[][] Texts = [[1, 5, 3, 9, 2, 7], [4, 4, 6, 0, 0, 0], [2, 10, 8, 7, 1, 0]];

    public static TheoryData<string> Methods() => ["iapt", "reparametrised prefix", "prefix in one layer", "prompt and lora", "prefix and lora", "dropout", "hard prompt"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Texts_of_different_lengths_are_as_they_are_alone(string method)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new EncoderDecoder(Options, Seeds, CPU);
        var adapter = Shaken(method, backbone);
        var together = Run(backbone, adapter, [0, 1, 2]);
        Assert.True((together - Run(backbone, new Unadapted(backbone), [0, 1, 2])).abs().max().item<double>() > 1e-3);
        for (int text = 0; text < 3; text++)
        {
            var alone = Run(backbone, adapter, [text]);
            Assert.InRange((together.narrow(1, text, 1) - alone).abs().max().item<double>(), 0, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_equal_finite_differences_and_padding_has_none(string method)
    {
        using var scope = NewDisposeScope();
        var backbone = new EncoderDecoder(Options, Seeds, CPU);
        var adapter = Shaken(method, backbone);
        adapter.Step = 4;
        for (int pass = 0; pass < 2; pass++)
        {
            adapter.Gradients.zero_();
            Loss().backward();
        }

        using var frozen = no_grad();
        double[] gradient = adapter.Gradients.data<double>().ToArray(), real = adapter.RealMask().data<double>().ToArray();
        double largest = Math.Max(1, gradient.Max(Math.Abs));
        for (int i = 0; i < gradient.Length; i += 11)
        {
            double slope = (At(i, 1e-5) - At(i, -1e-5)) / 2e-5;
            Assert.True(real[i] == 1 ? Math.Abs(slope - gradient[i]) < 1e-7 * largest : gradient[i] == 0, $"{method} [{i}]: {slope:R} and {gradient[i]:R}");
        }

        Tensor Loss() => Run(backbone, adapter, [0, 1, 2]).tanh().sum();

        double At(int i, double by)
        {
            adapter.Values[i].add_(by);
            double loss = Loss().item<double>();
            adapter.Values[i].sub_(by);
            return loss;
        }
    }

    private static Tensor Run(EncoderDecoder backbone, Adapter adapter, int[] texts)
    {
        int longest = texts.Max(text => Lengths[text]), n = texts.Length;
        var ids = tensor(texts.SelectMany(text => Texts[text][..longest]).ToArray(), [1, n, longest]).expand(2, n, longest);
        var lengths = tensor(texts.Select(text => (long)Lengths[text]).ToArray(), [1, n]).expand(2, n);
        var given = tensor(texts.SelectMany(text => (long[])[0, text + 1, 5]).ToArray(), [1, n, 3]).expand(2, n, 3);
        var reads = tensor(texts.SelectMany(_ => (long[])[0, 2]).ToArray(), [1, n, 2]).expand(2, n, 2);
        return backbone.Forward(backbone.Embed(ids, 0, reads, lengths, given), adapter, Batch.All);
    }

    private static Adapter Shaken(string method, EncoderDecoder backbone)
    {
        Adapter adapter = method switch
        {
            "iapt" => new Iapt([new() { Length = 2, Bottleneck = 3 }, new() { Length = 3, Bottleneck = 3 }], backbone, Seeds),
            "reparametrised prefix" => new Prefix([new() { Length = 2, Reparametrization = 3 }, new() { Length = 3, Reparametrization = 3 }], backbone, Seeds),
            "prefix in one layer" => new Prefix([new() { Length = 2, Layers = [2] }, new() { Length = 3, Layers = [2] }], backbone, Seeds),
            "prompt and lora" => new PromptLora(
                [new() { Prompt = new() { Length = 2 }, Lora = All(1, 0) }, new() { Prompt = new() { Length = 3 }, Lora = All(2, 0) }], backbone, Seeds),
            "prefix and lora" => new PrefixLora(
                [new() { Prefix = new() { Length = 2 }, Lora = All(1, 0) }, new() { Prefix = new() { Length = 3 }, Lora = All(2, 0) }], backbone, Seeds),
            "dropout" => new Lora([All(1, 0.3), All(2, 0.5)], backbone, Seeds),
            _ => new HardPrompt([new() { Length = 2 }, new() { Length = 3 }], backbone, Seeds),
        };
        using var frozen = no_grad();
        using var generator = new Generator(5, CPU);
        adapter.Values.add_(randn(adapter.Values.shape, float64, generator: generator).mul_(0.3).mul_(adapter.RealMask()));
        return adapter;
    }

    private static LoraOptions All(int rank, double dropout) => new() { Rank = rank, On = [Projection.All], Dropout = dropout };
}
