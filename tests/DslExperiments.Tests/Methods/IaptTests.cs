using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Virtual tokens made of the instruction; ForwardEqualsReferenceTests compares them with the plain definition.</summary>
public class IaptTests
{
    private static TransformerOptions Tokens { get; } = new()
    {
        Depth = 2, Width = 8, Heads = 4, KeyValueHeads = 2, Causal = true, Norm = Norm.Rms, Positions = Positions.Rotary, Vocabulary = 11, Dtype = Precision.Float64,
        VirtualPositions = VirtualPositions.Counted, Mlp = new SwiGlu { Hidden = 9 },
    };

    [Fact]
    public void The_activation_starts_as_gelu()
    {
        using var scope = NewDisposeScope();
        var activation = new RationalActivation(
            tensor(RationalActivation.NumeratorOfGelu.ToArray(), float64).view(1, 1, -1), tensor(RationalActivation.DenominatorOfGelu.ToArray(), float64).view(1, 1, -1));
        var x = linspace(-3, 3, 1001, float64);
        var gelu = x * 0.5 * (1 + (x / Math.Sqrt(2)).erf());
        Assert.InRange((activation.Of(x.view(1, -1, 1)).view(-1) - gelu).abs().max().item<double>(), 0, 2e-4);
    }

    [Fact]
    public void The_activation_is_the_quotient_of_its_polynomials()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (p, q) = (new Normal(1).Draw([2, 1, 7], 1), new Normal(1).Draw([2, 1, 5], 2));
        var x = new Normal(1).Draw([2, 4, 3], 3);
        var values = new RationalActivation(p, q).Of(x);
        for (int arm = 0; arm < 2; arm++)
        {
            foreach (double at in (double[])[x[arm][0][0].item<double>(), x[arm][3][2].item<double>()])
            {
                double above = Enumerable.Range(0, 7).Sum(i => p[arm][0][i].item<double>() * Math.Pow(at, i));
                double below = Enumerable.Range(1, 5).Sum(j => q[arm][0][j - 1].item<double>() * Math.Pow(at, j));
                Assert.Contains(values[arm].contiguous().data<double>().ToArray(), value => Math.Abs(value - (above / (1 + Math.Abs(below)))) < 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    [InlineData(true, 0)]
    public void Counts_equal_the_formula(bool shared, int classes)
    {
        using var scope = NewDisposeScope();
        int[] seeds = [3, 8];
        var backbone = new Transformer(Harness.SingleLayer with { Depth = 3 }, seeds, CPU);
        IaptOptions[] options = [new() { Length = 4, Bottleneck = 5, Shared = shared }, new() { Length = 2, Bottleneck = 5, Shared = shared }];
        var adapter = new Iapt(options, backbone, seeds, classes == 0 ? null : new LabelledVectors(new() { Classes = classes }, backbone, seeds));
        Assert.Equal(((shared ? 1 : 3) * ((10 * 4) + (2 * 10 * 5))) + (3 * 12) + (classes * 11), adapter.ParametersOf(0));
        Assert.Equal(adapter.ParametersOf(1), TrainableParameters.Count(options[1], backbone.Options, classes));
        Assert.Equal(classes > 0, adapter.Head is not null);
        Assert.Throws<ArgumentException>(() => new Iapt([options[0], options[1] with { Bottleneck = 4 }], backbone, seeds));
    }

    [Fact]
    public void Nothing_later_than_a_read_reaches_it()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Tokens, [3, 8], CPU);
        var adapter = Shaken(backbone, [3, 8]);
        long[] ids = [1, 5, 3, 9, 2, 7];
        int[] reads = [2, 4];
        var before = Run(ids);
        for (int changed = 0; changed < ids.Length; changed++)
        {
            var other = (long[])ids.Clone();
            other[changed] = (other[changed] + 1) % 11;
            var difference = (Run(other) - before).abs().amax([0, 1, 3]);
            for (int read = 0; read < reads.Length; read++)
            {
                if (changed > reads[read])
                {
                    Assert.Equal(0, difference[read].item<double>());
                }
                else
                {
                    Assert.True(difference[read].item<double>() > 1e-6, $"token {changed}, read {reads[read]}");
                }
            }
        }

        Tensor Run(long[] sequence) => backbone.Forward(backbone.Embed(tensor(sequence, [1, 1, 6]).expand(2, 1, 6), 0, reads), adapter, Batch.All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Texts_of_different_lengths_are_as_they_are_alone(bool causal)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Tokens with { Causal = causal }, [3, 8], CPU);
        var adapter = Shaken(backbone, [3, 8]);
        long[][] texts = [[1, 5, 3, 9, 2, 7], [4, 4, 6, 0, 0, 0], [2, 10, 8, 7, 1, 0]];
        int[] lengths = [6, 3, 5];
        long[][] reads = [[3, 5], [2, 2], [1, 4]];
        var ids = tensor(texts.SelectMany(text => text).ToArray(), [1, 3, 6]).expand(2, 3, 6);
        var places = tensor(reads.SelectMany(read => read).ToArray(), [1, 3, 2]).expand(2, 3, 2);
        var counts = causal ? null : tensor(lengths.Select(length => (long)length).ToArray(), [1, 3]).expand(2, 3);
        var together = backbone.Forward(backbone.Embed(ids, 0, places, counts), adapter, Batch.All);
        for (int text = 0; text < 3; text++)
        {
            var own = tensor(texts[text][..lengths[text]], [1, 1, lengths[text]]).expand(2, 1, lengths[text]);
            var alone = backbone.Forward(backbone.Embed(own, 0, [.. reads[text].Distinct().Select(read => (int)read)]), adapter, Batch.All);
            var difference = (together.narrow(1, text, 1) - (alone.shape[2] == 2 ? alone : alone.expand(-1, -1, 2, -1))).abs().max();
            Assert.InRange(difference.item<double>(), 0, 1e-12);
        }
    }

    [Fact]
    public void Gradients_equal_finite_differences_and_padding_has_none()
    {
        using var scope = NewDisposeScope();
        foreach (bool causal in (bool[])[true, false])
        {
            var backbone = new Transformer(Harness.SingleLayer with { Depth = 2, Causal = causal, Norm = Norm.Pre }, [3, 8], CPU);
            var task = Harness.TaskOf(new DslExperiments.Tasks.TeacherPromptOptions { Length = 3 }, backbone, [3, 8]);
            var adapter = Shaken(backbone, [3, 8]);
            task.Loss(backbone, adapter, Batch.All).sum().backward();
            using var frozen = no_grad();
            double[] gradient = adapter.Gradients.data<double>().ToArray(), real = adapter.RealMask().data<double>().ToArray();
            Assert.Contains(0, real);
            double largest = gradient.Max(Math.Abs);
            for (int i = 0; i < gradient.Length; i += 3)
            {
                double slope = (At(i, 1e-5) - At(i, -1e-5)) / 2e-5;
                Assert.True(real[i] == 1 ? Math.Abs(slope - gradient[i]) < 1e-7 * Math.Max(1, largest) : gradient[i] == 0, $"[{i}]: {slope:R} and {gradient[i]:R}");
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
    public void Attention_over_made_tokens_is_watched()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Tokens, [3, 8], CPU);
        var content = backbone.Embed(tensor(new long[] { 1, 5, 3, 9, 2, 7, 8, 8 }, [1, 2, 4]).expand(2, 2, 4), 0, [3]);
        var seen = backbone.Attention(content, Shaken(backbone, [3, 8]), 1);
        Assert.Equal([2, 4, 2, 4, 3 + 4], seen.shape);
        Assert.InRange((seen.sum(-1) - 1).abs().max().item<double>(), 0, 1e-12);

        // The first arm has two tokens, the second three.
        Assert.Equal(0, seen[0].select(3, 2).abs().max().item<double>());
        Assert.True(seen[1].select(3, 2).min().item<double>() > 0);
        Assert.Equal(0, seen.select(4, 6).narrow(3, 0, 3).abs().max().item<double>());
    }

    [Fact]
    public void A_task_without_an_instruction_is_refused()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Tokens, [3], CPU);
        var error = Assert.Throws<ExperimentUsageException>(() => new Iapt([new()], backbone, [3], new RunningText(backbone)));
        Assert.Contains("methods.iapt: this task has every token given", error.Message);
    }

    private static Iapt Shaken(Transformer backbone, int[] seeds)
    {
        var adapter = new Iapt([new() { Length = 2, Bottleneck = 4 }, new() { Length = 3, Bottleneck = 4 }], backbone, seeds);
        using var frozen = no_grad();
        using var generator = new Generator(5, CPU);
        adapter.Values.add_(randn(adapter.Values.shape, float64, generator: generator).mul_(0.3).mul_(adapter.RealMask()));
        return adapter;
    }

    private sealed class RunningText(Transformer backbone) : DslExperiments.Tasks.TaskFamily(backbone)
    {
        public override bool HasInstruction => false;

        public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch) => throw new NotSupportedException();
    }
}
