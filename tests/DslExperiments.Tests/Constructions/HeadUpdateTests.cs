using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Constructions;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Constructions;

/// <summary>The exact compile tests of Mondal and Shihab, against plain numbers and a search through all prefixes.</summary>
public class HeadUpdateTests
{
    [Theory]
    [InlineData(-0.5)]
    [InlineData(0.5)]
    [InlineData(0)]
    public void Value_targets_are_the_scaled_values(double gain)
    {
        using var scope = NewDisposeScope();
        var task = Task(new ValueUpdate(gain), out var backbone);
        Assert.Equal([1, 1 + 1 + gain, 1, -1 - 1 - gain], task.Targets.data<double>().ToArray());
        Assert.Equal([1.0, 2, 1, -2], backbone.Forward(task.Content, new Unadapted(backbone), Batch.All).contiguous().data<double>().ToArray());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Query_targets_are_the_closed_form_and_the_frozen_head_sees_nothing(double strength)
    {
        using var scope = NewDisposeScope();
        var task = Task(new QueryUpdate(strength), out var backbone);
        double wanted = QueryError(strength);
        double[] targets = task.Targets.data<double>().ToArray();
        Assert.Equal([1, -1], [targets[0], targets[2]]);
        Assert.Equal(wanted, targets[1], 15);
        Assert.Equal(-wanted, targets[3], 15);
        double[] frozen = backbone.Forward(task.Content, new Unadapted(backbone), Batch.All).contiguous().data<double>().ToArray();
        Assert.All((double[])[frozen[0] - 1, frozen[1], frozen[2] + 1, frozen[3]], value => Assert.Equal(0, value, 15));
    }

    [Fact]
    public void The_published_number_of_the_query_test() => Assert.Equal(0.8509, QueryError(2), 4);

    [Theory]
    [InlineData(-0.5, 0)]
    [InlineData(-0.9, 0)]
    [InlineData(0.5, 0.5)]
    [InlineData(2, 2)]
    public void No_prefix_enlarges_values_and_one_slot_shrinks_them(double gain, double error)
    {
        // All prefixes of any length: mass a > 0 and sum of values b; slots of one key are enough for every (a, b).
        Assert.Equal(error, Best(new ValueUpdate(gain), mass: Logarithmic(-30, 10)), 2);
        Assert.True(Best(new ValueUpdate(gain), Logarithmic(-30, 10)) >= error - 1e-12);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    public void No_prefix_tells_queries_apart_that_the_frozen_head_does_not(double strength)
    {
        double best = Best(new QueryUpdate(strength), Logarithmic(-30, 10));
        Assert.Equal(QueryError(strength), best, 12);
    }

    [Theory]
    [InlineData(1, 2.5, 0.9)]
    [InlineData(2, 2.5, 0.9)]
    [InlineData(8, 2.5, 0.9)]
    [InlineData(1, 2.5, 0.05)]
    [InlineData(4, 2.5, 0.05)]
    [InlineData(3, 1, 0.5)]
    public void Capped_slots_reach_an_interval_of_scales(int slots, double cap, double scale)
    {
        var (low, high) = Interval(slots, cap);
        double expected = Math.Max(0, Math.Max(scale - high, low - scale));

        // The keys of two groups of slots anywhere within the cap; their mass fills the whole interval of masses.
        double[] keys = [.. Enumerable.Range(0, 401).Select(i => cap * ((i / 200.0) - 1))];
        var masses = Enumerable.Range(0, slots).SelectMany(first => keys.Select(key =>
            (first * Math.Exp(cap)) + Math.Exp(key) + ((slots - first - 1) * Math.Exp(-cap))));
        Assert.InRange(Best(new ValueUpdate(scale - 1), masses) - expected, -1e-12, 5e-3);
    }

    [Fact]
    public void More_capped_slots_can_hurt()
    {
        double[] errors = [.. ((int[])[1, 2, 4, 8]).Select(slots => 0.9 - Interval(slots, 2.5).High)];
        Assert.True(errors[0] < 0);
        Assert.Equal([0.0410189, 0.1471807, 0.2963831], errors[1..].Select(error => Math.Round(error, 7)));
    }

    [Fact]
    public void A_head_and_its_update_belong_together()
    {
        using var scope = NewDisposeScope();
        var value = new Transformer(ConstructedWeights.Shape(new() { Construct = new ValueHead(), Dtype = Precision.Float64 }), [0], CPU);
        Assert.Throws<ArgumentException>(() => new HeadUpdateTask(new() { Update = new QueryUpdate(1) }, value, [0]));
        Assert.Throws<ArgumentException>(() => new Transformer(value.Options with { Width = 3 }, [0], CPU));
    }

    private static double QueryError(double strength) => 2 * Math.Sinh(strength) / ((2 * Math.Cosh(strength)) + 1);

    /// <summary>The scales that m slots of keys within a cap reach.</summary>
    private static (double Low, double High) Interval(int slots, double cap) =>
        (1 / (1 + (slots * Math.Exp(cap))), 1 / (1 + (slots * Math.Exp(-cap))));

    private static IEnumerable<double> Logarithmic(double from, double to) =>
        Enumerable.Range(0, 801).Select(i => Math.Exp(from + ((to - from) * i / 800)));

    /// <summary>
    /// The smallest largest error over prefixes of the given masses and all sums of values on a grid, from softmax attention
    /// written out.
    /// </summary>
    private static double Best(HeadUpdate update, IEnumerable<double> mass)
    {
        // Values of the head's inputs under the frozen weights (all keys score 0) and the targets, for s = 1 and -1.
        (double[] Values, double Target)[] inputs = update switch
        {
            ValueUpdate value => [([1], 1 + value.Gain), ([-1], -1 - value.Gain)],
            _ => [.. ((double[])[1, -1]).Select(s =>
            {
                double[] weights = [Math.Exp(((QueryUpdate)update).Strength * s), Math.Exp(-((QueryUpdate)update).Strength * s), 1];
                return ((double[])[1, -1, 0], (weights[0] - weights[1]) / weights.Sum());
            })],
        };
        double best = double.PositiveInfinity;
        foreach (double a in mass)
        {
            for (int step = -100; step <= 100; step++)
            {
                double b = a * step / 20.0;
                double error = inputs.Max(input => Math.Abs(((input.Values.Sum() + b) / (input.Values.Length + a)) - input.Target));
                best = Math.Min(best, error);
            }
        }

        return best;
    }

    private static HeadUpdateTask Task(HeadUpdate update, out Transformer backbone)
    {
        Construction head = update is ValueUpdate ? new ValueHead() : new QueryHead();
        backbone = new Transformer(ConstructedWeights.Shape(new() { Construct = head, Dtype = Precision.Float64 }), [0], CPU);
        return new HeadUpdateTask(new() { Update = update }, backbone, [0]);
    }
}
