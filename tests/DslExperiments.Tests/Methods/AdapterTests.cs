using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>What methods train, and that padding never trains.</summary>
public class AdapterTests
{
    public static TheoryData<Norm, int, int, bool> Shapes() => new()
    {
        { Norm.None, 1, 32, false }, { Norm.Pre, 2, 12, true }, { Norm.Post, 3, 5, true }, { Norm.Rms, 2, 0, false }, { Norm.PreMlp, 2, 7, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Counts_equal_the_formula(Norm norm, int depth, int hidden, bool output)
    {
        using var scope = NewDisposeScope();
        var options = new TransformerOptions
        {
            Norm = norm, Depth = depth, Width = 6, Mlp = new MlpOptions { Hidden = hidden }, Attention = new AttentionOptions { Output = output },
        };
        var backbone = new Transformer(options, [0], CPU);
        long perLayer = (3 * 36) + (output ? 36 : 0) + (hidden > 0 ? (6 * hidden) + hidden + (6 * hidden) + 6 : 0);
        long perBlock = (norm == Norm.PreMlp ? 0 : 1) + (hidden > 0 ? 1 : 0);
        long norms = norm == Norm.None ? 0 : (depth * perBlock) + (norm == Norm.Post ? 0 : 1);
        Check(new FullOptions(), (depth * perLayer) + (norms * 6));
        Check(new FullOptions { On = [Projection.Attention] }, depth * ((3 * 36) + (output ? 36 : 0)));
        Check(new PromptOptions { Length = 7 }, 42);
        Check(new PrefixOptions { Length = 7 }, depth * 84);
        Check(new PrefixOptions { Length = 7, Form = PrefixForm.BlockInput }, depth * 42);
        Check(new FrozenOptions(), 0);
        Check(new LoraOptions { Rank = 3, On = [Projection.Q, Projection.Attention] }, depth * 3 * 12 * (output ? 4 : 3));
        if (hidden > 0)
        {
            Check(new LoraOptions { Rank = 2, On = [Projection.Mlp] }, depth * 2 * 2 * (6 + hidden));
        }

        void Check(MethodOptions method, long expected)
        {
            Assert.Equal(expected, TrainableParameters.Count(method, options));
            Adapter adapter = method switch
            {
                PromptOptions prompt => new SoftPrompt([prompt], backbone, [0]),
                PrefixOptions prefix => new Prefix([prefix], backbone, [0]),
                FrozenOptions frozen => new Frozen([frozen], backbone, [0]),
                LoraOptions lora => new Lora([lora], backbone, [0]),
                _ => new FullTuning([(FullOptions)method], backbone, [0]),
            };
            Assert.Equal(expected, adapter.ParametersOf(0));
            Assert.Equal(expected, adapter.Export(0).Values.Sum(t => t.numel()));
            Assert.Equal(expected, adapter.Values.numel());
        }
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("lora")]
    [InlineData("key-value prefix")]
    [InlineData("block-input prefix")]
    public void Padding_has_exactly_no_gradient(string method)
    {
        using var scope = NewDisposeScope();
        foreach (bool causal in (bool[])[false, true])
        {
            var options = new TransformerOptions { Depth = 2, Width = 6, Heads = 2, Causal = causal, Dtype = Precision.Float64 };
            var backbone = new Transformer(options, [0, 1, 2], CPU);
            Adapter adapter = method switch
            {
                "prompt" => new SoftPrompt([new() { Length = 1 }, new() { Length = 5 }, new() { Length = 3 }], backbone, [0, 1, 2]),
                "key-value prefix" => Prefixes(PrefixForm.KeyValue),
                "block-input prefix" => Prefixes(PrefixForm.BlockInput),
                _ => new Lora([new() { Rank = 1, On = [Projection.All] }, new() { Rank = 4, On = [Projection.All] }, new() { Rank = 2, On = [Projection.All] }], backbone, [0, 1, 2]),
            };
            Prefix Prefixes(PrefixForm form) => new(
                [.. ((int[])[1, 5, 3]).Select(length => new PrefixOptions { Length = length, Form = form })], backbone, [0, 1, 2]);
            var task = Harness.TaskOf(new DslExperiments.Tasks.TeacherPromptOptions(), backbone, [0, 1, 2]);
            task.Loss(backbone, adapter, Batch.All).sum().backward();
            using var frozen = no_grad();
            Assert.True(adapter.Gradients.abs().max().item<double>() > 0);
            Assert.Equal(0, (adapter.Gradients * (1 - adapter.RealMask())).abs().max().item<double>());
        }
    }

    [Theory]
    [InlineData(4, 0, false, 1)]
    [InlineData(4, 8, false, 2)]
    [InlineData(4, 8, true, 4)]
    [InlineData(4, 0, true, 2)]
    public void Lora_scales_by_alpha(int rank, double alpha, bool stabilized, double expected) =>
        Assert.Equal(expected, Lora.ScaleOf(new LoraOptions { Rank = rank, Alpha = alpha, RankStabilized = stabilized }));

    [Fact]
    public void Lora_and_full_tuning_start_as_the_frozen_backbone()
    {
        using var scope = NewDisposeScope();
        var options = new TransformerOptions { Depth = 2, Width = 6, Dtype = Precision.Float64, Norm = Norm.Post };
        var backbone = new Transformer(options, [4, 9], CPU);
        var content = new Content(backbone.Groups.Stack(seed => new Normal(1).Draw([3, 4, 6], (ulong)seed)), [3]);
        var frozen = backbone.Forward(content, new Unadapted(backbone), Batch.All);
        Adapter[] adapters =
        [
            new Lora([new() { On = [Projection.All] }, new() { On = [Projection.All] }], backbone, [4, 9]),
            new FullTuning([new(), new()], backbone, [4, 9]),
        ];
        foreach (var adapter in adapters)
        {
            Assert.True((backbone.Forward(content, adapter, Batch.All) - frozen).abs().max().item<double>() < 1e-14);
        }
    }

    [Fact]
    public void Arms_that_adapt_different_weights_do_not_mix()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [0, 1], CPU);
        Assert.Throws<ArgumentException>(() => new Lora([new() { On = [Projection.Q] }, new() { On = [Projection.V] }], backbone, [0, 1]));
        Assert.Throws<ArgumentException>(() => new FullTuning([new() { On = [Projection.Q] }, new()], backbone, [0, 1]));
    }

