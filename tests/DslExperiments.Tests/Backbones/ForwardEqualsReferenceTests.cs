using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>Every switch of the transformer, with every method, equals the plain definition in values and gradients.</summary>
public class ForwardEqualsReferenceTests
{
    /// <summary>Positions of a backbone without a decoder.</summary>
    internal static readonly Positions[] OfOneStack = [Positions.None, Positions.Sinusoidal, Positions.Rotary, Positions.Learned];

    private const double Tolerance = 1e-12;

    private static readonly (AttentionScale Scale, bool Output, bool Residual, Activation Activation)[] Details =
    [
        (AttentionScale.None, false, true, Activation.Relu),
        (AttentionScale.None, true, false, Activation.Gelu),
        (AttentionScale.InverseSqrt, false, false, Activation.Silu),
        (AttentionScale.InverseSqrt, true, true, Activation.Tanh),
    ];

    private static readonly int[][] SeedLayouts = [[3, 3, 3, 3], [3, 3, 7, 7], [3, 7, 7, 3]];

    private static readonly int[][] Reads = [[2], [1, 2], [0, 2]];

    public static TheoryData<Norm, bool, Positions, int, int> Shapes()
    {
        var data = new TheoryData<Norm, bool, Positions, int, int>();
        foreach (var norm in Enum.GetValues<Norm>())
        {
            foreach (bool causal in (bool[])[false, true])
            {
                foreach (var positions in OfOneStack)
                {
                    foreach (int heads in (int[])[1, 2])
                    {
                        foreach (int depth in (int[])[1, 2, 3])
                        {
                            data.Add(norm, causal, positions, heads, depth);
                        }
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Values_and_gradients_equal(Norm norm, bool causal, Positions positions, int heads, int depth)
    {
        // The remaining switches take turns over the grid.
        int variant = ((int)norm * 5) + (causal ? 3 : 0) + ((int)positions * 7) + (heads * 2) + depth;
        int detail = variant % 4;
        var (scale, output, residual, activation) = Details[detail];
        var options = new TransformerOptions
        {
            Depth = depth,
            Width = 6,
            Heads = heads,
            Attention = new AttentionOptions { Scale = scale, Output = output },
            Mlp = new MlpOptions { Hidden = (variant + detail) % 7 == 0 ? 0 : 7, Activation = activation, Residual = residual },
            Norm = norm,
            Causal = causal,
            Positions = positions,
            Context = 4,
            Dtype = Precision.Float64,
            Init = new BackboneInit { Bias = detail % 2 == 0 ? new Normal(0.3) : new Zeros() },
        };
        Check(options, SeedLayouts[(variant + detail) % 3], Reads[(variant + (2 * detail)) % 3], variant + detail);
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Float64)]
    public void Precision_is_that_of_the_options(Precision precision)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(new TransformerOptions { Dtype = precision }, [0], CPU);
        var content = new Content(zeros([1, 2, 3, 10], backbone.Dtype), [2]);
        Assert.Equal(precision.ToScalarType(), backbone.Forward(content, new Unadapted(backbone), Batch.All).dtype);
    }

    private static void Check(TransformerOptions options, int[] seeds, int[] reads, int variant)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(options, seeds, CPU);
        var content = new Content(backbone.Groups.Stack(seed => new Normal(1).Draw([3, 3, options.Width], Seeds.Derive(seed, "test"))), reads);
        foreach (var (name, adapter) in Adapters(backbone, seeds, variant))
        {
            Shake(adapter);
            var (expected, expectedGradients) = Reference(backbone, content, adapter);
            double size = Math.Max(1, expectedGradients.numel() == 0 ? 1 : expectedGradients.abs().amax([0]).item<double>());
            foreach (long callCost in (long[])[0, 5000, long.MaxValue / 1000])
            {
                backbone.CallCost = callCost;

                // Twice: the second pass reads what the first one kept.
                for (int pass = 0; pass < 2; pass++)
                {
                    adapter.Gradients.zero_();
                    var outputs = backbone.Forward(content, adapter, Batch.All);
                    AssertClose($"{options} {name} outputs, call cost {callCost}", outputs, expected, Tolerance);
                    Backward(adapter, Objective(outputs));
                    AssertClose($"{options} {name} gradients, call cost {callCost}", adapter.Gradients, expectedGradients, Tolerance * size);
                }

                CheckBatch(backbone, content, adapter, expected, name);
            }
        }
    }

    private static void CheckBatch(Transformer backbone, Content content, Adapter adapter, Tensor expected, string name)
    {
        int groups = backbone.Groups.Count, arms = adapter.Arms;
        long[] chosen = [.. Enumerable.Range(0, groups).SelectMany(g => (long[])[(g * 3L) + 2, (g * 3L) + (g % 2)])];
        var outputs = backbone.Forward(content, adapter, Batch.Of(tensor(chosen, int64), 2));
        var wanted = stack(Enumerable.Range(0, arms).Select(arm =>
        {
            int g = arm / (arms / groups);
            return stack([expected[arm][2], expected[arm][g % 2]]);
        }));
        AssertClose($"{name} batch", outputs, wanted, Tolerance);
    }

    private static IEnumerable<(string Name, Adapter Adapter)> Adapters(Transformer backbone, int[] seeds, int variant)
    {
        int[] lengths = variant % 2 == 0 ? [1, 4, 2, 3] : [2, 2, 2, 2];
        yield return ("prompt", new SoftPrompt([.. lengths.Select(length => new PromptOptions { Length = length })], backbone, seeds));

        foreach (var form in Enum.GetValues<PrefixForm>())
        {
            yield return ($"prefix {form}", new Prefix(
                [.. lengths.Select(length => new PrefixOptions { Length = length, Form = form })], backbone, seeds));
        }

        Projection[][] weights =
        [
            [Projection.Q, Projection.V], [Projection.Mlp], [Projection.All], [Projection.O], [Projection.K, Projection.MlpOut], [Projection.MlpOut],
            [Projection.V], [Projection.MlpIn],
        ];
        foreach (var on in weights.Where((_, index) => (index + variant) % 4 == 0))
        {
            if (Projections.Expand(on, backbone.Options).Count > 0)
            {
                int[] ranks = variant % 3 == 0 ? [1, 3, 2, 1] : [2, 2, 2, 2];
                yield return ($"lora {string.Join('+', on)}", new Lora(
                    [.. ranks.Select((rank, i) => new LoraOptions { Rank = rank, On = on, Alpha = variant % 4 == 0 ? i + 0.1 : 0, RankStabilized = variant % 5 == 0 })],
                    backbone, seeds));
                yield return ($"full {string.Join('+', on)}", new FullTuning([.. seeds.Select(_ => new FullOptions { On = on })], backbone, seeds));
            }
        }

        yield return ("none", new Unadapted(backbone));
        yield return ("iapt", new Iapt(
            [.. lengths.Select(length => new IaptOptions { Length = length, Bottleneck = 1 + (variant % 3), Shared = variant % 2 == 0 })], backbone, seeds));
        var updates = weights[variant % weights.Length];
        if (Projections.Expand(updates, backbone.Options).Count > 0)
        {
            yield return ($"prompt and lora {string.Join('+', updates)}", new PromptLora(
                [.. lengths.Select((length, i) => new PromptLoraOptions { Prompt = new() { Length = length }, Lora = new() { Rank = 1 + (i % 2), On = updates } })],
                backbone, seeds));
            var form = variant / 2 % 2 == 0 ? PrefixForm.KeyValue : PrefixForm.BlockInput;
            yield return ($"prefix {form} and lora {string.Join('+', updates)}", new PrefixLora(
                [.. lengths.Select((length, i) => new PrefixLoraOptions { Prefix = new() { Length = length, Form = form }, Lora = new() { Rank = 1 + (i % 2), On = updates } })],
                backbone, seeds));
        }

        yield return ("hybrid", new PromptAndLora(backbone, seeds));
    }

    /// <summary>Moves every real number a little, so that zeros such as LoRA's B do not hide mistakes.</summary>
    private static void Shake(Adapter adapter)
    {
        using var frozen = no_grad();
        using var generator = new Generator(5, CPU);
        adapter.Values.add_(randn(adapter.Values.shape, float64, generator: generator).mul_(0.3).mul_(adapter.RealMask()));
    }

    private static (Tensor Outputs, Tensor Gradients) Reference(Transformer backbone, Content content, Adapter adapter)
    {
        adapter.Gradients.zero_();
        int perGroup = adapter.Arms / backbone.Groups.Count;
        var outputs = stack(Enumerable.Range(0, adapter.Arms).Select(arm =>
        {
            var reference = new ReferenceForward(backbone, adapter, arm);
            return stack(Enumerable.Range(0, content.Sequences).Select(n => reference.Run(content.Tokens[arm / perGroup][n], content.Reads)));
        }));
        Backward(adapter, Objective(outputs));
        return (outputs.detach(), adapter.Gradients.clone());
    }

    /// <summary>A smooth number that depends on every output in its own way.</summary>
    private static Tensor Objective(Tensor outputs)
    {
        var weights = arange(outputs.numel(), float64).mul(0.37).sin().view(outputs.shape);
        return (outputs.tanh() * weights).sum();
    }

    private static void Backward(Adapter adapter, Tensor objective)
    {
        if (adapter.Tensors.Count > 0)
        {
            objective.backward();
        }
    }

    private static void AssertClose(string what, Tensor actual, Tensor expected, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        if (expected.numel() > 0)
        {
            double difference = (actual - expected).abs().max().item<double>();
            Assert.True(difference <= tolerance, $"{what}: largest difference {difference:E2}");
        }
    }

    /// <summary>A prompt together with changed weights, as later methods will have.</summary>
    private sealed class PromptAndLora : Adapter
    {
        private readonly LowRank change;

        public PromptAndLora(Transformer backbone, int[] seeds)
            : base(backbone, seeds.Length,
            [
                new("prompt", arm => new Normal(1).Draw([1 + (arm % 3), backbone.Options.Width], (ulong)arm)),
                new("A", arm => new Normal(1).Draw([2, backbone.Options.Width], (ulong)(arm + 50)), LeafView.Transposed),
                new("B", arm => new Normal(1).Draw([backbone.Options.Width, 2], (ulong)(arm + 90)), LeafView.Transposed),
            ])
        {
            Prompt = new PromptRows(Named("prompt").Leaf, [.. seeds.Select((_, arm) => 1 + (arm % 3))]);
            change = new LowRank(Named("A").Leaf, Named("B").Leaf, 0.7, null);
        }

        public override PromptRows Prompt { get; }

        public override LowRank? Change(int layer, Projection projection) => projection == Projection.K && layer == 0 ? change : null;
    }
}
