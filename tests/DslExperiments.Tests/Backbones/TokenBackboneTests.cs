using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>Backbones with a vocabulary: tokens in, scores out, everything trainable, weights given.</summary>
public class TokenBackboneTests
{
    private const int Vocabulary = 5;
    private const int Context = 7;
    private const int First = 2;

    private static readonly int[] Reads = [1, 3];

    private static readonly TransformerOptions Small = new()
    {
        Depth = 2,
        Width = 6,
        Heads = 2,
        Mlp = new MlpOptions { Hidden = 7, Activation = Activation.Gelu },
        Norm = Norm.Pre,
        Causal = true,
        Positions = Positions.Learned,
        Vocabulary = Vocabulary,
        Context = Context,
        Dtype = Precision.Float64,
        Init = new BackboneInit { Embedding = new Normal(1), Bias = new Normal(0.3) },
    };

    public static TheoryData<Norm, bool, Positions, int> Shapes()
    {
        var data = new TheoryData<Norm, bool, Positions, int>();
        foreach (var norm in Enum.GetValues<Norm>())
        {
            foreach (var positions in ForwardEqualsReferenceTests.OfOneStack)
            {
                data.Add(norm, true, positions, 1);
                data.Add(norm, false, positions, 2);
                data.Add(norm, true, positions, 2);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Scores_and_gradients_equal_the_plain_definition(Norm norm, bool causal, Positions positions, int depth) =>
        Check(Small with { Norm = norm, Causal = causal, Positions = positions, Depth = depth });

    [Fact]
    public void Scores_and_gradients_of_a_large_vocabulary_equal_the_plain_definition() => Check(Small with { Vocabulary = 300 });

    private static void Check(TransformerOptions options)
    {
        using var scope = NewDisposeScope();
        foreach (int[] seeds in (int[][])[[3, 7], [3, 3, 7, 7], [3, 7, 7, 3]])
        {
            var backbone = new Transformer(options, seeds, CPU, Gains(options));
            var ids = Ids(backbone, 3, 4);
            foreach (var adapter in Adapters(backbone, seeds))
            {
                Shake(adapter);
                var expected = Gradient(adapter, () => Reference(backbone, ids, adapter));
                foreach (long callCost in (long[])[0, long.MaxValue / 1000])
                {
                    backbone.CallCost = callCost;

                    // A content per step, and one that is read twice.
                    var content = backbone.Embed(ids, First, Reads);
                    for (int pass = 0; pass < 3; pass++)
                    {
                        var actual = Gradient(adapter, () => backbone.Logits(pass == 0 ? backbone.Embed(ids, First, Reads) : content, adapter, Batch.All));
                        AssertClose(expected.Outputs, actual.Outputs, 1e-12);
                        AssertClose(expected.Gradients, actual.Gradients, 1e-11);
                    }

                    long[] rows = [.. Enumerable.Range(0, backbone.Groups.Count).SelectMany(g => (long[])[(g * 3) + 2, g * 3])];
                    AssertClose(
                        expected.Outputs.index_select(1, tensor((long[])[2, 0])),
                        backbone.Logits(content, adapter, Batch.Of(tensor(rows), 2)),
                        1e-12);
                }

                AssertClose(
                    stack(Enumerable.Range(0, adapter.Arms).Select(arm => AttentionOf(backbone, ids, adapter, arm))),
                    backbone.Attention(backbone.Embed(ids, First, Reads), adapter, options.Depth - 1).select(2, 0).narrow(1, 0, 1).squeeze(1),
                    1e-12);
            }

            Assert.True(backbone.IsUnchanged());
        }
    }

    [Fact]
    public void One_adapter_reads_contents_of_other_places_and_positions()
    {
        using var scope = NewDisposeScope();
        foreach (var positions in ForwardEqualsReferenceTests.OfOneStack)
        {
            var backbone = new Transformer(Small with { Positions = positions }, [1], CPU);
            var ids = Ids(backbone, 3, 4);
            foreach (var adapter in Adapters(backbone, [1]))
            {
                foreach (long callCost in (long[])[0, long.MaxValue / 1000])
                {
                    backbone.CallCost = callCost;
                    foreach (var (reads, first) in (IEnumerable<(int[], int)>)[([0, 1], 0), ([2, 3], 0), ([2, 3], 3), ([0, 2], 1)])
                    {
                        AssertClose(
                            Reference(backbone, ids, adapter, reads, first), backbone.Logits(backbone.Embed(ids, first, reads), adapter, Batch.All), 1e-12);
                    }
                }
            }
        }
    }

    [Fact]
    public void Gradients_of_the_cross_entropy_equal_finite_differences()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Small, [4, 9], CPU, Gains(Small));
        var adapter = Everything(backbone, [4, 9]);
        var ids = Ids(backbone, 3, 4);
        var targets = Ids(backbone, 3, 2, "targets");
        adapter.Gradients.zero_();
        Loss().sum().backward();
        using var frozen = no_grad();
        foreach (string name in (string[])[WeightNames.Embedding, WeightNames.Positions, WeightNames.Unembedding, WeightNames.Gain(2, NormPlace.Final), WeightNames.Gain(0, NormPlace.Mlp)])
        {
            var trained = adapter.Tensors.Single(t => t.Name == name);
            var flat = trained.Values.view(-1);
            var gradient = trained.Gradients.contiguous().view(-1);
            Assert.True(gradient.abs().max().item<double>() > 1e-4, name);
            for (long index = 0; index < flat.numel(); index++)
            {
                var number = flat.narrow(0, index, 1);
                number.add_(1e-5);
                double above = Loss().sum().item<double>();
                number.sub_(2e-5);
                double below = Loss().sum().item<double>();
                number.add_(1e-5);
                Assert.Equal((above - below) / 2e-5, gradient[index].item<double>(), 1e-8);
            }
        }

        Tensor Loss() => -backbone.Logits(backbone.Embed(ids, First, Reads), adapter, Batch.All)
            .log_softmax(-1).gather(-1, targets.unsqueeze(-1)).mean([1, 2, 3]);
    }

    [Fact]
    public void Trained_tables_of_equal_values_give_the_scores_of_the_frozen_ones()
    {
        using var scope = NewDisposeScope();
        foreach (bool causal in (bool[])[false, true])
        {
            var backbone = new Transformer(Small with { Causal = causal }, [4, 4, 9, 9], CPU, Gains(Small));
            var content = backbone.Embed(Ids(backbone, 3, 4), First, Reads);
            AssertClose(
                backbone.Groups.PerArm(backbone.Logits(content, new Unadapted(backbone), Batch.All), 4),
                backbone.Logits(content, Everything(backbone, [4, 4, 9, 9]), Batch.All),
                1e-12);
        }
    }

    [Fact]
    public void Tokens_from_a_position_on_meet_the_table_from_that_row_on()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Small, [4], CPU);
        var ids = Ids(backbone, 3, Context);

