using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Tasks;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>What is drawn for an arm follows from its seed and nothing else.</summary>
public class SeedsTests
{
    [Fact]
    public void Derived_seeds_are_pinned()
    {
        // Changing these changes every result that anyone has.
        Assert.Equal(0x76FD528D4D4F96B4ul, Seeds.Derive(0, "backbone/0/q"));
        Assert.Equal(0x54684F8EE6C52F16ul, Seeds.Derive(1, "backbone/0/q"));
        Assert.Equal(0x521E62A3221D1A61ul, Seeds.Derive(-1, "adapter/prompt"));
    }

    [Fact]
    public void Concerns_and_seeds_do_not_collide()
    {
        var seeds = from seed in Enumerable.Range(-50, 100) from concern in (string[])["backbone/0/q", "backbone/0/k", "data/inputs", "teacher/prompt", "adapter/prompt"]
                    select Seeds.Derive(seed, concern);
        Assert.Equal(500, seeds.Distinct().Count());
    }

    [Fact]
    public void Weights_of_a_seed_do_not_depend_on_the_others()
    {
        using var scope = NewDisposeScope();
        var alone = new Transformer(Harness.SingleLayer, [5], CPU);
        var together = new Transformer(Harness.SingleLayer, [1, 5, 9, 5], CPU);
        foreach (var projection in alone.Layers[0].Projections)
        {
            Assert.True(alone.Layers[0][projection].Matrix[0].Equals(together.Layers[0][projection].Matrix[1]));
            Assert.True(alone.Layers[0][projection].Matrix[0].Equals(together.Layers[0][projection].Matrix[3]));
        }
    }

    [Fact]
    public void Another_weight_does_not_shift_the_rest()
    {
        using var scope = NewDisposeScope();
        var without = new Transformer(Harness.SingleLayer, [5], CPU);
        var with = new Transformer(Harness.SingleLayer with { Attention = new AttentionOptions { Output = true }, Depth = 2 }, [5], CPU);
        Assert.All(without.Layers[0].Projections, projection =>
            Assert.True(without.Layers[0][projection].Matrix.Equals(with.Layers[0][projection].Matrix)));
    }

    [Fact]
    public void Adapters_do_not_depend_on_neighbours_or_padding()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [1, 2, 3], CPU);
        var prompts = new SoftPrompt([new() { Length = 2 }, new() { Length = 5 }, new() { Length = 1 }], backbone, [1, 2, 3]);
        var alone = new SoftPrompt([new() { Length = 2 }], new Transformer(Harness.SingleLayer, [1], CPU), [1]);
        Assert.True(prompts.Tensors[0].Of(0).Equals(alone.Tensors[0].Of(0)));
        Assert.Equal([10L, 10], prompts.Tensors[0].Of(2).shape.Append(10L).Skip(1));
    }

    [Fact]
    public void Float32_weights_are_rounded_float64_weights()
    {
        using var scope = NewDisposeScope();
        var exact = new Transformer(Harness.SingleLayer, [4], CPU).Layers[0][Projection.MlpIn].Matrix;
        var rounded = new Transformer(Harness.SingleLayer with { Dtype = Precision.Float32 }, [4], CPU).Layers[0][Projection.MlpIn].Matrix;
        Assert.True(exact.to(float32).Equals(rounded));
    }

    [Fact]
    public void Batches_cover_each_epoch_and_follow_from_the_seed()
    {
        var groups = new SeedGroups([3, 8], float64, CPU);
        var order = new BatchOrder(groups, new SharedTokenPairOptions { Sequences = 7 }, 2);
        var again = new BatchOrder(groups, new SharedTokenPairOptions { Sequences = 7 }, 2);
        using var scope = NewDisposeScope();
        for (int epoch = 0; epoch < 4; epoch++)
        {
            long[][] batches = [.. Enumerable.Range(epoch * 3, 3).Select(step => order.At(step, CPU).Rows!.data<long>().ToArray())];
            Assert.Equal(6, batches.SelectMany(rows => rows[..2]).Distinct().Count());
            Assert.All(batches, rows => Assert.All(rows[..2], row => Assert.InRange(row, 0, 6)));
            Assert.All(batches, rows => Assert.All(rows[2..], row => Assert.InRange(row, 7, 13)));
        }

        Assert.Equal(order.At(8, CPU).Rows!.data<long>().ToArray(), again.At(8, CPU).Rows!.data<long>().ToArray());
        Assert.True(new BatchOrder(groups, new SharedTokenPairOptions { Sequences = 7 }, 0).IsFull);
        Assert.Same(Batch.All, new BatchOrder(groups, new SharedTokenPairOptions { Sequences = 7 }, 9).At(3, CPU));

        // A seed's order is the same in another cohort.
        var alone = new BatchOrder(new SeedGroups([8], float64, CPU), new SharedTokenPairOptions { Sequences = 7 }, 2);
        Assert.Equal(order.At(5, CPU).Rows!.data<long>().ToArray()[2..].Select(row => row - 7), alone.At(5, CPU).Rows!.data<long>().ToArray());
    }
}
