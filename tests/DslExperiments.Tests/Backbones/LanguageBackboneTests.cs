using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>What language models add to a backbone equals the plain definition in values and gradients, by every way of computing it.</summary>
public class LanguageBackboneTests
{
    private const int Vocabulary = 7;
    private const int Length = 4;

    private static readonly int[][] SeedLayouts = [[3, 3, 7, 7], [3, 7, 7, 3], [3, 3, 3, 3]];

    private static readonly RotaryScaling[] Scalings =
        [new NoRotaryScaling(), new LinearRotaryScaling(2.5), new Llama3RotaryScaling(8, 1, 4, 24)];

    /// <summary>A small LLaMA with everything that its family can have.</summary>
    private static readonly LlamaOptions SmallLlama = new()
    {
        Depth = 2, Width = 6, Heads = 4, KeyValueHeads = 2, HeadWidth = 4, Mlp = new SwiGlu { Hidden = 5 }, Vocabulary = Vocabulary,
        Context = 12, Tied = true, Dtype = Precision.Float64, Init = new BackboneInit { Embedding = new Normal(1) },
    };

    private static readonly Gpt2Options SmallGpt2 = new()
    {
        Depth = 2, Width = 6, Heads = 2, Mlp = new GeluMlp { Hidden = 5 }, Vocabulary = Vocabulary, Context = 12,
        Dtype = Precision.Float64, Init = new BackboneInit { Embedding = new Normal(1), Bias = new Normal(0.3) },
    };