        // The same backbone whose table starts at the third row.
        var shifted = Everything(backbone, [4]).Export(0).ToDictionary();
        shifted[WeightNames.Positions] = cat([shifted[WeightNames.Positions].narrow(0, First, Context - First), zeros([First, 6], float64)], 0);
        var other = new Transformer(Small, [4], CPU, new BackboneWeights(_ => shifted));
        var dropped = ids.narrow(2, First, Context - First);
        foreach (var methods in (IEnumerable<Func<Transformer, Adapter>>)[b => new Unadapted(b), b => new SoftPrompt([new() { Length = 3 }], b, [4]), b => Everything(b, [4])])
        {
            AssertClose(
                other.Logits(other.Embed(dropped, 0, Reads), methods(other), Batch.All),
                backbone.Logits(backbone.Embed(dropped, First, Reads), methods(backbone), Batch.All),
                1e-12);
        }
    }

    [Fact]
    public void Rotary_scores_depend_on_distances_alone_until_a_prompt_stands_in_front()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Small with { Positions = Positions.Rotary }, [4], CPU);
        var ids = Ids(backbone, 3, 4);
        var prompt = new SoftPrompt([new() { Length = 3 }], backbone, [4]);
        AssertClose(Logits(0, new Unadapted(backbone)), Logits(5, new Unadapted(backbone)), 1e-12);
        Assert.True((Logits(0, prompt) - Logits(5, prompt)).abs().max().item<double>() > 1e-3);

        Tensor Logits(int first, Adapter adapter) => backbone.Logits(backbone.Embed(ids, first, Reads), adapter, Batch.All);
    }

    [Theory]
    [InlineData(Norm.Pre, Precision.Float64)]
    [InlineData(Norm.Post, Precision.Float32)]
    [InlineData(Norm.Rms, Precision.Float32)]
    public void What_full_tuning_exports_is_a_backbone(Norm norm, Precision dtype)
    {
        using var scope = NewDisposeScope();
        var options = Small with { Norm = norm, Dtype = dtype };
        int[] seeds = [4, 9];
        var first = new Transformer(options, seeds, CPU);
        var trained = Everything(first, seeds);
        var ids = Ids(first, 3, 4);
        var targets = Ids(first, 3, 2, "targets");
        for (int step = 0; step < 5; step++)
        {
            using var inner = NewDisposeScope();
            trained.Gradients.zero_();
            (-Scores(first, trained).log_softmax(-1).gather(-1, targets.unsqueeze(-1)).mean()).backward();
            using var frozen = no_grad();
            trained.Values.sub_(trained.Gradients * 0.5);
        }

        var second = new Transformer(options, seeds, CPU, new BackboneWeights(seed => trained.Export(Array.IndexOf(seeds, seed))));
        var again = Everything(second, seeds);
        AssertClose(trained.Values.to(float64), again.Values.to(float64), 0);
        AssertClose(Scores(first, trained), Scores(second, again), 0);
        AssertClose(Scores(first, trained), Scores(second, new Unadapted(second)), dtype == Precision.Float64 ? 1e-12 : 1e-5);
        Assert.True((Scores(first, new Unadapted(first)) - Scores(first, trained)).abs().max().item<double>() > 1e-2);

        Tensor Scores(Transformer backbone, Adapter adapter) => backbone.Logits(backbone.Embed(ids, First, Reads), adapter, Batch.All).to(float64);
    }

    [Fact]
    public void Weights_that_are_not_given_are_drawn_as_ever()
    {
        using var scope = NewDisposeScope();
        var drawn = new Transformer(Small, [4], CPU);
        var bias = full([7], 0.25, float32);
        var given = new Transformer(
            Small with { Init = Small.Init with { Bias = new Zeros() } }, [4], CPU,
            new BackboneWeights(_ => new Dictionary<string, Tensor> { [WeightNames.Bias(1, Projection.MlpIn)] = bias }));
        Assert.Equal(0, (drawn.Layers[1][Projection.MlpIn].Matrix - given.Layers[1][Projection.MlpIn].Matrix).abs().max().item<double>());
        Assert.Equal(0.25, given.Layers[1][Projection.MlpIn].BiasRow!.mean().item<double>());
        Assert.Null(given.Layers[0][Projection.MlpIn].BiasRow);
        Assert.Equal(0.25f, bias.mean().item<float>());
    }

    [Fact]
    public void Greedy_decoding_gives_the_whole_answer_exactly_where_every_token_is_right()
    {
        using var scope = NewDisposeScope();
        int[] seeds = [4, 4, 9, 9];
        var backbone = new Transformer(Small, seeds, CPU);
        foreach (var adapter in Adapters(backbone, seeds))
        {
            Shake(adapter);
            var questions = Ids(backbone, 40, 3);
            var greedy = Decoding.Greedy(backbone, questions, adapter, 2, 1);
            Assert.Equal([adapter.Arms, 40, 2], greedy.shape);

            // Answers of the arm itself for half of the sequences, random ones for the rest.
            var random = Ids(backbone, 40, 2, "answers");
            bool[] seen = [false, false];
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                var own = greedy[arm].unsqueeze(0).expand(2, 40, 2);
                var answers = cat([own.narrow(1, 0, 20), random.narrow(1, 20, 20)], 1);
                var forced = backbone.Embed(cat([questions, answers.narrow(2, 0, 1)], 2), 1, [2, 3]);
                var right = backbone.Logits(forced, adapter, Batch.All)[arm].argmax(-1).eq(answers[arm / (adapter.Arms / 2)]).all(-1);
                var same = greedy[arm].eq(answers[arm / (adapter.Arms / 2)]).all(-1);
                Assert.Equal(same.data<bool>().ToArray(), right.data<bool>().ToArray());
                foreach (bool value in same.data<bool>().ToArray())
                {
                    seen[value ? 1 : 0] = true;
                }
            }

            Assert.Equal([true, true], seen);
        }
    }

    [Fact]
    public void All_reads_of_a_task_are_right_exactly_where_greedy_decoding_gives_the_whole_answer()
    {
        using var scope = NewDisposeScope();
        int[] seeds = [4, 9];
        var options = Small with { Depth = 1, Width = 12, Mlp = new MlpOptions { Hidden = 16 } };
        var sequences = new IntegerSequencesOptions { Length = 3, Values = 4, MaxDistinct = 4, Placeholders = 1, HeldOut = 0, TestSequences = 50 };
        var drawn = new Transformer(options, seeds, CPU);
        var trained = Everything(drawn, seeds);
        Train(trained, drawn, 60);

        var backbone = new Transformer(options, seeds, CPU, new BackboneWeights(seed => trained.Export(Array.IndexOf(seeds, seed))));
        var task = new IntegerSequences(sequences, backbone, seeds);
        Adapter[] adapters =
        [
            Everything(backbone, seeds),
            new Unadapted(backbone),
            new SoftPrompt([.. seeds.Select(_ => new PromptOptions { Length = 2 })], backbone, seeds),
            new Prefix([.. seeds.Select(_ => new PrefixOptions { Length = 2 })], backbone, seeds),
            new Prefix([.. seeds.Select(_ => new PrefixOptions { Length = 2, Form = PrefixForm.BlockInput })], backbone, seeds),
        ];
        foreach (var adapter in adapters)
        {
            if (adapter.HasVirtualTokens)
            {
                Train(adapter, backbone, 30);
            }

            using var frozen = no_grad();
            int replaced = adapter.HasVirtualTokens ? sequences.Placeholders : 0;
            var questions = task.Test.Ids.narrow(2, replaced, sequences.Placeholders + sequences.Length - replaced);
            var greedy = Decoding.Greedy(backbone, questions, adapter, sequences.Length, replaced);
            bool[] whole = greedy.eq(task.Test.Targets).all(-1).view(-1).data<bool>().ToArray();
            Assert.Equal(whole, task.IsRight(adapter, task.Test).all(-1).view(-1).data<bool>().ToArray());
            Assert.Contains(true, whole);
            Assert.Contains(false, whole);
        }

        void Train(Adapter adapter, Transformer on, int steps)
        {
            var family = new IntegerSequences(sequences, on, seeds);
            var training = new TrainingOptions { LearningRate = 0.02, Steps = steps };
            var optimizer = Optimizer.Create([training, training], adapter);
            for (int step = 0; step < steps; step++)
            {
                using var inner = NewDisposeScope();
                adapter.Gradients.zero_();
                family.Loss(on, adapter, Batch.Fresh(step, 32)).sum().backward();
                optimizer.Step(step);
            }
        }
    }

    [Fact]
    public void A_content_of_one_step_leaves_its_vectors_to_their_owner()
    {
        using var scope = NewDisposeScope();
        foreach (var positions in ForwardEqualsReferenceTests.OfOneStack)
        {
            var backbone = new Transformer(Small with { Positions = positions }, [4], CPU);
            var vectors = new Normal(1).Draw([1, 3, 4, 6], 1);
            foreach (var adapter in Adapters(backbone, [4]))
            {
                Assert.Equal(Outputs(), Outputs());

                double[] Outputs()
                {
                    using var step = NewDisposeScope();
                    return backbone.Forward(new Content(vectors, Reads, First), adapter, Batch.All).contiguous().data<double>().ToArray();
                }
            }
        }
    }

    [Fact]
    public void Contents_of_ten_thousand_steps_leave_no_handle_behind()
    {
        using var scope = NewDisposeScope();
        var options = Small with { Depth = 1, Width = 4, Mlp = new MlpOptions { Hidden = 0 } };
        var backbone = new Transformer(options, [1], CPU);
        var adapters = Adapters(backbone, [1]).ToArray();
        var ids = Ids(backbone, 2, 4);
        long settled = 0;
        for (int step = 0; step < 10_000; step++)
        {
            using (NewDisposeScope())
            {
                var adapter = adapters[step % adapters.Length];
                adapter.Gradients.zero_();
                var scores = backbone.Logits(backbone.Embed(ids, First, Reads), adapter, Batch.All);
                if (adapter.Tensors.Count > 0)
                {
                    scores.sum().backward();
                }
            }

            settled = step == 100 ? DisposeScopeManager.Statistics.ThreadTotalLiveCount : settled;
            if (step > 100)
            {
                Assert.Equal(settled, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            }
        }
    }

    [Fact]
    public void Every_weight_counts_for_the_fingerprint()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Small, [4], CPU, Gains(Small));
        foreach (var weight in (Tensor[])[backbone.Embedding!, backbone.Unembedding!, backbone.PositionTable!, backbone.Gain(0, NormPlace.Mlp)!])
        {
            Assert.True(backbone.IsUnchanged());
            weight.mul_(2);
            Assert.False(backbone.IsUnchanged());
            weight.mul_(0.5);
        }
    }

    [Fact]
    public void Full_tuning_trains_what_is_counted()
    {
        using var scope = NewDisposeScope();
        foreach (var positions in ForwardEqualsReferenceTests.OfOneStack)
        {
            var options = Small with { Positions = positions };
            var all = new FullOptions { On = [Projection.All] };
            Assert.Equal(TrainableParameters.Count(all, options), new FullTuning([all], new Transformer(options, [1], CPU), [1]).ParametersOf(0));
        }
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Small, [4], CPU);
        Assert.Contains("a context of 7", Assert.Throws<ArgumentException>(() => backbone.Embed(Ids(backbone, 1, 4), 4, [0])).Message);
        Assert.Contains("0 to 4, but 0 to 5", Assert.Throws<ArgumentException>(() => backbone.Embed(tensor((long[])[0, 5]).view(1, 1, 2), 0, [0])).Message);
        Assert.Contains("[1, N, T]", Assert.Throws<ArgumentException>(() => backbone.Embed(zeros([2, 1, 3], int64), 0, [0])).Message);
        Assert.Contains("no vocabulary", Assert.Throws<InvalidOperationException>(
            () => new Transformer(Small with { Vocabulary = 0 }, [4], CPU).Embed(Ids(backbone, 1, 4), 0, [0])).Message);
        Assert.Contains("need a context", Assert.Throws<ArgumentException>(() => new Transformer(Small with { Context = 0 }, [4], CPU)).Message);
        Assert.Contains("is [3]; the backbone needs [5, 6]", Assert.Throws<ArgumentException>(() => Given(WeightNames.Embedding)).Message);
        Assert.Contains("have 'embeding.weight'", Assert.Throws<ArgumentException>(() => Given("embeding.weight")).Message);

        Transformer Given(string name) =>
            new(Small, [4], CPU, new BackboneWeights(_ => new Dictionary<string, Tensor> { [name] = zeros([3], float64) }));
    }

    private static FullTuning Everything(Transformer backbone, int[] seeds) =>
        new([.. seeds.Select(_ => new FullOptions { On = [Projection.All] })], backbone, seeds);

    private static IEnumerable<Adapter> Adapters(Transformer backbone, int[] seeds)
    {
        yield return Everything(backbone, seeds);
        yield return new Unadapted(backbone);
        yield return new SoftPrompt([.. seeds.Select(_ => new PromptOptions { Length = 2 })], backbone, seeds);
        foreach (var form in Enum.GetValues<PrefixForm>())
        {
            yield return new Prefix([.. seeds.Select(_ => new PrefixOptions { Length = 2, Form = form })], backbone, seeds);
        }

        yield return new Lora([.. seeds.Select(_ => new LoraOptions { Rank = 2, On = [Projection.All] })], backbone, seeds);
        yield return new FullTuning([.. seeds.Select(_ => new FullOptions { On = [Projection.Attention] })], backbone, seeds);
    }

    private static BackboneWeights Gains(TransformerOptions options) => new(seed => options.NormPlaces().ToDictionary(
        norm => WeightNames.Gain(norm.Layer, norm.Place),
        norm => new Uniform(0.5).Draw([options.Width], Seeds.Derive(seed, WeightNames.Gain(norm.Layer, norm.Place))) + 1));

    private static Tensor Ids(Transformer backbone, int sequences, int length, string concern = "ids") => stack(backbone.Groups.Seeds.Select(seed =>
        new Uniform(0.5).Draw([sequences, length], Seeds.Derive(seed, concern)).add(0.5).mul(backbone.Options.Vocabulary).to(int64)));

    private static Tensor Reference(Transformer backbone, Tensor ids, Adapter adapter) => Reference(backbone, ids, adapter, Reads, First);

    private static Tensor Reference(Transformer backbone, Tensor ids, Adapter adapter, int[] reads, int first) =>
        stack(Enumerable.Range(0, adapter.Arms).Select(arm =>
        {
            var reference = new ReferenceForward(backbone, adapter, arm);
            return stack(Enumerable.Range(0, (int)ids.shape[1]).Select(n => reference.Logits(Sequence(backbone, ids, adapter, arm, n), reads, first)));
        }));

    /// <summary>The last layer's first head on the first sequence, [M, M].</summary>
    private static Tensor AttentionOf(Transformer backbone, Tensor ids, Adapter adapter, int arm)
    {
        var reference = new ReferenceForward(backbone, adapter, arm);
        reference.Logits(Sequence(backbone, ids, adapter, arm, 0), Reads, First);
        return reference.Attention[^backbone.Options.Heads];
    }

    private static long[] Sequence(Transformer backbone, Tensor ids, Adapter adapter, int arm, int n) =>
        ids[arm / (adapter.Arms / backbone.Groups.Count)][n].contiguous().data<long>().ToArray();

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

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        if (expected.numel() > 0)
        {
            Assert.InRange((actual - expected).abs().max().item<double>(), 0, tolerance);
        }
    }
}
