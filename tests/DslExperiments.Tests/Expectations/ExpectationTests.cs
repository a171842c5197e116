using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Expectations;
using DslExperiments.Results;
using Arm = DslExperiments.Tests.Hosting.TinyExperiment.Arm;
using Values = DslExperiments.Tests.Hosting.TinyExperiment.Metrics;

namespace DslExperiments.Tests.Expectations;

/// <summary>The expectation language as C# has it: values, verdicts, and what is said about them.</summary>
public sealed class ExpectationTests
{
    private static readonly Func<Values, double> Mse = static m => m.TrainMse;

    /// <summary>Prompt arms of lengths 1, 2, 4 with seeds 0 and 1.</summary>
    private static ExperimentResults<Arm, Values> Results { get; } = Of([
        Prompt(1, 0, 0.9), Prompt(1, 1, 0.7), Prompt(2, 0, 0.5), Prompt(2, 1, 0.6), Prompt(4, 0, 0.1), Prompt(4, 1, 0.3),
        Lora(0, 1e-8), Lora(1, 1e-9),
    ]);

    private static Series<Arm.Prompt> Prompts => Results.Of<Arm.Prompt>().Series(Mse);

    [Fact]
    public void Aggregates_of_all_arms()
    {
        Assert.Equal(0.1, Expect.Min(Prompts).Value);
        Assert.Equal(0.9, Expect.Max(Prompts).Value);
        Assert.Equal(3.1 / 6, Expect.Mean(Prompts).Value, 12);
        Assert.Equal(0.55, Expect.Median(Prompts).Value, 12);
        Assert.Equal(0.3, Expect.Quantile(Prompts, 0.2).Value, 12);
        Assert.Equal(6, Expect.Count(Prompts).Value);
        Assert.Equal(4, Expect.Count(Prompts < 0.65).Value);
        Assert.Equal(0.1, Expect.Best(Prompts, lowerIsBetter: true).Value);
        Assert.Equal(0.9, Expect.Best(Prompts, lowerIsBetter: false).Value);
    }

    [Fact]
    public void Aggregates_over_an_axis_keep_the_others()
    {
        var best = Expect.Best(Prompts, lowerIsBetter: true, over: static (Arm.Prompt arm) => arm with { Seed = default });
        Assert.Equal([0.7, 0.5, 0.1], best.Values);
        Assert.Equal([1, 2, 4], best.Arms.Select(static arm => arm.Length));
        Assert.Equal([2, 2, 2], Expect.Count(Prompts, static arm => arm with { Seed = default }).Values);
        Assert.Equal([1, 2], Expect.Count(Prompts < 0.55, static (Arm.Prompt arm) => arm with { Seed = default }).Values.Skip(1));

        var verdict = best < 0.6;
        Assert.False(verdict.Held);
        Assert.Equal("1 of 3 arms fail, worst prompt length=1: 0.7", verdict.Detail);
    }

    [Fact]
    public void Labels_leave_out_erased_axes_only()
    {
        var overLength = Expect.Min(Prompts, static arm => arm with { Length = default }) < 0.05;
        Assert.Equal("2 of 2 arms fail, worst prompt seed=1: 0.3", overLength.Detail);
    }

    [Fact]
    public void An_aggregate_of_an_aggregate_leaves_out_the_axes_of_both()
    {
        var best = Expect.Best(Schedules(), lowerIsBetter: true, over: static arm => arm with { Schedule = default! });
        Assert.Equal(
            "worst prompt length=2: 0.4",
            (Expect.Mean(best, over: static (Scheduled arm) => arm with { Seed = default }) < 1).Detail);
        Assert.Equal(
            "worst prompt seed=0: 2",
            (Expect.Count(best > 0, over: static (Scheduled arm) => arm with { Length = default }) > 1).Detail);

        static Series<Scheduled> Schedules() => new(
            from schedule in new[] { "constant", "linear" }
            from length in new[] { 1, 2 }
            from seed in new[] { 0, 1 }
            let arm = new Scheduled(length, schedule, seed)
            select new SeriesPoint<Scheduled>(arm, arm.Label, length * 0.2, null));
    }

