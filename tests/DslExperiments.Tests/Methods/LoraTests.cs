using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Low-rank updates: merged into the weights and taken out again, and with dropout.</summary>
public class LoraTests
{
    private static TransformerOptions Gated { get; } = new()
    {
        Depth = 2, Width = 8, Heads = 4, KeyValueHeads = 2, Causal = true, Norm = Norm.Rms, Positions = Positions.Rotary, Vocabulary = 11, Dtype = Precision.Float64,
        Mlp = new SwiGlu { Hidden = 9 },
    };

    private static TransformerOptions WithBiases { get; } = new()
    {
        Depth = 2, Width = 8, Heads = 2, Causal = true, Norm = Norm.Pre, NormBias = true, Positions = Positions.Learned, Context = 6, Vocabulary = 11, Tied = true,
        Dtype = Precision.Float64, Attention = new AttentionOptions { Bias = true }, Mlp = new GeluMlp { Hidden = 9 },
        Init = new BackboneInit { Bias = new Normal(0.3), Embedding = new Normal(1) },
    };

    public static TheoryData<bool, bool> Cases() => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Merged_weights_compute_the_same_and_can_be_unmerged(bool biases, bool single)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var options = (biases ? WithBiases : Gated) with { Dtype = single ? Precision.Float32 : Precision.Float64 };
        int[] seeds = [3, 3, 8, 8];
        var backbone = new Transformer(options, seeds, CPU);
        var lora = new Lora(
            [.. seeds.Select((_, arm) => new LoraOptions { Rank = 1 + (arm % 3), Alpha = arm, RankStabilized = arm == 2, On = [Projection.All], Dropout = 0.5 })], backbone, seeds);
        using var generator = new Generator(5, CPU);
        lora.Values.add_(randn(lora.Values.shape, float64, generator: generator).mul_(0.1).to(lora.Values.dtype) * lora.RealMask());
        var ids = backbone.Groups.Stack(seed => tensor(new long[] { 1, 5, 3, 9, 2, seed, 7, 1, 10, 4 }, [2, 5]).to(float64)).to(int64);
        var logits = Logits(backbone, lora);
        Assert.True((logits - Logits(backbone, new Unadapted(backbone))).abs().max().to(float64).item<double>() > 0.01);
        for (int arm = 0; arm < 4; arm++)
        {
            var merged = lora.Merge(backbone, arm);
            var alone = new Transformer(options, [seeds[arm]], CPU, merged);
            var content = alone.Embed(ids.narrow(0, backbone.Groups.GroupOf(arm), 1), 0, [2, 4]);
            AssertClose(alone.Logits(content, new Unadapted(alone), Batch.All)[0], logits[arm], single ? 1e-6 * logits.abs().max().to(float64).item<double>() : 1e-12);
            Assert.True(backbone.IsUnchanged());

            var original = backbone.WeightsOf(backbone.Groups.GroupOf(arm));
            var unmerged = lora.Unmerge(merged, backbone, arm).OfSeed(seeds[arm]);
            Assert.Equal(original.Keys.Order(), unmerged.Keys.Order());
            foreach (var (name, weight) in original)
            {
                bool adapted = name.StartsWith("layers.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal) && !name.Contains("norm");
                Assert.Equal(adapted, (merged.OfSeed(0)[name] != weight).any().item<bool>());

                // Merged weights are kept in double precision, so that single precision gets its bits back.
                AssertClose(unmerged[name].to(weight.dtype), weight, single ? 0 : 4e-16);
            }
        }

        Tensor Logits(Transformer of, Adapter adapter)
        {
            var all = of.Logits(of.Embed(ids, 0, [2, 4]), adapter, Batch.All);
            return all.shape[0] == 4 ? all : of.Groups.PerArm(all, 4);
        }
    }

