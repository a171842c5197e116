using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>Encoder and decoder: what must not matter does not, and gradients are those of finite differences.</summary>
public class EncoderDecoderTests
{
    private const int Vocabulary = 11;

    private static readonly T5Options Small = new()
    {
        Depth = 2,
        DecoderDepth = 2,
        Width = 6,
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 4,
        Mlp = new GatedGelu { Hidden = 7 },
        Vocabulary = Vocabulary,
        RelativeBuckets = 8,
        RelativeDistance = 6,
        Dtype = Precision.Float64,
        Init = new BackboneInit { Embedding = new Normal(1) },
    };

    public static TheoryData<string> Methods() => ["prompt", "prefix rows", "prefix", "lora", "full", "frozen"];

    public static TheoryData<string, VirtualPositions> MethodsAndPositions()
    {
        var data = new TheoryData<string, VirtualPositions>();
        foreach (string method in (string[])["prompt", "prefix rows", "prefix"])
        {
            data.Add(method, VirtualPositions.Counted);
            data.Add(method, VirtualPositions.None);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void What_stands_behind_a_text_changes_nothing(string method)
    {
        using var scope = NewDisposeScope();
        var backbone = new EncoderDecoder(Small, [3, 3, 7, 7], CPU);
        var adapter = Adapt(method, backbone, [3, 3, 7, 7], [2, 3, 1, 2]);
        var ids = Ids(1, 2, 3, 5);
        var lengths = tensor((long[])[5, 3, 2, 4, 1, 5], [2, 3], int64);
        var decoder = Ids(2, 2, 3, 4);
        var reads = Ids(3, 2, 3, 2).remainder(4);
        var padded = Logits(backbone, adapter, ids, reads, lengths, decoder);
        var other = ids.clone();
        for (int g = 0; g < 2; g++)
        {
            for (int n = 0; n < 3; n++)
            {
                int length = (int)lengths[g, n].item<long>();
                other[g, n].narrow(0, length, 5 - length).fill_(0);
            }
        }

        AssertClose(padded, Logits(backbone, adapter, cat([other, zeros([2, 3, 2], int64)], 2), reads, lengths, decoder), 1e-12);

        // Each text alone, cut at its end.
        for (int g = 0; g < 2; g++)
        {
            for (int n = 0; n < 3; n++)
            {
                int length = (int)lengths[g, n].item<long>();
                var alone = Logits(
                    backbone, adapter, ids.narrow(1, n, 1).narrow(2, 0, length), reads.narrow(1, n, 1), null, decoder.narrow(1, n, 1));
                AssertClose(padded.narrow(0, 2 * g, 2).narrow(1, n, 1), alone.narrow(0, 2 * g, 2), 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(MethodsAndPositions))]
    public void Arms_of_other_lengths_beside_an_arm_change_nothing(string method, VirtualPositions positions)
    {
        using var scope = NewDisposeScope();
        var options = Small with { VirtualPositions = positions };
        int[] lengths = [2, 5, 1];
        var backbone = new EncoderDecoder(options, [3, 3, 3], CPU);
        var together = Adapt(method, backbone, [4, 5, 6], lengths);
        var (ids, reads, decoder) = (Ids(1, 1, 2, 7), Ids(3, 1, 2, 2).remainder(4), Ids(2, 1, 2, 4));
        var stacked = Gradient(together, () => Logits(backbone, together, ids, reads, null, decoder));
        for (int arm = 0; arm < 3; arm++)
        {
            var single = new EncoderDecoder(options, [3], CPU);
            var alone = Adapt(method, single, [4 + arm], [lengths[arm]]);
            var own = Gradient(alone, () => Logits(single, alone, ids, reads, null, decoder));
            AssertClose(stacked.Logits.narrow(0, arm, 1), own.Logits, 1e-12);
            foreach (var (many, one) in together.Tensors.Zip(alone.Tensors))
            {
                AssertClose(one.Gradients[0], many.Unpadded(many.Gradients, arm), 1e-12);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_batch_and_weights_of_all_seeds_give_the_same(string method)
    {
        using var scope = NewDisposeScope();
        int[] seeds = [3, 3, 7, 7];
        var backbone = new EncoderDecoder(Small, seeds, CPU);
        var adapter = Adapt(method, backbone, seeds, [2, 2, 2, 2]);
        var (ids, reads, decoder) = (Ids(1, 2, 3, 5), Ids(3, 2, 3, 2).remainder(4), Ids(2, 2, 3, 4));
        var lengths = tensor((long[])[5, 3, 2, 4, 1, 5], [2, 3], int64);
        var content = backbone.Embed(ids, 0, reads, lengths, decoder);
        var all = backbone.Logits(content, adapter, Batch.All);
        AssertClose(all, backbone.Logits(content, adapter, Batch.All), 0);
        AssertClose(
            all.index_select(1, tensor((long[])[2, 0])), backbone.Logits(content, adapter, Batch.Of(tensor((long[])[2, 0, 5, 3]), 2)), 1e-12);

        // One copy of the weights for both seeds, against a copy for each.
        var weights = new FullTuning([new FullOptions()], new EncoderDecoder(Small, [3], CPU), [3]).Export(0);
        var one = new EncoderDecoder(Small, seeds, CPU, new BackboneWeights(_ => weights) { AreShared = true });
        var many = new EncoderDecoder(Small, seeds, CPU, new BackboneWeights(_ => weights));
        AssertClose(
            Logits(many, Adapt(method, many, seeds, [2, 2, 2, 2]), ids, reads, lengths, decoder),
            Logits(one, Adapt(method, one, seeds, [2, 2, 2, 2]), ids, reads, lengths, decoder),
            1e-12);
        Assert.True(backbone.IsUnchanged());
    }

    [Fact]
    public void An_untrained_update_is_the_frozen_backbone()
    {
        using var scope = NewDisposeScope();
        var backbone = new EncoderDecoder(Small, [3, 7], CPU);
        var (ids, reads, decoder) = (Ids(1, 2, 3, 5), Ids(3, 2, 3, 2).remainder(4), Ids(2, 2, 3, 4));
        var frozen = Logits(backbone, new Unadapted(backbone), ids, reads, null, decoder);
        foreach (var on in (Projection[][])[[Projection.All], [Projection.Cross], [Projection.Q, Projection.V]])
        {
            var lora = new Lora([.. Enumerable.Repeat(new LoraOptions { Rank = 2, On = on }, 2)], backbone, [3, 7]);
            AssertClose(frozen, Logits(backbone, lora, ids, reads, null, decoder), 1e-12);
        }

        var full = new FullTuning([new FullOptions(), new FullOptions()], backbone, [3, 7]);
        AssertClose(frozen, Logits(backbone, full, ids, reads, null, decoder), 1e-12);
        Assert.Equal(TrainableParameters.Count(new FullOptions(), Small), full.ParametersOf(0));
    }

    [Fact]
    public void The_decoder_sees_no_later_token()
    {
        using var scope = NewDisposeScope();
        var backbone = new EncoderDecoder(Small, [3], CPU);
        var adapter = Adapt("prefix", backbone, [3], [2]);
        var (ids, decoder) = (Ids(1, 1, 1, 5), Ids(2, 1, 1, 4));
        var reads = tensor((long[])[0, 1], [1, 1, 2], int64);
        var changed = decoder.clone();
        changed.narrow(2, 2, 2).add_(1).remainder_(Vocabulary);
        AssertClose(Logits(backbone, adapter, ids, reads, null, decoder), Logits(backbone, adapter, ids, reads, null, changed), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_equal_finite_differences(string method)
    {
        using var scope = NewDisposeScope();
        var backbone = new EncoderDecoder(Small, [3, 3], CPU);
        var adapter = Adapt(method, backbone, [3, 3], [2, 3]);
        var (ids, reads, decoder) = (Ids(1, 1, 2, 5), Ids(3, 1, 2, 3).remainder(4), Ids(2, 1, 2, 4));
        var lengths = tensor((long[])[5, 3], [1, 2], int64);
        var weights = randn([2, 2, 3, Vocabulary], float64, generator: new Generator(5, CPU));
        Gradient(adapter, () => Logits(backbone, adapter, ids, reads, lengths, decoder), weights);
        using var frozen = no_grad();
        for (int draw = 0; draw < 3; draw++)
        {
            var direction = randn(adapter.Values.shape, float64, generator: new Generator((ulong)draw, CPU)) * adapter.RealMask();
            double slope = ((8 * (Value(1e-4) - Value(-1e-4))) - (Value(2e-4) - Value(-2e-4))) / 12e-4;
            double gradient = (adapter.Gradients * direction).sum().item<double>();
            Assert.Equal(slope, gradient, 1e-6 * Math.Max(1, Math.Abs(slope)));

            double Value(double step)
            {
                adapter.Values.add_(direction * step);
                double value = (Logits(backbone, adapter, ids, reads, lengths, decoder) * weights).sum().item<double>();
                adapter.Values.sub_(direction * step);
                return value;
            }
        }
    }

    [Fact]
    public void Attention_of_a_layer_has_prompt_and_prefix_columns()
    {
        using var scope = NewDisposeScope();
        var backbone = new EncoderDecoder(Small, [3], CPU);
        var content = backbone.Embed(Ids(1, 1, 2, 5), 0, zeros([1, 2, 1], int64), null, Ids(2, 1, 2, 4));
        var prompted = backbone.Attention(content, Adapt("prompt", backbone, [3], [2]), 1);
        Assert.Equal([1, 4, 2, 7, 7], prompted.shape);
        var prefixed = backbone.Attention(content, Adapt("prefix", backbone, [3], [2]), 3);
        Assert.Equal([1, 4, 2, 4, 6], prefixed.shape);
        AssertClose(ones([1, 4, 2, 4], float64), prefixed.sum(-1), 1e-12);
        Assert.Equal(0, prefixed[0, 0, 0].triu(3).sum().item<double>());
    }

    [Fact]
    public void Errors_name_what_is_wrong()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("relative or none", Refused(Small with { Positions = Positions.Rotary }), StringComparison.Ordinal);
        Assert.Contains("a layer each", Refused(Small with { DecoderDepth = 0 }), StringComparison.Ordinal);
        Assert.Contains("buckets", Refused(Small with { RelativeBuckets = 6 }), StringComparison.Ordinal);
        Assert.Contains("largest distance", Refused(Small with { RelativeDistance = 4 }), StringComparison.Ordinal);
        var backbone = new EncoderDecoder(Small, [3], CPU);
        Assert.Throws<InvalidOperationException>(() => backbone.Embed(Ids(1, 1, 2, 5), 0, zeros([1, 2, 1], int64)));
        Assert.Throws<ArgumentException>(() => backbone.Embed(Ids(1, 1, 2, 5), 0, full([1, 2, 1], 4L, int64), null, Ids(2, 1, 2, 4)));
        Assert.Throws<ArgumentException>(() => backbone.Embed(Ids(1, 1, 2, 5) + Vocabulary, 0, zeros([1, 2, 1], int64), null, Ids(2, 1, 2, 4)));

        static string Refused(TransformerOptions options) => Assert.Throws<ArgumentException>(() => new EncoderDecoder(options, [3], CPU)).Message;
    }

    private static Adapter Adapt(string method, EncoderDecoder backbone, int[] seeds, int[] lengths)
    {
        Adapter adapter = method switch
        {
            "prompt" => new SoftPrompt([.. lengths.Select(length => new PromptOptions { Length = length })], backbone, seeds),
            "prefix" => new Prefix([.. lengths.Select(length => new PrefixOptions { Length = length })], backbone, seeds),
            "prefix rows" => new Prefix(
                [.. lengths.Select(length => new PrefixOptions { Length = length, Form = PrefixForm.BlockInput })], backbone, seeds),
            "lora" => new Lora([.. lengths.Select(length => new LoraOptions { Rank = length, On = [Projection.All] })], backbone, seeds),
            "full" => new FullTuning([.. lengths.Select(_ => new FullOptions())], backbone, seeds),
            _ => new Frozen([.. lengths.Select(_ => new FrozenOptions())], backbone, seeds),
        };
        using var frozen = no_grad();
        foreach (var tensor in adapter.Tensors)
        {
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                var own = tensor.Of(arm);
                own.add_(randn(own.shape, float64, generator: new Generator((ulong)(seeds[arm] + tensor.Name.Length), CPU)) * 0.3);
            }
        }

        return adapter;
    }

    private static (Tensor Logits, Tensor Gradients) Gradient(Adapter adapter, Func<Tensor> logits, Tensor? weights = null)
    {
        adapter.Gradients.zero_();
        var outputs = logits();
        if (adapter.Tensors.Count > 0)
        {
            (outputs * (weights ?? outputs.detach().sin())).sum().backward();
        }

        return (outputs.detach(), adapter.Gradients.clone());
    }

    private static Tensor Logits(EncoderDecoder backbone, Adapter adapter, Tensor ids, Tensor reads, Tensor? lengths, Tensor decoder) =>
        backbone.Logits(backbone.Embed(ids, 0, reads, lengths, decoder), adapter, Batch.All);

    private static Tensor Ids(ulong seed, params long[] shape) =>
        (rand(shape, float64, generator: new Generator(seed, CPU)) * Vocabulary).to(int64);

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        double gap = (expected - actual).abs().max().item<double>();
        Assert.True(gap <= tolerance, $"The largest gap is {gap}.");
    }
}