    public static TheoryData<Positions, VirtualPositions, bool, int> Shapes()
    {
        var data = new TheoryData<Positions, VirtualPositions, bool, int>();
        foreach (var positions in ForwardEqualsReferenceTests.OfOneStack)
        {
            foreach (var counts in Enum.GetValues<VirtualPositions>())
            {
                foreach (bool causal in (bool[])[true, false])
                {
                    foreach (int depth in (int[])[1, 2, 3])
                    {
                        data.Add(positions, counts, causal, depth);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Texts_of_different_lengths_and_reads_equal_each_alone(Positions positions, VirtualPositions counts, bool causal, int depth)
    {
        // The remaining switches take turns over the grid.
        int variant = ((int)positions * 11) + ((int)counts * 5) + (causal ? 3 : 0) + depth;
        var options = new TransformerOptions
        {
            Depth = depth,
            Width = 6,
            Heads = 2 + (2 * (variant % 2)),
            KeyValueHeads = (variant % 3) switch { 0 => 0, 1 => 1, _ => 2 },
            HeadWidth = variant % 4 == 0 && variant % 2 == 0 ? 0 : 4,
            Attention = new AttentionOptions { Bias = variant % 2 == 1 },
            Mlp = new MlpOptions
            {
                Hidden = 5, Gated = variant % 3 != 1, Bias = variant % 5 < 3, Activation = variant % 2 == 0 ? Activation.GeluTanh : Activation.Silu,
            },
            Norm = (variant % 4) switch { 0 => Norm.Pre, 1 => Norm.Rms, 2 => Norm.Post, _ => Norm.PreMlp },
            NormBias = variant % 3 == 2,
            NormEpsilon = 1e-3,
            Causal = causal,
            Positions = positions,
            VirtualPositions = counts,
            RotaryBase = 500 + (100 * variant),
            RotaryScaling = Scalings[variant % 3],
            Vocabulary = Vocabulary,
            Context = 12,
            Tied = variant % 2 == 0,
            Dtype = Precision.Float64,
            Init = new BackboneInit { Embedding = new Normal(1), Bias = new Normal(0.3) },
        };
        Check(options, SeedLayouts[variant % 3], sharesWeights: variant % 3 == 0, variant);
    }

    [Fact]
    public void Heads_that_share_keys_and_values_equal_heads_that_have_the_same_ones()
    {
        using var scope = NewDisposeScope();
        var grouped = new Transformer(SmallLlama, [4], CPU);
        var weights = new FullTuning([new()], grouped, [4]).Export(0).ToDictionary();
        for (int layer = 0; layer < SmallLlama.Depth; layer++)
        {
            foreach (var projection in (Projection[])[Projection.K, Projection.V])
            {
                string name = WeightNames.Matrix(layer, projection);
                weights[name] = weights[name].view(2, 1, 4, 6).expand(2, 2, 4, 6).reshape(16, 6);
            }
        }

        var whole = new Transformer(SmallLlama with { KeyValueHeads = 0 }, [4], CPU, new BackboneWeights(_ => weights));
        var content = Ids(1, 3);
        AssertClose(
            whole.Logits(whole.Embed(content, 0, [1, 3]), new Unadapted(whole), Batch.All),
            grouped.Logits(grouped.Embed(content, 0, [1, 3]), new Unadapted(grouped), Batch.All),
            1e-12);
    }

    [Fact]
    public void Gradients_of_everything_trained_equal_finite_differences()
    {
        using var scope = NewDisposeScope();
        foreach (var options in (TransformerOptions[])[SmallLlama with { RotaryScaling = Scalings[2] }, SmallGpt2 with { Mlp = new GeluMlp { Hidden = 5, Gated = true } }])
        {
            var backbone = new Transformer(options, [4], CPU);
            var trained = new FullTuning([new()], backbone, [4]);
            Shake(trained);
            var (ids, reads, lengths) = Ragged(backbone, firstRead: 0);
            trained.Gradients.zero_();
            Loss().backward();
            Assert.DoesNotContain(trained.Tensors, tensor => tensor.Name == WeightNames.Unembedding);
            using var frozen = no_grad();
            foreach (var tensor in trained.Tensors)
            {
                var values = tensor.Values.view(-1);
                double[] gradient = tensor.Gradients.contiguous().view(-1).data<double>().ToArray();
                for (int index = 0; index < gradient.Length; index += 1 + (gradient.Length / 12))
                {
                    using var inner = NewDisposeScope();
                    var number = values.narrow(0, index, 1);
                    number.add_(1e-5);
                    double above = Loss().item<double>();
                    number.sub_(2e-5);
                    double below = Loss().item<double>();
                    number.add_(1e-5);
                    Assert.Equal((above - below) / 2e-5, gradient[index], 1e-7);
                }
            }

            Tensor Loss() => backbone.Logits(backbone.Embed(ids, 0, reads, lengths), trained, Batch.All).log_softmax(-1).square().mean();
        }
    }

    [Fact]
    public void A_tied_table_is_one_tensor_and_counts_once()
    {
        using var scope = NewDisposeScope();
        var all = new FullOptions();
        foreach (var options in (TransformerOptions[])[SmallLlama, SmallGpt2, SmallGpt2 with { Tied = false, KeyValueHeads = 1 }])
        {
            var backbone = new Transformer(options, [1, 2], CPU);
            Assert.Equal(options.Tied, ReferenceEquals(backbone.Embedding, backbone.Unembedding));
            foreach (var method in (MethodOptions[])[all, new LoraOptions { Rank = 2, On = [Projection.All] }, new PrefixOptions { Length = 3 }])
            {
                Adapter adapter = method switch
                {
                    FullOptions full => new FullTuning([full, full], backbone, [1, 2]),
                    LoraOptions lora => new Lora([lora, lora], backbone, [1, 2]),
                    var prefix => new Prefix([(PrefixOptions)prefix, (PrefixOptions)prefix], backbone, [1, 2]),
                };
                Assert.Equal(TrainableParameters.Count(method, options), adapter.ParametersOf(1));
            }
        }
    }

    [Fact]
    public void What_full_tuning_exports_is_a_backbone()
    {
        using var scope = NewDisposeScope();
        foreach (var options in (TransformerOptions[])[SmallLlama, SmallGpt2])
        {
            var first = new Transformer(options, [4, 9], CPU);
            var trained = new FullTuning([new(), new()], first, [4, 9]);
            Shake(trained);
            var second = new Transformer(options, [4, 9], CPU, new BackboneWeights(seed => trained.Export(seed == 4 ? 0 : 1)));
            var shared = new Transformer(options, [4, 9], CPU, new BackboneWeights(_ => trained.Export(0)) { AreShared = true });
            var expected = Logits(first, trained);
            AssertClose(expected, Logits(second, new Unadapted(second)), 1e-12);
            AssertClose(expected.narrow(0, 0, 1), Logits(shared, new Unadapted(shared)).narrow(0, 0, 1), 1e-12);
            AssertClose(trained.Values, new FullTuning([new(), new()], second, [4, 9]).Values, 0);
        }

        static Tensor Logits(Transformer backbone, Adapter adapter) =>
            backbone.Logits(backbone.Embed(Ids(2, 3), 0, [1, 3]), adapter, Batch.All);
    }

    [Fact]
    public void Every_weight_counts_for_the_fingerprint_once()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var drawn = new Transformer(SmallGpt2, [4], CPU);
        var weights = new FullTuning([new()], drawn, [4]).Export(0);
        var backbone = new Transformer(SmallGpt2, [4, 9], CPU, new BackboneWeights(_ => weights) { AreShared = true });
        foreach (var weight in (Tensor[])
        [
            backbone.Embedding!, backbone.PositionTable!, backbone.Gain(0, NormPlace.Mlp)!, backbone.Shift(2, NormPlace.Final)!,
            backbone.Layers[1][Projection.V].Matrix, backbone.Layers[0][Projection.Q].Bias!, backbone.Layers[0][Projection.MlpOut].Matrix,
        ])
        {
            Assert.True(backbone.IsUnchanged());
            var before = weight.clone();
            weight.add_(1);
            Assert.False(backbone.IsUnchanged());
            weight.copy_(before);
        }

        // Given numbers are not looked at but copied.
        foreach (var tensor in weights.Values)
        {
            tensor.add_(1);
        }

        Assert.True(backbone.IsUnchanged());
    }

    [Fact]
    public void A_weight_that_a_checkpoint_does_not_give_is_drawn_for_every_seed()
    {
        using var scope = NewDisposeScope();
        var drawn = new Transformer(SmallGpt2, [4, 4, 9, 9], CPU);
        var weights = new FullTuning([new()], new Transformer(SmallGpt2, [4], CPU), [4]).Export(0)
            .Where(pair => !pair.Key.Contains(".bias", StringComparison.Ordinal) && !pair.Key.Contains(".k.", StringComparison.Ordinal)).ToDictionary();
        var mixed = new Transformer(SmallGpt2, [4, 4, 9, 9], CPU, new BackboneWeights(_ => weights) { AreShared = true });
        Assert.Equal(1, mixed.Layers[0][Projection.Q].Matrix.shape[0]);
        Assert.Equal(2, mixed.Layers[0][Projection.K].Matrix.shape[0]);
        AssertClose(drawn.Layers[0][Projection.K].Matrix, mixed.Layers[0][Projection.K].Matrix, 0);
        AssertClose(drawn.Layers[0][Projection.K].Bias!, mixed.Layers[0][Projection.K].Bias!, 0);
        CheckAll(mixed, [4, 4, 9, 9], 1);
    }

    [Fact]
    public void Texts_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(SmallLlama, [4], CPU);
        var (ids, reads, lengths) = Ragged(backbone, firstRead: 0);
        Assert.Contains("Tokens must be 0 to 6, but", Refused(() => backbone.Embed(ids + 5, 0, reads, lengths)));
        Assert.Contains("Reads must be -1 to 3, but", Refused(() => backbone.Embed(ids, 0, reads + 3, lengths)));
        Assert.Contains("Reads must be [1, 3,", Refused(() => backbone.Embed(ids, 0, reads.narrow(1, 0, 2), lengths)));
        Assert.Contains("Lengths must be 1 to 4, but", Refused(() => backbone.Embed(ids, 0, reads, lengths - 4)));
        Assert.Contains("Tokens must be [1, N, T]", Refused(() => backbone.Embed(ids[0], 0, reads, lengths)));

        static string Refused(Func<Content> act) => Assert.Throws<ArgumentException>(act).Message;
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("3 heads of keys and values do not divide 4 heads", Refused(SmallLlama with { KeyValueHeads = 3 }));
        Assert.Contains("need an output matrix", Refused(SmallLlama with { Attention = new AttentionOptions { Output = false } }));
        Assert.Contains("belong to an encoder-decoder", Refused(SmallLlama with { Positions = Positions.Relative }));
        var backbone = new Transformer(SmallGpt2, [4, 4], CPU);
        var ragged = new SoftPrompt([new() { Length = 1 }, new() { Length = 2 }], backbone, [4, 4]);
        Assert.Contains("as many in every arm of a cohort, but are 1, 2", Assert.Throws<ArgumentException>(
            () => backbone.Forward(backbone.Embed(Ids(1, 3), 0, [0]), ragged, Batch.All)).Message);
        var long9 = new SoftPrompt([new() { Length = 9 }, new() { Length = 9 }], backbone, [4, 4]);
        Assert.Contains("4 tokens from position 9 on do not fit into a context of 12", Assert.Throws<ArgumentException>(
            () => backbone.Forward(backbone.Embed(Ids(1, 3), 0, [0]), long9, Batch.All)).Message);
        Assert.Contains("no decoder", Assert.Throws<InvalidOperationException>(
            () => backbone.Embed(Ids(1, 3), 0, zeros([1, 3, 1], int64), null, Ids(1, 3))).Message);
        var before = backbone.Embed(Ids(1, 3), 0, full([1, 3, 1], -1, int64));
        Assert.Contains("no prompt", Assert.Throws<InvalidOperationException>(() => backbone.Forward(before, new Unadapted(backbone), Batch.All)).Message);

        static string Refused(TransformerOptions options) => Assert.Throws<ArgumentException>(() => new Transformer(options, [4], CPU)).Message;
    }

    private static void Check(TransformerOptions options, int[] seeds, bool sharesWeights, int variant)
    {
        using var scope = NewDisposeScope();
        var weights = Given(options, sharesWeights);
        CheckAll(new Transformer(options, seeds, CPU, weights), seeds, variant);
    }

    private static void CheckAll(Transformer backbone, int[] seeds, int variant)
    {
        foreach (var (name, adapter) in Adapters(backbone, seeds, variant))
        {
            using var inner = NewDisposeScope();
            Shake(adapter);

            // Texts with a prompt are also read at its last row.
            var (ids, reads, lengths) = Ragged(backbone, adapter.Prompt is null ? 0 : -(variant % 2));
            int first = variant % 3 == 0 ? 0 : variant % 3;
            var expected = Gradient(adapter, () => Reference(backbone, adapter, ids, reads, lengths, first));
            double size = Math.Max(1, expected.Gradients.numel() == 0 ? 1 : expected.Gradients.abs().max().item<double>());
            foreach (long callCost in (long[])[0, long.MaxValue / 1000])
            {
                backbone.CallCost = callCost;
                var content = backbone.Embed(ids, first, reads, lengths);

                // Twice: the second pass reads what the first one kept.
                for (int pass = 0; pass < 2; pass++)
                {
                    var actual = Gradient(adapter, () => backbone.Logits(content, adapter, Batch.All));
                    AssertClose(expected.Outputs, actual.Outputs, 1e-11, name);
                    AssertClose(expected.Gradients, actual.Gradients, 1e-11 * size, name);
                }

                long[] rows = [.. Enumerable.Range(0, backbone.Groups.Count).SelectMany(g => (long[])[(g * 3) + 2, g * 3])];
                AssertClose(
                    expected.Outputs.index_select(1, tensor((long[])[2, 0])), backbone.Logits(content, adapter, Batch.Of(tensor(rows), 2)), 1e-11, name);
                AssertClose(expected.Outputs, backbone.Logits(content, adapter, Batch.Fresh(1, 3)), 1e-11, name);

                // Of tokens that are the same for all, prompt rows and the others see the same.
                var whole = backbone.Embed(ids, first, [0, 2]);
                var wholeReads = tensor((long[])[0, 2]).view(1, 1, 2).expand(backbone.Groups.Count, 3, 2);
                AssertClose(
                    Reference(backbone, adapter, ids, wholeReads, full([backbone.Groups.Count, 3], Length, int64), first),
                    backbone.Logits(whole, adapter, Batch.All), 1e-11, name);
            }

            // With everything in one product, as attention is looked at.
            if (reads.min().item<long>() >= 0)
            {
                var attention = backbone.Attention(backbone.Embed(ids, first, reads, lengths), adapter, backbone.Options.Depth - 1);
                var reference = new ReferenceForward(backbone, adapter, 0);
                long length = lengths[0][1].item<long>();
                reference.Logits(Sequence(ids, 0, 1, length), [0], first);
                var plain = reference.Attention[^backbone.Options.Heads];
                AssertClose(plain.narrow(1, plain.shape[1] - length, length), Shown(attention[0][0][1], adapter, length), 1e-11, name);
            }
        }

        Assert.True(backbone.IsUnchanged());
    }

    /// <summary>Of a map with padding, what the arm's own rows see of its text, [P + length, length].</summary>
    private static Tensor Shown(Tensor map, Adapter adapter, long length)
    {
        long prompt = adapter.Prompt?.Lengths[0] ?? 0, padded = adapter.Prompt?.Count ?? 0;
        var columns = map.narrow(1, map.shape[1] - Length, length);
        return cat([columns.narrow(0, 0, prompt), columns.narrow(0, padded, length)], 0);
    }

    private static BackboneWeights? Given(TransformerOptions options, bool shared)
    {
        if (shared)
        {
            var whole = new Transformer(options, [11], CPU, Norms(options));
            var export = new FullTuning([new()], whole, [11]).Export(0);
            return new BackboneWeights(_ => export) { AreShared = true };
        }

        return Norms(options);
    }

    private static BackboneWeights Norms(TransformerOptions options) => new(seed => options.NormPlaces()
        .SelectMany(norm => (string[])[WeightNames.Gain(norm.Layer, norm.Place), .. options.NormBias ? (string[])[WeightNames.Shift(norm.Layer, norm.Place)] : []])
        .ToDictionary(name => name, name => new Uniform(0.5).Draw([options.Width], Seeds.Derive(seed, name)) + 1));

    private static IEnumerable<(string Name, Adapter Adapter)> Adapters(Transformer backbone, int[] seeds, int variant)
    {
        // Positions that are added to rows must be as many in every arm.
        bool alike = backbone.Options.VirtualPositions == VirtualPositions.Counted && backbone.Options.Positions is Positions.Learned or Positions.Sinusoidal;
        int[] lengths = alike ? [2, 2, 2, 2] : [1, 4, 2, 3];
        yield return ("prompt", new SoftPrompt([.. lengths.Select(length => new PromptOptions { Length = length })], backbone, seeds));
        foreach (var form in Enum.GetValues<PrefixForm>())
        {
            yield return ($"prefix {form}", new Prefix([.. lengths.Select(length => new PrefixOptions { Length = length, Form = form })], backbone, seeds));
        }

        Projection[][] weights = [[Projection.All], [Projection.MlpGate], [Projection.K, Projection.MlpOut], [Projection.O], [Projection.MlpIn], [Projection.V]];
        foreach (var on in weights.Where((_, index) => (index + variant) % 3 == 0))
        {
            if (Projections.Expand(on, backbone.Options).Count > 0)
            {
                yield return ($"lora {string.Join('+', on)}", new Lora([.. seeds.Select(_ => new LoraOptions { Rank = 2, On = on })], backbone, seeds));
                yield return ($"full {string.Join('+', on)}", new FullTuning([.. seeds.Select(_ => new FullOptions { On = on })], backbone, seeds));
            }
        }

        var both = new PromptLoraOptions { Prompt = new() { Length = 2 }, Lora = new() { Rank = 2, On = [Projection.All] } };
        yield return ("prompt and lora", new PromptLora([.. seeds.Select(_ => both)], backbone, seeds));
        yield return ("none", new Unadapted(backbone));
    }

    /// <summary>Three texts of different lengths per seed, padded, and two or three reads of each.</summary>
    private static (Tensor Ids, Tensor Reads, Tensor Lengths) Ragged(Transformer backbone, int firstRead)
    {
        int groups = backbone.Groups.Count;
        long[][] lengths = [.. Enumerable.Range(0, groups).Select(g => (long[])[4, 2 + (g % 2), 1])];
        var reads = lengths.SelectMany(own => own.SelectMany((length, n) => (long[])[firstRead, length - 1, (length - 1) / (n + 1)]));
        return (
            Ids(groups, 3),
            tensor(reads.ToArray()).view(groups, 3, 3),
            tensor(lengths.SelectMany(own => own).ToArray()).view(groups, 3));
    }

    private static Tensor Ids(int groups, int sequences) =>
        new Uniform(0.5).Draw([groups, sequences, Length], 17).add(0.5).mul(Vocabulary).to(int64);

    private static long[] Sequence(Tensor ids, long group, long n, long length) => ids[group][n].contiguous().data<long>().ToArray()[..(int)length];

    private static Tensor Reference(Transformer backbone, Adapter adapter, Tensor ids, Tensor reads, Tensor lengths, int first) =>
        stack(Enumerable.Range(0, adapter.Arms).Select(arm =>
        {
            int group = arm / (adapter.Arms / backbone.Groups.Count);
            var reference = new ReferenceForward(backbone, adapter, arm);
            return stack(Enumerable.Range(0, (int)ids.shape[1]).Select(n => reference.Logits(
                Sequence(ids, group, n, lengths[group][n].item<long>()),
                [.. reads[group][n].contiguous().data<long>().ToArray().Select(read => (int)read)],
                first)));
        }));

    private static (Tensor Outputs, Tensor Gradients) Gradient(Adapter adapter, Func<Tensor> compute)
    {
        adapter.Gradients.zero_();
        var outputs = compute();
        if (adapter.Tensors.Count > 0)
        {
            (outputs.tanh() * arange(outputs.numel(), float64).mul(0.37).sin().view(outputs.shape)).sum().backward();
        }

        return (outputs.detach(), adapter.Gradients.clone());
    }

    private static void Shake(Adapter adapter)
    {
        using var frozen = no_grad();
        using var generator = new Generator(5, CPU);
        adapter.Values.add_(randn(adapter.Values.shape, float64, generator: generator).mul_(0.2).mul_(adapter.RealMask()));
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.shape, actual.shape);
        if (expected.numel() > 0)
        {
            double difference = (actual - expected).abs().max().item<double>();
            Assert.True(difference <= tolerance, $"{what}: largest difference {difference:E2}");
        }
    }
}