    [Fact]
    public void Updates_reach_gates_and_biased_weights_in_their_gradients()
    {
        using var scope = NewDisposeScope();
        foreach (var options in (TransformerOptions[])[Gated, WithBiases])
        {
            var backbone = new Transformer(options with { Vocabulary = 0, Tied = false }, [3, 8], CPU);
            var task = Harness.TaskOf(new DslExperiments.Tasks.TeacherPromptOptions { Length = 3 }, backbone, [3, 8]);
            var lora = new Lora([new() { Rank = 1, On = [Projection.All] }, new() { Rank = 2, On = [Projection.All] }], backbone, [3, 8]);
            Assert.Equal(options.Mlp.Gated, lora.Tensors.Any(tensor => tensor.Name == "layers.1.mlp_gate.lora_B"));
            using (no_grad())
            {
                lora.Values.add_(lora.RealMask() * 0.05);
            }

            task.Loss(backbone, lora, Batch.All).sum().backward();
            using var frozen = no_grad();
            double[] gradient = lora.Gradients.data<double>().ToArray(), real = lora.RealMask().data<double>().ToArray();
            for (int i = 0; i < gradient.Length; i += 7)
            {
                double slope = (At(i, 1e-5) - At(i, -1e-5)) / 2e-5;
                Assert.True(real[i] == 1 ? Math.Abs(slope - gradient[i]) < 1e-8 : gradient[i] == 0, $"[{i}]: {slope:R} and {gradient[i]:R}");
            }

            double At(int i, double by)
            {
                lora.Values[i].add_(by);
                double loss = task.Loss(backbone, lora, Batch.All).sum().item<double>();
                lora.Values[i].sub_(by);
                return loss;
            }
        }
    }

    [Fact]
    public void Dropout_leaves_out_its_share_and_only_while_training()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Harness.SingleLayer, [3, 8, 9], CPU);
        var lora = new Lora([new() { Dropout = 0.3 }, new() { Dropout = 0.3 }, new()], backbone, [3, 8, 9]);
        Assert.Null(lora.Change(0, Projection.Q)!.Drop);
        lora.Step = 7;
        var rows = ones([3, 500, 40], float64);
        var q = lora.Change(0, Projection.Q)!.Drop!(rows);
        for (int arm = 0; arm < 2; arm++)
        {
            double[] kept = [.. q[arm].contiguous().data<double>().ToArray().Distinct().Order()];
            Assert.Equal([0, 1 / 0.7], kept);
            Assert.InRange((q[arm] == 0).to(float64).mean().item<double>(), 0.29, 0.31);
        }

        Assert.True((q[2] == 1).all().item<bool>());
        Assert.True((q == lora.Change(0, Projection.Q)!.Drop!(rows)).all().item<bool>());

        // Arms, weights and steps drop entries of their own.
        AssertIndependent(q[0], q[1]);
        AssertIndependent(q[0], lora.Change(0, Projection.V)!.Drop!(rows)[0]);
        lora.Step = 8;
        AssertIndependent(q[0], lora.Change(0, Projection.Q)!.Drop!(rows)[0]);
        lora.Step = null;
        Assert.Null(lora.Change(0, Projection.Q)!.Drop);

        static void AssertIndependent(Tensor first, Tensor second) =>
            Assert.InRange(((first == 0) & (second == 0)).to(float64).mean().item<double>(), 0.08, 0.10);
    }

    [Fact]
    public void Dropped_entries_take_no_part_in_a_training_step()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [3], CPU);
        var content = new Content(new Normal(1).Draw([1, 2, 3, 10], 1), [2]);
        var lora = new Lora([new() { Rank = 2, On = [Projection.MlpIn], Dropout = 0.4 }], backbone, [3]);
        using (no_grad())
        {
            lora.Values.add_(0.1);
        }

        var measured = backbone.Forward(content, lora, Batch.All);
        lora.Step = 2;
        var trained = backbone.Forward(content, lora, Batch.All);
        Assert.True((trained - measured).abs().max().item<double>() > 1e-3);

        // The same by hand: x + W_2 relu(W_1 h + b_1 + B A (mask h)) + b_2.
        var (layer, change) = (backbone.Layers[0], lora.Change(0, Projection.MlpIn)!);
        var plain = new Transformer(Harness.SingleLayer with { Mlp = new MlpOptions { Hidden = 0 } }, [3], CPU, new BackboneWeights(_ => backbone.WeightsOf(0)
            .Where(weight => !weight.Key.Contains("mlp", StringComparison.Ordinal)).ToDictionary()));
        var h = plain.Forward(new Content(content.Tokens, [2]), new Unadapted(plain), Batch.All).view(1, 2, 10);
        var hidden = (h.bmm(layer[Projection.MlpIn].Transposed) + layer[Projection.MlpIn].BiasRow! + change.Drop!(h).bmm(change.Down).bmm(change.Up)).relu();
        var expected = h + hidden.bmm(layer[Projection.MlpOut].Transposed) + layer[Projection.MlpOut].BiasRow!;
        AssertClose(trained.view(1, 2, 10), expected, 1e-13);
    }

    private static void AssertClose(Tensor first, Tensor second, double tolerance)
    {
        Assert.Equal(second.shape, first.shape);
        Assert.InRange((first - second).abs().max().to(float64).item<double>(), 0, tolerance);
    }
}
