using System.Collections.Immutable;
using DslExperiments.Results;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Results;

/// <summary>What counts as having moved.</summary>
public sealed class BaselineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1.0, 1.0005, 0)]
    [InlineData(1.0, 1.002, 1)]
    [InlineData(1e-14, 3e-13, 0)]
    [InlineData(0.0, 5e-9, 1)]
    [InlineData(double.NaN, double.NaN, 0)]
    [InlineData(1.0, double.NaN, 1)]
    [InlineData(double.NaN, 1.0, 1)]
    public void Differences_count_beyond_the_tolerance(double before, double after, int expected) =>
        Assert.Equal(expected, Of(before).Differences(Of(after)).Count());

    [Fact]
    public void The_report_says_which_arm_moved_and_how_far() => Assert.Equal(
        ["prompt length=1 seed=0: train.mse moved from 0.5 to 0.502, 4 times its tolerance"],
        Of(0.5).Differences(Of(0.502)));

    [Fact]
    public void Missing_and_new_arms_and_changed_ends_are_told()
    {
        var before = Baseline.Of("x", Run(Arm(1, 0.5), Arm(2, 0.5), Arm(4, 0.5)), null);
        var after = Baseline.Of("x", Run(Arm(2, 0.5) with { TrainableParameters = 9 }, Arm(3, 0.5), Arm(4, double.NaN) with { Status = ArmStatus.Diverged }), null);
        Assert.Equal(
            [
                "prompt length=1 seed=0: the arm is missing",
                "prompt length=2 seed=0: trained 10 numbers and trains 9",
                "prompt length=4 seed=0: was finished and is diverged",
                "prompt length=4 seed=0: train.mse moved from 0.5 to nan",
                "prompt length=3 seed=0: the arm is new",
            ],
            before.Differences(after));
    }

    [Fact]
    public void Files_hold_rounded_numbers_and_keep_edited_tolerances()
    {
        var path = Baseline.PathOf(_folder.Location, "theory/sample");
        Of(0.123456789).Write(path);
        var text = File.ReadAllText(path);
        Assert.Contains("0.12346", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.123456", text, StringComparison.Ordinal);

        File.WriteAllText(path, text.Replace("0.001", "0.1", StringComparison.Ordinal));
        var edited = Baseline.Read(path)!;
        Assert.Equal(0.1, edited.Tolerances["train.mse"].Relative);
        Assert.Empty(edited.Differences(Of(0.13)));
        Assert.Equal(0.1, Baseline.Of("x", Run(Arm(1, 0.2)), edited).Tolerances["train.mse"].Relative);
    }

    [Theory]
    [InlineData(0.123456789, 0.12346)]
    [InlineData(-123456.789, -123460)]
    [InlineData(5e-11, 0)]
    [InlineData(2e-9, 2e-9)]
    public void Rounding_keeps_a_tenth_of_the_tolerance(double value, double expected) =>
        Assert.Equal(expected, Tolerance.Default.Round(value));

    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(0.2, 0)]
    [InlineData(0.25, 0.05)]
    [InlineData(1e-3, 1e-9)]
    public void Rounding_leaves_a_baseline_in_the_middle_of_what_is_allowed(double relative, double absolute)
    {
        Tolerance tolerance = new(relative, absolute);
        Assert.All([0.25, 0.2533333, 0.0731, 0.0049, -1.0049, 9.995, 123456.7, 3e-7], value =>
            Assert.InRange(Math.Abs(tolerance.Round(value) - value), 0, tolerance.Of(value) / 10));
    }

    [Fact]
    public void A_damaged_file_is_refused_in_words()
    {
        File.WriteAllText(_folder["x.verified.json"], "{ \"experiment\": 1");
        Assert.Contains("is not a baseline", Assert.Throws<InvalidDataException>(() => Baseline.Read(_folder["x.verified.json"])).Message, StringComparison.Ordinal);
        Assert.Null(Baseline.Read(_folder["none.verified.json"]));
    }

    private static Baseline Of(double value) => Baseline.Of("x", Run(Arm(1, value)), null);

    private static RunSummary Run(params ImmutableArray<ArmRow> arms) => new("x", "ci", null, ["train.mse"], arms, []);

    private static ArmRow Arm(int length, double value) =>
        new("prompt", [new("length", SpecText.Of(length), length, null)], 0, ArmStatus.Finished, 10, null, [value]);
}
