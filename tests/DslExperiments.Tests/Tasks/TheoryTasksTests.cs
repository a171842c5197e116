using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Tasks;

/// <summary>Data of the tasks behind D4, D6 and the approximation of functions by a prefix.</summary>
public class TheoryTasksTests
{
    private static readonly TransformerOptions Flat = Harness.SingleLayer with { Mlp = new MlpOptions { Hidden = 0 } };

    [Fact]
    public void Distinct_queries_stay_in_their_subspace_and_their_targets_do_not()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Flat, [0, 1], CPU);
        var task = new DistinctQueries(new DistinctQueriesOptions { Sequences = 3, Length = 4 }, backbone, [0, 1]);
        Assert.Equal([2L, 3, 4, 10], task.Content.Tokens.shape);
        Assert.Equal([3], task.Content.Reads);
        Assert.Equal(2 * 3 * 4 * 7, task.Content.Tokens.narrow(3, 0, 7).contiguous().data<double>().Distinct().Count());
        Assert.All(task.Content.Tokens.narrow(3, 7, 3).contiguous().data<double>().ToArray(), entry => Assert.Equal(0, entry));
        Assert.Equal([2L, 3, 1, 10], task.Targets.shape);
        foreach (int seed in (int[])[0, 1])
        {
            double smallest = linalg.svdvals(task.Targets[seed].squeeze(1).narrow(1, 7, 3)).amin(0).item<double>();
            Assert.True(smallest > 1e-3, $"Targets of seed {seed} are dependent beside the tokens: {smallest}.");
        }

        // x_i0 + t_i with t_i drawn apart.
        var drawn = task.Targets - task.Content.Tokens.narrow(2, 3, 1);
        Assert.Equal(2 * 3 * 10, drawn.contiguous().data<double>().Distinct().Count());

        var alone = new DistinctQueries(new DistinctQueriesOptions { Sequences = 3, Length = 4 }, new Transformer(Flat, [1], CPU), [1]);
        Assert.True(alone.Content.Tokens[0].Equals(task.Content.Tokens[1]) && alone.Targets[0].Equals(task.Targets[1]));
    }

    [Fact]
    public void A_teacher_of_distinct_queries_reaches_its_own_targets()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Flat, [5], CPU);
        var task = new DistinctQueries(new DistinctQueriesOptions { Targets = new TeacherTargets(2) }, backbone, [5]);
        var teacher = new FixedPrompt(backbone, [VectorTask.TeacherRows(5, 2, 10)]);
        Assert.True(task.Loss(backbone, teacher, Batch.All).item<double>() < 1e-28);
        Assert.True(task.Loss(backbone, new Unadapted(backbone), Batch.All).item<double>() > 1e-4);
    }

    [Fact]
    public void Sequences_leave_their_tokens_a_coordinate()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Flat, [0], CPU);
        var error = Assert.Throws<ArgumentException>(() => new DistinctQueries(new DistinctQueriesOptions { Sequences = 10 }, backbone, [0]));
        Assert.Contains("10 sequences leave no coordinate of a width of 10", error.Message);
    }

    [Fact]
    public void Both_sequences_have_the_same_target_on_every_token()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer with { Causal = true }, [0, 3], CPU);
        var task = new CommonTarget(new CommonTargetOptions { Length = 3 }, backbone, [0, 3]);
        Assert.Equal([0, 1, 2], task.Content.Reads);
        Assert.Equal([2L, 2, 3, 10], task.Targets.shape);
        Assert.True(task.Targets.select(1, 0).Equals(task.Targets.select(1, 1)));
        Assert.Equal(2 * 3 * 10, task.Targets.contiguous().data<double>().Distinct().Count());
        Assert.All(task.Content.Tokens.square().sum(-1).contiguous().data<double>().ToArray(), square => Assert.Equal(1, square, 12));
        Assert.False(task.Content.Tokens.select(1, 0).Equals(task.Content.Tokens.select(1, 1)));
    }

    [Fact]
    public void The_gap_is_the_mean_squared_difference_of_the_outputs()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer with { Causal = true }, [0, 3], CPU);
        var adapter = new SoftPrompt([new() { Length = 2 }, new() { Length = 3 }], backbone, [0, 3]);
        var task = new CommonTarget(new CommonTargetOptions { Objective = CommonTargetObjective.Gap }, backbone, [0, 3]);
        double[] outputs = backbone.Forward(task.Content, adapter, Batch.All).contiguous().data<double>().ToArray();
        double[] losses = task.Loss(backbone, adapter, Batch.All).data<double>().ToArray();
        for (int arm = 0; arm < 2; arm++)
        {
            double sum = 0;
            for (int entry = 0; entry < 20; entry++)
            {
                sum += Math.Pow(outputs[(arm * 40) + entry] - outputs[(arm * 40) + 20 + entry], 2);
            }

            Assert.Equal(sum / 20, losses[arm], 13);
        }

        // The distance from the target stays to be had.
        var target = new CommonTarget(new CommonTargetOptions(), backbone, [0, 3]);
        Assert.Equal(
            target.Loss(backbone, adapter, Batch.All).data<double>().ToArray(), task.MeanSquaredError(backbone, adapter, Batch.All).data<double>().ToArray());
    }

    [Fact]
    public void Points_are_on_the_sphere_and_the_function_is_smooth()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Flat, [0, 1], CPU);
        var options = new SphereRegressionOptions { Sequences = 6, TestSequences = 50, Terms = 3, Steepness = 1.5 };
        var task = new SphereRegression(options, backbone, [0, 1]);
        Assert.Equal([2L, 6, 1, 10], task.Content.Tokens.shape);
        Assert.Equal([2L, 50, 1, 10], task.Test.Tokens.shape);
        Assert.All(
            cat([task.Content.Tokens, task.Test.Tokens], 1).square().sum(-1).contiguous().data<double>().ToArray(), square => Assert.Equal(1, square, 12));
        Assert.Empty(task.Content.Tokens.contiguous().data<double>().Intersect(task.Test.Tokens.contiguous().data<double>()));

        foreach (int seed in (int[])[0, 1])
        {
            // A sum of 3 ridge functions: 10 coordinates, rank 3.
            var f = (task.TestTargets - task.Test.Tokens)[seed].squeeze(1);
            double[] singular = linalg.svdvals(f).data<double>().ToArray();
            Assert.True(singular[2] > 1e-2 && singular[3] < 1e-12);

            // Odd: tanh is; and |f(x) - f(y)| is at most |a| steepness / sqrt(terms) |x - y|.
            var amplitudes = new Normal(1).Draw([10, 3], Seeds.Derive(seed, "data/amplitudes"));
            double slope = linalg.svdvals(amplitudes).amax(0).item<double>() * 1.5;
            double distance = (task.Test.Tokens[seed][0] - task.Test.Tokens[seed][1]).square().sum().sqrt().item<double>();
            Assert.InRange((f[0] - f[1]).square().sum().sqrt().item<double>(), 1e-3, slope * distance);
        }
    }
}
