using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Prompts of tokens, written and searched.</summary>
public class HardPromptTests
{
    private static readonly TransformerOptions Bytes = new() { Width = 4, Vocabulary = 259, Dtype = Precision.Float64 };

    private static readonly TransformerOptions Small = new()
    {
        Depth = 2, Width = 6, Heads = 2, Causal = true, Vocabulary = 13, Dtype = Precision.Float64, Mlp = new MlpOptions { Hidden = 7, Activation = Activation.Tanh },
        Init = new BackboneInit { Embedding = new Normal(1) },
    };

    [Fact]
    public void Text_and_examples_are_written_in_this_order()
    {
        using var scope = NewDisposeScope();
        int[] seeds = [3, 8];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new TextFixture(backbone);
        Check(new() { Text = "Hi:", Candidates = 0 }, "Hi:", "Hi:");
        Check(new() { Text = "Hi:", Examples = 2, Candidates = 0 }, "Hi:DaDb", "Hi:IaIb");
        Check(new() { Examples = 1, Candidates = 0 }, "Da", "Ia");
        Check(new() { Text = "Hi:", Length = 2, Candidates = 0 }, "Hi", "Hi");
        Check(new() { Text = "Hi:", Length = 7 }, "Hi:Hi:H", "Hi:Hi:H");

        void Check(HardPromptOptions options, params string[] expected)
        {
            var adapter = new HardPrompt([options, options], backbone, seeds, task);
            for (int arm = 0; arm < 2; arm++)
            {
                var exported = adapter.Export(arm);
                Assert.Equal(["prompt", "tokens"], exported.Keys);
                Assert.Equal(expected[arm].Select(c => (long)c), exported["tokens"].data<long>().ToArray());
                Assert.True((exported["prompt"] == backbone.Embedding![arm].index_select(0, exported["tokens"])).all().item<bool>());
                Assert.Equal(options.Length, adapter.ParametersOf(arm));
                Assert.Equal(adapter.ParametersOf(arm), TrainableParameters.Count(options, Bytes));
            }
        }
    }

