using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Training;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Prefixes beyond the plain definition, which ForwardEqualsReferenceTests compares.</summary>
public class PrefixTests
{
    private static TransformerOptions Deep { get; } = Harness.SingleLayer with { Depth = 3, Heads = 2, Norm = Norm.Pre };

    [Theory]
    [InlineData(PrefixForm.KeyValue)]
    [InlineData(PrefixForm.BlockInput)]
    public void Caps_hold_after_every_step(PrefixForm form)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Deep, [0, 0], CPU);
        double[] caps = [0.7, 0];
        var adapter = new Prefix(
            [.. caps.Select(cap => new PrefixOptions { Length = 2, Form = form, NormCap = cap, KeyCap = cap, ValueCap = cap })], backbone, [0, 1]);
        Assert.True((adapter.Values == adapter.Initial).all().item<bool>());
        var training = new TrainingOptions { LearningRate = 0.1, Steps = 20 };
        var optimizer = Optimizer.Create([training, training], adapter);
        var content = new Content(new Normal(1).Draw([1, 3, 3, 10], 1), [2]);
        for (int step = 0; step < 20; step++)
        {
            Assert.All(adapter.Tensors, tensor => Assert.True(tensor.Of(0).square().sum(-1).sqrt().max().item<double>() <= 0.7 + 1e-12));
            Assert.All(adapter.Tensors, tensor => Assert.True(tensor.Of(1).square().sum(-1).sqrt().max().item<double>() > 0.7));
            adapter.Gradients.zero_();
            backbone.Forward(content, adapter, Batch.All).sin().sum().backward();
            optimizer.Step(step);
            adapter.Constrain();
        }
    }

    [Fact]
    public void Relative_attention_of_the_first_layer_stays()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Deep, [0], CPU);
        var content = new Content(new Normal(1).Draw([1, 3, 4, 10], 1), [3]);
        var prefix = new Prefix([new PrefixOptions { Length = 2 }], backbone, [5]);
        var seen = backbone.Attention(content, prefix, 0).narrow(4, 2, 4);
        var relative = seen / seen.sum(-1, keepdim: true);
        var difference = (relative - backbone.Attention(content, new Unadapted(backbone), 0)).abs().max().item<double>();
        Assert.True(difference < 1e-12, $"{difference}");
    }

    [Fact]
    public void Arms_of_different_forms_never_share_a_cohort()
    {
        var designs = Enum.GetValues<PrefixForm>().Select(form => Harness.Design(new PrefixOptions { Form = form }, 0)).ToArray();
        Assert.Equal(2, CohortPlanner.Plan(designs).Count);
    }
}
