using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Expectations;

namespace DslExperiments.Tests.Expectations;

/// <summary>Measured arms against what was proven about them.</summary>
public class BoundCheckTests
{
    private static readonly ImmutableArray<string> Metrics = ["output_gap", "input_gap", "train.mse"];

    [Theory]
    [InlineData(0.8, true)]
    [InlineData(0.8 - 1e-10, true)]
    [InlineData(0.79, false)]
    public void A_multiple_of_another_metric_must_be_reached(double gap, bool held)
    {
        var outcome = Assert.Single(Judge(new ProvenBound("D6", "output_gap", 0.4, "input_gap"), [3.0, 2.0, 1.0], [gap, 2.0, 1.0]));
        Assert.Equal("D6: arm.output_gap >= 0.4 * arm.input_gap", outcome.Text);
        Assert.Equal(held, outcome.Held);
        Assert.Equal((gap, 0.8), (outcome.Measured, outcome.Bound));
        Assert.Contains("seed=1", outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-30, true)]
    [InlineData(0.0, false)]
    [InlineData(-1e-30, false)]
    public void Positive_means_above_zero(double loss, bool held)
    {
        var outcome = Assert.Single(Judge(new ProvenBound("D4", "train.mse", 0), [1.0, 1.0, loss]));
        Assert.Equal("D4: arm.train.mse > 0", outcome.Text);
        Assert.Equal(held, outcome.Held);
    }

    [Fact]
    public void Bounds_on_what_is_not_measured_are_left_out() =>
        Assert.Empty(Judge(new ProvenBound("D3", "train.mse", 1, "floor.mse"), [1.0, 1.0, 1.0]));

    [Fact]
    public void A_missing_number_does_not_hold() =>
        Assert.False(Assert.Single(Judge(new ProvenBound("D6", "output_gap", 1, "input_gap"), [double.NaN, 1.0, 1.0])).Held);

    private static IEnumerable<DslExperiments.Results.ExpectationOutcome> Judge(ProvenBound bound, params double[][] arms) => BoundCheck.Judge(
        Metrics, arms.Select((values, seed) => ((ExperimentArm)new TestArm(seed), Precision.Float64, (IReadOnlyList<ProvenBound>?)[bound], values.ToImmutableArray())));

    private sealed record TestArm(int Seed) : ExperimentArm(Seed)
    {
        public override string Method => "arm";

        public override ImmutableArray<Setting> Settings => [];
    }
}