    [Fact]
    public void Without_text_tokens_are_drawn_by_the_seed()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Bytes, [3, 3, 8], CPU);
        var adapter = new HardPrompt([new() { Length = 6 }, new() { Length = 9 }, new() { Length = 9 }], backbone, [3, 3, 8]);
        long[][] tokens = [.. Enumerable.Range(0, 3).Select(arm => adapter.Export(arm)["tokens"].data<long>().ToArray())];
        Assert.Equal(tokens[0], tokens[1][..6]);
        Assert.NotEqual(tokens[1], tokens[2]);
        Assert.All(tokens, drawn => Assert.Equal(drawn.Length, drawn.Distinct().Count()));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Bytes, [3], CPU);
        Throws(new() { Text = "a" }, "a search needs to know how many tokens");
        Throws(new() { Candidates = 0 }, "needs a length, a text or examples");
        Throws(new() { Text = "a", Candidates = 0 }, "needs a tokenizer");
        Throws(new() { Examples = 1, Candidates = 0 }, "examples need a task on texts");
        var vectors = Assert.Throws<ExperimentUsageException>(() => new HardPrompt([new() { Length = 2 }], new Transformer(Bytes with { Vocabulary = 0 }, [3], CPU), [3]));
        Assert.Contains("no vocabulary", vectors.Message);

        void Throws(HardPromptOptions options, string message) =>
            Assert.Contains(message, Assert.Throws<ExperimentUsageException>(() => new HardPrompt([options], backbone, [3])).Message);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(3)]
    public void A_step_takes_the_best_of_what_the_gradient_promises(int candidates)
    {
        using var scope = NewDisposeScope();
        int[] seeds = [3, 8];
        var backbone = new Transformer(Small, seeds, CPU);
        var task = Harness.TaskOf(new TeacherPromptOptions(), backbone, seeds);
        var adapter = new HardPrompt([new() { Length = 2, Candidates = candidates }, new() { Length = 3, Candidates = candidates }], backbone, seeds, task);
        var training = new TrainingOptions { Steps = 4 };
        var optimizer = Optimizer.Create([training, training], adapter);
        for (int step = 0; step < 4; step++)
        {
            long[][] before = [.. Enumerable.Range(0, 2).Select(arm => adapter.Export(arm)["tokens"].data<long>().ToArray())];
            adapter.Gradients.zero_();
            var losses = task.Loss(backbone, adapter, Batch.All);
            losses.sum().backward();
            optimizer.Step(step, Batch.All, losses);
            for (int arm = 0; arm < 2; arm++)
            {
                // The same by hand: one position changes, and to the best of the tokens that are tried there.
                long[] after = adapter.Export(arm)["tokens"].data<long>().ToArray();
                int[] changed = [.. Enumerable.Range(0, after.Length).Where(i => after[i] != before[arm][i])];
                Assert.InRange(changed.Length, 0, 1);
                double now = LossOf(arm, before[arm]), reached = LossOf(arm, after);
                int[] positions = changed.Length == 1 ? changed : [.. Enumerable.Range(0, after.Length)];
                bool isBest = positions.Any(position =>
                {
                    double best = Promised(arm, before[arm], position).Take(candidates).Min(token => LossOf(arm, [.. before[arm][..position], token, .. before[arm][(position + 1)..]]));
                    return changed.Length == 1 ? Math.Abs(best - reached) < 1e-14 && best <= now : best > now;
                });
                Assert.True(isBest, $"step {step}, arm {arm}: {now:R} to {reached:R}");
                Assert.True((adapter.Export(arm)["prompt"] == backbone.Embedding![arm].index_select(0, adapter.Export(arm)["tokens"])).all().item<bool>());
            }
        }

        double LossOf(int arm, long[] tokens)
        {
            using var frozen = no_grad();
            return task.Loss(backbone, Fixed(arm, tokens, out _), Batch.All)[arm].item<double>();
        }

        IEnumerable<long> Promised(int arm, long[] tokens, int position)
        {
            var prompt = Fixed(arm, tokens, out var leaf);
            task.Loss(backbone, prompt, Batch.All)[arm].backward();
            var gradient = leaf.grad![arm][position];
            double[] promise = (backbone.Embedding![arm] - backbone.Embedding[arm][tokens[position]]).matmul(gradient).neg().data<double>().ToArray();
            return Enumerable.Range(0, 13).Select(token => (long)token).Where(token => token != tokens[position]).OrderByDescending(token => promise[token]);
        }

        SoftPrompt Fixed(int arm, long[] tokens, out Tensor leaf)
        {
            var prompt = new SoftPrompt([.. seeds.Select(_ => new PromptOptions { Length = tokens.Length })], backbone, seeds);
            using var frozen = no_grad();
            prompt.Tensors[0].Of(arm).copy_(backbone.Embedding![arm].index_select(0, tensor(tokens, int64)));
            leaf = prompt.Tensors[0].Leaf;
            return prompt;
        }
    }

    [Fact]
    public void On_all_sequences_the_loss_never_rises()
    {
        var arms = Harness.TrainTogether([.. Enumerable.Range(0, 3).Select(arm => Harness.Design(
            new HardPromptOptions { Length = 2 + arm, Candidates = 4 }, arm, Small, new TeacherPromptOptions(), new TrainingOptions { Steps = 60, MeasureEvery = 1 }, arm))]).Arms;
        Assert.All(arms, arm =>
        {
            Assert.All(arm.Curve.Zip(arm.Curve.Skip(1)), pair => Assert.True(pair.Second.Loss <= pair.First.Loss + 1e-14));
            Assert.True(arm.Curve[^1].Loss < arm.Curve[0].Loss);
            var tokens = arm.Adapter.Single(array => array.Name == "tokens");
            Assert.All(tokens.Values, token => Assert.InRange(token, 0, 12));
        });
    }

    [Fact]
    public void What_is_not_searched_takes_no_step()
    {
        var design = Harness.Design(new HardPromptOptions { Length = 3, Candidates = 0 }, 0, Small, new TeacherPromptOptions());
        Assert.False(design.Trains);
        Assert.True((design with { Method = new HardPromptOptions { Length = 3 } }).Trains);
        var cohort = new Cohort(Harness.PlanOf(design), new DetachedSession(), CPU);
        Harness.Train(cohort);
        Assert.Equal(0, cohort.StepCount);
        Assert.Equal(3, cohort.Outcome!.Arms[0].Adapter.Single(array => array.Name == "tokens").Values.Length);
    }

    [Fact]
    public void A_head_is_trained_beside_the_search()
    {
        var designs = Enumerable.Range(0, 2).Select(arm => Harness.Design(
            new HardPromptOptions { Length = 2 + arm, Candidates = 3 * arm }, arm, Small, new LabelledVectorsOptions(),
            new TrainingOptions { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.1, Steps = 30, LearningRate = 0.05 }, arm)).ToArray();
        Assert.Equal([2 + 21, 3 + 21], designs.Select(design => design.TrainableParameters));
        var together = new Cohort(Harness.PlanOf(designs), new DetachedSession(), CPU);
        Harness.Train(together, []);
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Small, [0, 1], CPU);
        for (int arm = 0; arm < 2; arm++)
        {
            var alone = new Cohort(Harness.PlanOf(designs[arm]), new DetachedSession(), CPU);
            Harness.Train(alone, []);
            var (one, other) = (alone.Outcome!.Arms[0], together.Outcome!.Arms[arm]);
            Assert.Equal(["prompt", "tokens", "classifier.weight", "classifier.bias"], one.Adapter.Select(array => array.Name));
            Assert.All(one.Adapter.Zip(other.Adapter), pair =>
                Assert.All(pair.First.Values.Zip(pair.Second.Values), numbers => Assert.InRange(Math.Abs(numbers.First - numbers.Second), 0, 1e-10)));
            Assert.True(one.Curve[^1].Loss < one.Curve[0].Loss);
            long[] tokens = [.. one.Adapter[1].Values.Select(token => (long)token)];
            var rows = backbone.Embedding![arm].index_select(0, tensor(tokens, int64));
            Assert.Equal(rows.contiguous().data<double>().ToArray(), one.Adapter[0].Values);
            var start = new HardPrompt([new() { Length = 2 + arm }], new Transformer(Small, [arm], CPU), [arm]).Export(0)["tokens"].data<long>().ToArray();
            Assert.Equal(arm == 0, tokens.SequenceEqual(start));
        }
    }

    [Fact]
    public void Neighbours_are_those_of_the_largest_cosines()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Small, [3, 8], CPU);
        var prompt = new SoftPrompt([new() { Length = 3 }, new() { Length = 2 }], backbone, [3, 8]);
        for (int arm = 0; arm < 2; arm++)
        {
            var found = NearestTokens.Of(prompt, backbone, arm, 4);
            double[][] rows = Rows(prompt.Export(arm)["prompt"]), table = Rows(backbone.Embedding![arm]);
            Assert.Equal(rows.Length, found.Length);
            for (int row = 0; row < rows.Length; row++)
            {
                var expected = Enumerable.Range(0, 13).Select(token => (Token: token, Cosine: Cosine(rows[row], table[token]))).OrderByDescending(pair => pair.Cosine).Take(4).ToArray();
                Assert.Equal(expected.Select(pair => pair.Token), found[row].Select(neighbour => neighbour.Token));
                Assert.All(expected.Zip(found[row]), pair => Assert.Equal(pair.First.Cosine, pair.Second.Cosine, 12));
            }

            // Rows of the embedding beyond the tokenizer's vocabulary are near nothing.
            Assert.All(NearestTokens.Of(prompt, backbone, arm, 13, vocabulary: 7), near => Assert.Equal(Enumerable.Range(0, 7), near.Select(token => token.Token).Order()));
        }

        // A prompt of tokens is its own neighbour; a row of zeros has none.
        var hard = new HardPrompt([new() { Length = 3 }, new() { Length = 2 }], backbone, [3, 8]);
        Assert.Equal(hard.Export(1)["tokens"].data<long>().ToArray(), NearestTokens.Of(hard, backbone, 1, 1).Select(neighbours => (long)neighbours[0].Token));
        Assert.All(NearestTokens.Of(zeros([1, 6], float64), backbone.Embedding![0], 20)[0], neighbour => Assert.Equal(0, neighbour.Cosine));
        Assert.Equal(13, NearestTokens.Of(zeros([1, 6], float64), backbone.Embedding[0], 20)[0].Length);
        Assert.Throws<InvalidOperationException>(() => NearestTokens.Of(new Unadapted(backbone), backbone, 0, 1));

        static double[][] Rows(Tensor matrix) => [.. matrix.contiguous().data<double>().ToArray().Chunk((int)matrix.shape[1])];

        static double Cosine(double[] a, double[] b) => a.Zip(b).Sum(pair => pair.First * pair.Second) / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));
    }
}