    [Fact]
    public void Arithmetic_goes_arm_by_arm()
    {
        Assert.Equal([1.8, 1.4, 1.0, 1.2, 0.2, 0.6], (Prompts + Prompts).Values);
        Assert.Equal(Prompts.Values.Select(static v => 1 - (2 * v)), (1 - (2 * Prompts)).Values);
        Assert.Equal(Prompts.Values.Select(static v => -v / 2), (-Prompts / 2).Values);
        Assert.Equal(Prompts.Values.Select(static v => v / 0.9), (Prompts / Expect.Max(Prompts)).Values);
        Assert.Equal(Prompts.Values.Select(Math.Log10), Expect.Log10(Prompts).Values);
        Assert.Equal(Prompts.Values.Select(static v => Math.Abs(v - 0.5)), Expect.Abs(Prompts - 0.5).Values);
        Assert.Equal(Math.Sqrt(0.9), Expect.Sqrt(Expect.Max(Prompts)).Value);
        Assert.Equal(Math.Log(0.9), Expect.Log(Expect.Max(Prompts)).Value);
    }

    [Fact]
    public void Series_of_other_arms_are_not_mixed()
    {
        var some = Results.Of<Arm.Prompt>(static arm => arm.Length > 1).Series(Mse);
        var error = Assert.Throws<InvalidOperationException>(() => Prompts + some);
        Assert.Contains("prompt length=1 seed=0 is not in both", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Prompts < some);
    }

    [Theory]
    [InlineData("<", 0.1, false)]
    [InlineData("<=", 0.1, true)]
    [InlineData(">", 0.1, false)]
    [InlineData(">=", 0.1, true)]
    [InlineData("==", 0.1, true)]
    [InlineData("!=", 0.1, false)]
    public void Comparisons_of_numbers(string comparison, double bound, bool held)
    {
        var least = Expect.Min(Prompts);
        var (there, mirrored) = comparison switch
        {
            "<" => (least < bound, bound > least),
            "<=" => (least <= bound, bound >= least),
            ">" => (least > bound, bound < least),
            ">=" => (least >= bound, bound <= least),
            "==" => (least == bound, bound == least),
            _ => (least != bound, bound != least),
        };
        Assert.Equal(held, there.Held);
        Assert.Equal(held, mirrored.Held);
        Assert.Equal(0.1, there.Measured);
        Assert.Equal(0.1, mirrored.Measured);
        Assert.Equal("0.1", mirrored.Detail);
    }

    [Fact]
    public void A_comparison_of_two_measurements_shows_both()
    {
        var verdict = Expect.Max(Prompts) > 2 * Expect.Min(Prompts);
        Assert.True(verdict.Held);
        Assert.Equal(0.9, verdict.Measured);
        Assert.Equal("0.9 against 0.2", verdict.Detail);
    }

    [Fact]
    public void A_comparison_of_arms_names_the_worst()
    {
        var close = Prompts < 1.0;
        Assert.True(close.Held);
        Assert.Equal(0.9, close.Measured);
        Assert.Equal("worst prompt length=1 seed=0: 0.9", close.Detail);

        var failing = Prompts >= 0.55;
        Assert.False(failing.Held);
        Assert.Equal(0.1, failing.Measured);
        Assert.Equal("3 of 6 arms fail, worst prompt length=4 seed=0: 0.1", failing.Detail);

        Assert.True((0.05 < Prompts).Held);
        Assert.True((Prompts == Prompts).Held);
        Assert.False((Prompts != Prompts).Held);
    }

    [Fact]
    public void Conditions_on_the_same_arms_combine_arm_by_arm()
    {
        Assert.True(((Prompts < 0.55) | (Prompts > 0.45)).Held);
        Assert.False(((Prompts < 0.55) & (Prompts > 0.45)).Held);
        Assert.True(((Prompts > 0.05) & !(Prompts > 0.95)).Held);
        Assert.False((!(Prompts > 0.5)).Held);
    }