    [Fact]
    public void Gradients_equal_finite_differences()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(new TransformerOptions { Depth = 2, Width = 4, Causal = true, Dtype = Precision.Float64, Mlp = new MlpOptions { Hidden = 5, Activation = Activation.Tanh } }, [0, 1], CPU);
        var task = Harness.TaskOf(new DslExperiments.Tasks.TeacherPromptOptions(), backbone, [0, 1]);
        Adapter[] adapters =
        [
            new SoftPrompt([new() { Length = 2 }, new() { Length = 3 }], backbone, [0, 1]),
            new FullTuning([new(), new()], backbone, [0, 1]),
            new Prefix([new() { Length = 2 }, new() { Length = 3 }], backbone, [0, 1]),
            new Prefix([new() { Length = 3, Form = PrefixForm.BlockInput }, new() { Length = 1, Form = PrefixForm.BlockInput }], backbone, [0, 1]),
        ];
        foreach (var adapter in adapters)
        {
            adapter.Gradients.zero_();
            task.Loss(backbone, adapter, Batch.All).sum().backward();
            using var frozen = no_grad();
            double[] gradient = adapter.Gradients.data<double>().ToArray(), real = adapter.RealMask().data<double>().ToArray();
            for (int i = 0; i < gradient.Length; i += 7)
            {
                if (real[i] == 1)
                {
                    double slope = (At(i, 1e-5) - At(i, -1e-5)) / 2e-5;
                    Assert.True(Math.Abs(slope - gradient[i]) < 1e-8, $"{adapter.GetType().Name} [{i}]: {slope:R} and {gradient[i]:R}");
                }
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
}
