using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Search;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Training;

namespace DslExperiments.Tests.Search;

/// <summary>Who goes on from a rung follows from the values alone.</summary>
public class HalvingRaceTests
{
    private static readonly HalvingOptions Halving = new() { Metric = "train.mse", MinSteps = 10 };

    [Theory]
    [InlineData(2, 80, new[] { 10, 20, 40 })]
    [InlineData(3, 91, new[] { 10, 30, 90 })]
    [InlineData(3, 90, new[] { 10, 30 })]
    [InlineData(2, 10, new int[0])]
    [InlineData(1000, 1_000_000_000, new[] { 10, 10_000, 10_000_000 })]
    public void Rungs_are_in_equal_ratios_below_the_end(int eta, int steps, int[] rungs) =>
        Assert.Equal(rungs, (Halving with { Eta = eta }).Rungs(steps));

    [Fact]
    public void The_better_half_goes_on_until_one_is_left()
    {
        // Values by setting, best first: 5 3 7 1 0 2 6 4; they do not change.
        double[] values = [4, 3, 5, 1, 7, 0, 6, 2];
        var race = new HalvingRace(Halving, Designs(8, seeds: 1));
        Assert.Equal(Enumerable.Range(0, 8), race.Arms);
        foreach (var (step, left) in new[] { (10, new[] { 1, 3, 5, 7 }), (20, [3, 5]), (40, [5]) })
        {
            var rung = race.Next()!.Value;
            Assert.Equal(step, rung.Step);
            race.Pass(rung.Step, rung.Arms.ToDictionary(arm => arm, arm => values[arm]));
            Assert.Equal(left, race.Survivors);
        }

        Assert.Null(race.Next());
        Assert.Equal(new Drop(10, 4), race.DroppedOf(0));
        Assert.Equal(new Drop(20, 2), race.DroppedOf(7));
        Assert.Equal(new Drop(40, 1), race.DroppedOf(3));
        Assert.Null(race.DroppedOf(5));
    }

    [Fact]
    public void A_higher_value_is_better_where_the_metric_says_so()
    {
        var race = new HalvingRace(Halving with { HigherIsBetter = true }, Designs(4, seeds: 1));
        race.Pass(10, new Dictionary<int, double> { [0] = 0.1, [1] = 0.9, [2] = 0.5, [3] = 0.2 });
        Assert.Equal([1, 2], race.Survivors);
    }

    [Fact]
    public void A_setting_competes_with_all_of_its_seeds()
    {
        // Means 2, 3, 2.5, no number; the second has the best single seed.
        var race = new HalvingRace(Halving, Designs(4, seeds: 2));
        race.Pass(10, new Dictionary<int, double> { [0] = 2, [1] = 2, [2] = 0, [3] = 6, [4] = 3, [5] = 2, [6] = 0, [7] = double.NaN });
        Assert.Equal([0, 1, 4, 5], race.Survivors);
        Assert.Equal(new Drop(10, 3), race.DroppedOf(2));
        Assert.True(double.IsNaN(race.DroppedOf(7)!.Value));
    }

    [Fact]
    public void Of_equal_settings_the_first_go_on_and_of_none_that_is_a_number_too()
    {
        var race = new HalvingRace(Halving with { Eta = 3 }, Designs(7, seeds: 1));
        race.Pass(10, Enumerable.Range(0, 7).ToDictionary(arm => arm, _ => 1.0));
        Assert.Equal([0, 1], race.Survivors);
        race.Pass(30, new Dictionary<int, double> { [0] = double.NaN, [1] = double.NaN });
        Assert.Equal([0], race.Survivors);
    }

    [Fact]
    public void Methods_do_not_compete_with_each_other_and_one_setting_with_nobody()
    {
        var race = new HalvingRace(Halving, Methods());
        Assert.Equal([0, 1, 2, 3, 4], race.Arms);
        race.Pass(10, new Dictionary<int, double> { [0] = 1, [1] = 2, [2] = 3, [3] = 1000, [4] = 999 });
        Assert.Equal([0, 4], race.Survivors);
        Assert.Null(race.Next());
    }

    [Fact]
    public void Settings_of_all_methods_compete_where_that_is_asked_for()
    {
        var all = Halving with { Among = Rivals.All };
        var race = new HalvingRace(all, Methods());
        Assert.Equal([0, 1, 2, 3, 4, 5], race.Arms);
        race.Pass(10, new Dictionary<int, double> { [0] = 1, [1] = 2, [2] = 3, [3] = 1000, [4] = 0.5, [5] = 999 });
        Assert.Equal([0, 1, 4], race.Survivors);
        race.Pass(20, new Dictionary<int, double> { [0] = 1, [1] = 2, [4] = 3 });
        Assert.Equal([0], race.Survivors);
        Assert.Null(race.Next());
        var (name, steps, left) = Assert.Single(HalvingRace.Course(all, Methods()));
        Assert.Equal(("all methods", 80), (name, steps));
        Assert.Equal([6, 3, 1], left);
    }

    [Fact]
    public void Settings_meet_at_the_rungs_that_both_have()
    {
        ArmDesign[] designs = [.. Designs(2, seeds: 1, steps: 20), .. Designs(4, seeds: 1, steps: 80).Skip(2), .. Designs(5, seeds: 1, steps: 10).Skip(4)];
        var race = new HalvingRace(Halving, designs);
        Assert.Equal([0, 1, 2, 3], race.Arms);
        race.Pass(10, new Dictionary<int, double> { [0] = 1, [1] = 4, [2] = 3, [3] = 2 });
        Assert.Equal([0, 3], race.Survivors);

        // The first one is at its end; the other has nobody to compete with, and stays.
        var rung = race.Next()!.Value;
        Assert.Equal((20, 3), (rung.Step, Assert.Single(rung.Arms)));
        race.Pass(20, new Dictionary<int, double> { [3] = 2 });
        race.Pass(40, new Dictionary<int, double> { [3] = 2 });
        Assert.Equal([0, 3], race.Survivors);
        Assert.Null(race.Next());
    }

    [Fact]
    public void The_course_is_known_before()
    {
        var (method, steps, left) = Assert.Single(HalvingRace.Course(Halving with { Eta = 3 }, Designs(10, seeds: 2)));
        Assert.Equal(("prompt", 80), (method, steps));
        Assert.Equal([10, 3, 1], left);
    }

    /// <summary>Three settings of one method, two of another, one of a third.</summary>
    private static ArmDesign[] Methods() =>
    [
        .. Designs(3, seeds: 1),
        .. Enumerable.Range(0, 2).Select(number => Harness.Design(new LoraOptions { Rank = 1 }, 0, training: new TrainingOptions { Steps = 80 }, number: number)),
        Harness.Design(new FullOptions(), 0, training: new TrainingOptions { Steps = 80 }),
    ];

    private static ArmDesign[] Designs(int settings, int seeds, int steps = 80) =>
    [
        .. from number in Enumerable.Range(0, settings)
           from seed in Enumerable.Range(0, seeds)
           select Harness.Design(new PromptOptions { Length = 1 + number }, seed, training: new TrainingOptions { Steps = steps }, number: number),
    ];
}
