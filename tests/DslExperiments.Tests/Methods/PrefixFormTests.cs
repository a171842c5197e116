using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Prefixes in some layers only, and prefixes that an MLP makes.</summary>
public class PrefixFormTests
{
    private static TransformerOptions Deep { get; } = Harness.SingleLayer with { Depth = 3, Heads = 2, KeyValueHeads = 1, Norm = Norm.Pre, Causal = true };

    [Theory]
    [InlineData(PrefixForm.KeyValue, 0)]
    [InlineData(PrefixForm.BlockInput, 0)]
    [InlineData(PrefixForm.KeyValue, 4)]
    [InlineData(PrefixForm.BlockInput, 4)]
    public void Layers_without_a_prefix_are_as_they_were(PrefixForm form, int hidden)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Deep, [3, 8], CPU);
        var content = new Content(backbone.Groups.Stack(seed => new Normal(1).Draw([3, 4, 10], (ulong)seed)), [1, 3]);
        PrefixOptions[] options = [.. ((int[])[2, 3]).Select(length => new PrefixOptions { Length = length, Form = form, Layers = [2, 0, 2], Reparametrization = hidden })];
        var some = new Prefix(options, backbone, [3, 8]);
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(layer => some.PrefixOf(layer) is not null));
        Assert.True(some.HasVirtualTokens);

        // A prefix in all layers whose middle one is masked away by keys of no mass and values of zero.
        var all = new Prefix([.. options.Select(o => o with { Layers = [], Reparametrization = 0 })], backbone, [3, 8]);
        for (int arm = 0; arm < 2; arm++)
        {
            foreach (var (name, values) in some.Export(arm))
            {
                all.Tensors.Single(tensor => tensor.Name == name).Of(arm).copy_(values);
            }
        }

        var watched = Enumerable.Range(0, 3).Select(layer => backbone.Attention(content, some, layer)).ToArray();
        Assert.Equal([7L, 4, 7], watched.Select(weights => weights.shape[4]));
        Assert.Equal(backbone.Attention(content, new Unadapted(backbone), 0).shape[3], watched[1].shape[3]);
        AssertClose(watched[0], backbone.Attention(content, all, 0), 1e-12);
        long perLayer = form == PrefixForm.KeyValue ? 2 * 5 : 10;
        Assert.Equal(hidden == 0 ? 2 * 2 * perLayer : (2 * 10) + (4 * 11) + (2 * perLayer * 5), some.ParametersOf(0));
        Assert.Equal(TrainableParameters.Count(options[1], Deep), some.ParametersOf(1));
    }

    [Fact]
    public void A_prefix_in_the_last_layer_alone_is_that_of_a_backbone_of_one_layer_on_the_others_outputs()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var two = Harness.SingleLayer with { Depth = 2, Causal = true };
        var backbone = new Transformer(two, [3], CPU);
        var lower = new Transformer(two with { Depth = 1 }, [3], CPU, new BackboneWeights(_ => Layer(0)));
        var upper = new Transformer(two with { Depth = 1 }, [3], CPU, new BackboneWeights(_ => Layer(1)));
        var tokens = new Normal(1).Draw([1, 3, 4, 10], 5);
        var prefix = new Prefix([new() { Length = 2, Layers = [1] }], backbone, [3]);
        var alone = new Prefix([new() { Length = 2 }], upper, [3]);
        alone.Values.copy_(prefix.Values);
        var middle = lower.Forward(new Content(tokens, [0, 1, 2, 3]), new Unadapted(lower), Batch.All);
        AssertClose(
            backbone.Forward(new Content(tokens, [1, 3]), prefix, Batch.All), upper.Forward(new Content(middle, [1, 3]), alone, Batch.All), 1e-12);

        Dictionary<string, Tensor> Layer(int layer) => backbone.WeightsOf(0)
            .Where(weight => weight.Key.StartsWith($"layers.{layer}.", StringComparison.Ordinal))
            .ToDictionary(weight => weight.Key.Replace($"layers.{layer}.", "layers.0.", StringComparison.Ordinal), weight => weight.Value);
    }

    [Theory]
    [InlineData(PrefixForm.KeyValue)]
    [InlineData(PrefixForm.BlockInput)]
    public void What_the_encoder_makes_is_what_it_saves(PrefixForm form)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Deep, [3, 8], CPU);
        var content = new Content(backbone.Groups.Stack(seed => new Normal(1).Draw([3, 4, 10], (ulong)seed)), [1, 3]);
        PrefixOptions[] options = [.. ((int[])[2, 3]).Select(length => new PrefixOptions { Length = length, Form = form, Reparametrization = 5 })];
        var made = new Prefix(options, backbone, [3, 8]);
        var direct = new Prefix([.. options.Select(o => o with { Reparametrization = 0 })], backbone, [3, 8]);
        for (int arm = 0; arm < 2; arm++)
        {
            var exported = made.Export(arm);
            Assert.Equal(direct.Export(arm).Keys, exported.Keys);
            var (e, w1, b1, w2, b2) = (Of("embedding"), Of("mlp_in.weight"), Of("mlp_in.bias"), Of("mlp_out.weight"), Of("mlp_out.bias"));
            var expected = (e.matmul(w1.t()) + b1).tanh().matmul(w2.t()) + b2;
            AssertClose(cat([.. exported.Values], 1), expected, 1e-14);
            foreach (var tensor in direct.Tensors)
            {
                tensor.Of(arm).copy_(exported[tensor.Name]);
            }

            Tensor Of(string name) => made.Tensors.Single(tensor => tensor.Name == "prefix." + name).Of(arm);
        }

        AssertClose(backbone.Forward(content, made, Batch.All), backbone.Forward(content, direct, Batch.All), 1e-12);
    }

    [Theory]
    [InlineData(PrefixForm.KeyValue)]
    [InlineData(PrefixForm.BlockInput)]
    public void Gradients_reach_the_encoder_and_padding_has_none(PrefixForm form)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Deep, [3, 8], CPU);
        var task = Harness.TaskOf(new DslExperiments.Tasks.TeacherPromptOptions(), backbone, [3, 8]);
        PrefixOptions[] options = [.. ((int[])[3, 1]).Select(length => new PrefixOptions { Length = length, Form = form, Layers = [0, 2], Reparametrization = 3 })];
        Adapter[] adapters =
        [
            new Prefix(options, backbone, [3, 8]),
            new PrefixLora([.. options.Select(o => new PrefixLoraOptions { Prefix = o, Lora = new() { On = [Projection.K, Projection.MlpOut] } })], backbone, [3, 8]),
        ];
        foreach (var adapter in adapters)
        {
            for (int pass = 0; pass < 2; pass++)
            {
                adapter.Gradients.zero_();
                task.Loss(backbone, adapter, Batch.All).sum().backward();
            }

            using var frozen = no_grad();
            double[] gradient = adapter.Gradients.data<double>().ToArray(), real = adapter.RealMask().data<double>().ToArray();
            Assert.Contains(0, real);
            for (int i = 0; i < gradient.Length; i += 5)
            {
                double slope = (At(i, 1e-5) - At(i, -1e-5)) / 2e-5;
                Assert.True(real[i] == 1 ? Math.Abs(slope - gradient[i]) < 1e-8 : gradient[i] == 0, $"[{i}]: {slope:R} and {gradient[i]:R}");
            }

            double At(int i, double by)
            {
                adapter.Values[i].add_(by);
                double loss = task.Loss(backbone, adapter, Batch.All).sum().item<double>();
                adapter.Values[i].sub_(by);
                return loss;
            }
        }
    }

    [Fact]
    public void What_does_not_go_together_is_named()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Deep, [3, 8], CPU);
        Assert.Contains("no layer 3; the backbone's are 0 to 2", Assert.Throws<ExperimentUsageException>(() => new Prefix([new() { Layers = [1, 3] }, new()], backbone, [3, 8])).Message);
        Assert.Contains("caps hold for rows", Assert.Throws<ExperimentUsageException>(
            () => new Prefix([new() { Reparametrization = 2, KeyCap = 1 }, new() { Reparametrization = 2 }], backbone, [3, 8])).Message);
        Assert.Throws<ArgumentException>(() => new Prefix([new() { Layers = [1] }, new()], backbone, [3, 8]));
        Assert.Throws<ArgumentException>(() => new Prefix([new() { Reparametrization = 2 }, new()], backbone, [3, 8]));
    }

    private static void AssertClose(Tensor first, Tensor second, double tolerance)
    {
        Assert.Equal(second.shape, first.shape);
        Assert.InRange((first - second).abs().max().item<double>(), 0, tolerance);
    }
}