    [Fact]
    public void Other_conditions_combine_as_wholes()
    {
        var lora = Results.Of<Arm.Lora>().Series(Mse);
        Assert.True(((Prompts > 0.95) | (lora < 1e-6)).Held);
        Assert.False(((Prompts > 0.95) & (Expect.Max(lora) < 1e-6)).Held);
        Assert.Contains(" and ", ((Prompts > 0.95) & (Expect.Max(lora) < 1e-6)).Detail, StringComparison.Ordinal);
        Assert.True((!(Expect.Max(lora) > 1e-6)).Held);
    }

    [Fact]
    public void Trends_ask_for_a_course_and_a_change()
    {
        static Verdict Falling(Func<int, double> value) => Expect.Decreasing([1, 2, 3], length => Scalar.Measured(value(length)));
        Assert.True(Falling(static x => 1.0 / x).Held);
        Assert.True(Falling(static x => x < 3 ? 1 : 0).Held);
        Assert.False(Falling(static x => 1).Held);
        Assert.False(Falling(static x => x == 2 ? 3 : -x).Held);
        Assert.False(Falling(static x => x).Held);
        Assert.True(Expect.Increasing([1, 2, 3], static x => Scalar.Measured(x)).Held);
        Assert.False(Expect.Increasing([1], static x => Scalar.Measured(x)).Held);
        Assert.False((!Expect.Increasing([1], static x => Scalar.Measured(x))).Held);

        var course = Expect.Decreasing(Results.Of<Arm.Prompt>().Values(static arm => arm.Length), length =>
            Expect.Mean(Results.Of<Arm.Prompt>(arm => arm.Length == length).Series(Mse)));
        Assert.True(course.Held);
        Assert.Equal("1: 0.8, 2: 0.55, 4: 0.2", course.Detail);
        Assert.Equal(0.2, course.Measured, 12);
    }

    [Fact]
    public void Nothing_selected_is_never_enough()
    {
        var none = Results.Of<Arm.Prompt>(static arm => arm.Length > 100).Series(Mse);
        Verdict[] verdicts =
        [
            none < 1, !(none < 1), Expect.Max(none) < 1, !(Expect.Max(none) < 1), Expect.Mean(none) != 1, (none < 1) & (none > 0),
            Expect.Min(none, static arm => arm with { Seed = default }) < 1,
            Expect.Decreasing(Results.Of<Arm.Prompt>(static arm => arm.Length > 100).Values(static arm => arm.Length), static x => Scalar.Measured(x)),
        ];
        Assert.All(verdicts, static verdict => Assert.False(verdict.Held));
        Assert.All(verdicts, static verdict => Assert.True(verdict.IsUndecided));
        Assert.Equal("no arm was selected", verdicts[2].Detail);
        Assert.True((Expect.Count(none) == 0).Held);
    }

    [Fact]
    public void Arms_without_a_value_are_named_and_decide_nothing()
    {
        var results = Of([
            Prompt(1, 0, 0.5),
            Prompt(2, 0, 123) with { Status = ArmStatus.Diverged, DivergedAt = 40 },
            Prompt(4, 0, double.NaN),
        ]);
        var series = results.Of<Arm.Prompt>().Series(Mse);
        Verdict[] verdicts =
        [
            series < 1, !(series > 1), series != 7, Expect.Max(series) < 1, !(Expect.Max(series) > 1), Expect.Min(series) == Expect.Min(series),
            (series < 1) & (series > 0), Expect.Abs(series - series) == 0,
        ];
        Assert.All(verdicts, static verdict => Assert.False(verdict.Held));
        Assert.Equal("worst prompt length=1 seed=0: 0.5; no value for prompt length=2 seed=0 (diverged at step 40) and 1 more", (series < 1).Detail);
        Assert.Equal("no value for prompt length=2 seed=0 (diverged at step 40) and 1 more", (Expect.Max(series) < 1).Detail);
        Assert.True((Expect.Count(series < 1) == 1).Held);
        Assert.True(((Expect.Max(series) < 1) | (Expect.Count(series) == 3)).Held);
        Assert.False(((series > 1) & (Expect.Count(series) == 3)).Held);
    }

