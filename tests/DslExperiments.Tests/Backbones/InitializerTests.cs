using DslExperiments.Backbones;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>Distributions, and which weight follows which.</summary>
public class InitializerTests
{
    [Fact]
    public void Rows_on_a_sphere_have_its_radius_and_no_direction()
    {
        using var scope = NewDisposeScope();
        var rows = new Sphere(2.5).Draw([4000, 3], 7);
        AssertAll(2.5, rows.square().sum(-1).sqrt(), 1e-12);

        // Means of 4000 rows of variance 6.25 / 3 per component, and their second moments.
        AssertAll(0, rows.mean([0]), 0.12);
        AssertAll(6.25 / 3, rows.square().mean([0]), 0.15);
        AssertAll(2.5, new Sphere(2.5).Draw([6], 7).square().sum().sqrt(), 1e-12);
    }

    [Fact]
    public void What_draws_nothing_says_so()
    {
        Assert.Contains("same", Assert.Throws<NotSupportedException>(() => new Same().Draw([2, 2], 1)).Message);
        Assert.Contains("written", Assert.Throws<NotSupportedException>(() => new Written().Draw([2, 2], 1)).Message);
    }

    [Fact]
    public void A_weight_of_its_own_distribution_leaves_the_others_as_they_were()
    {
        using var scope = NewDisposeScope();
        var options = new TransformerOptions { Width = 4, Dtype = Precision.Float64 };
        var plain = new Transformer(options, [3], CPU).Layers[0];
        foreach (var (projection, init) in new (Projection, Func<BackboneInit, BackboneInit>)[]
        {
            (Projection.Q, init => init with { Query = new Zeros() }),
            (Projection.K, init => init with { Key = new Zeros() }),
            (Projection.V, init => init with { Value = new Zeros() }),
            (Projection.O, init => init with { Output = new Zeros() }),
            (Projection.MlpOut, init => init with { MlpOut = new Zeros() }),
        })
        {
            var changed = new Transformer(options with { Init = init(options.Init) }, [3], CPU).Layers[0];
            foreach (var other in plain.Projections)
            {
                AssertAll(0, other == projection ? changed[other].Matrix : changed[other].Matrix - plain[other].Matrix, 0);
            }

            Assert.True(plain[projection].Matrix.abs().max().item<double>() > 0.1);
        }
    }

    private static void AssertAll(double expected, Tensor actual, double tolerance) =>
        Assert.InRange((actual - expected).abs().max().item<double>(), 0, tolerance);
}