    [Fact]
    public void Division_by_zero_is_not_a_number_that_passes()
    {
        var zero = Prompts - Prompts;
        Assert.False((zero / zero < 1).Held);
        Assert.False((!(zero / zero < 1)).Held);
        Assert.False((Expect.Log(Expect.Min(-Prompts)) < 1).Held);
        Assert.True((Expect.Min(Prompts) / (Scalar)0 > 1e300).Held);
    }

    [Fact]
    public void Trained_numbers_are_a_series() =>
        Assert.Equal([4, 4, 8, 8, 16, 16], Results.Of<Arm.Prompt>().TrainableParameters.Values);

    [Fact]
    public void Judging_never_throws_and_leaves_open_what_was_left_out()
    {
        var results = Of([Prompt(1, 0, 0.5)], [new Arm.Lora(0), new Arm.Prompt(2, 0)]);
        results.Judge([
            new("held", static r => Expect.Max(r.Of<Arm.Prompt>(static arm => arm.Length == 1).Series(Mse)) < 1),
            new("failed", static r => Expect.Max(r.Of<Arm.Prompt>(static arm => arm.Length == 1).Series(Mse)) > 1),
            new("open", static r => Expect.Max(r.Of<Arm.Prompt>().Series(Mse)) < 1),
            new("open, too", static r => Expect.Max(r.Of<Arm.Lora>().Series(Mse)) < 1),
            new("throws", static _ => throw new InvalidOperationException("why")),
        ]);
        Assert.Equal([true, false, null, null, false], results.Expectations.Select(static e => e.Held));
        Assert.Equal("could not be computed: why", results.Expectations[^1].Detail);
        Assert.False(results.AllHeld);
    }

    [Fact]
    public void Dropped_arms_are_no_part_of_what_is_expected()
    {
        var results = Of([
            Prompt(1, 0, 0.5), Prompt(2, 0, 9) with { Status = ArmStatus.Dropped, Dropped = new(100, 9) }, Prompt(4, 0, 8) with { Status = ArmStatus.Dropped, Dropped = new(200, 8) },
        ]);
        Assert.Equal(3, results.Arms.Length);
        results.Judge([
            new("of all", static r => Expect.Max(r.Of<Arm.Prompt>().Series(Mse)) < 1),
            new("of each", static r => r.Of<Arm.Prompt>().Series(Mse) < 1),
            new("how many", static r => Expect.Count(r.Of<Arm.Prompt>().Series(Mse)) == 1),
            new("failed", static r => Expect.Max(r.Of<Arm.Prompt>().Series(Mse)) > 1),
            new("of dropped ones", static r => Expect.Max(r.Of<Arm.Prompt>(static arm => arm.Length > 1).Series(Mse)) < 1),
            new("of none", static r => Expect.Max(r.Of<Arm.Prompt>(static arm => arm.Length > 9).Series(Mse)) < 1),
        ]);
        Assert.Equal([true, true, true, false, null, false], results.Expectations.Select(static e => e.Held));
        Assert.Equal("0.5; without 2 dropped arms", results.Expectations[0].Detail);
        Assert.StartsWith("not judged: the search dropped", results.Expectations[4].Detail, StringComparison.Ordinal);
        Assert.Equal("no arm was selected", results.Expectations[5].Detail);
    }

    private static ExperimentResults<Arm, Values> Of(ImmutableArray<ArmResult<Arm, Values>> rows, params ImmutableArray<Arm> leftOut) =>
        new("tiny", "full", null, rows, leftOut);

    private static ArmResult<Arm, Values> Prompt(int length, int seed, double mse) =>
        new(new Arm.Prompt(length, seed), ArmStatus.Finished, 4 * length, new Values(mse)) { Curve = [new CurvePoint(0, mse)] };

    private static ArmResult<Arm, Values> Lora(int seed, double mse) =>
        new(new Arm.Lora(seed), ArmStatus.Finished, 24, new Values(mse));

    private sealed record Scheduled(int Length, string Schedule, int Seed) : ExperimentArm(Seed)
    {
        public override string Method => "prompt";

        public override ImmutableArray<Setting> Settings => [new("length", Length), new("schedule", Schedule)];
    }
}
