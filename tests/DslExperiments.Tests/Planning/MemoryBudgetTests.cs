using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Planning;

/// <summary>What memory decides: how many cohorts run at once, and with a budget of the user's which arms train together.</summary>
public sealed class MemoryBudgetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("4GB", 4_000_000_000)]
    [InlineData("1.5 GiB", 1_610_612_736)]
    [InlineData("800m", 800_000_000)]
    [InlineData("2kB", 2000)]
    [InlineData("1TB", 1_000_000_000_000)]
    public void Amounts_are_read_as_people_write_them(string text, long bytes) => Assert.Equal(bytes, MemorySize.Parse(text));

    [Theory]
    [InlineData("4")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("0GB")]
    [InlineData("1,5GB")]
    [InlineData("99999999999TB")]
    [InlineData("")]
    public void Other_texts_are_no_amounts(string text) => Assert.Null(MemorySize.Parse(text));

    [Fact]
    public void The_machine_has_some_memory_left() => Assert.InRange(AvailableMemory.OfCpu(), 1e6, 1e15);

    [Fact]
    public void As_many_cohorts_run_at_once_as_the_largest_fit()
    {
        var plan = Enumerable.Range(1, 4).Select(size => new CohortPlan(
            size - 1, [size - 1], [Cohorts.Harness.Design(new PromptOptions { Length = 100 * size }, 0)])).ToArray();
        double[] peaks = [.. plan.Select(cohort => CohortMemory.Of(cohort.Designs).Peak).OrderDescending()];
        Assert.Equal(4, Of(peaks.Sum()).Workers(plan, 4));
        Assert.Equal(4, Of(peaks.Sum()).Workers(plan, 9));
        Assert.Equal(2, Of(peaks.Sum()).Workers(plan, 2));
        Assert.Equal(3, Of(peaks.Sum() - 1).Workers(plan, 4));
        Assert.Equal(1, Of(peaks[0]).Workers(plan, 4));
        Of(peaks[0]).Require(plan);

        var refused = Assert.Throws<ExperimentUsageException>(() => Of(peaks[0] - 1).Require(plan));
        Assert.Contains("Cohort 4 (1 arm, the first prompt number=0 seed=0) takes about ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("One arm alone takes", refused.Message, StringComparison.Ordinal);

        static MemoryBudget Of(double bytes) => new(bytes, IsGiven: false);
    }

    [Fact]
    public async Task A_run_that_does_not_fit_is_refused_before_it_leaves_anything()
    {
        var run = await ProgramRun.Of("run", "tiny", "--memory", "1kB", "--out", _folder["run"]);
        Assert.Equal(42, run.ExitCode);
        Assert.Contains("while it trains, but --memory is 1 kB. One arm alone takes", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task A_budget_that_changes_nothing_belongs_to_the_same_run()
    {
        Assert.Equal(0, (await ProgramRun.Of("run", "tiny", "--memory", "1GB", "--out", _folder["run"])).ExitCode);
        var again = await ProgramRun.Of("run", "tiny", "--out", _folder["run"]);
        Assert.Contains("is finished", again.Error, StringComparison.Ordinal);

        var smaller = await ProgramRun.Of("run", "tiny", "--memory", Smaller, "--out", _folder["run"]);
        Assert.Equal(42, smaller.ExitCode);
    }

    [Fact]
    public async Task Smaller_cohorts_find_the_same_up_to_rounding()
    {
        var all = TinyExperiment.Entry().Create().PlanOf(new RunRequest());
        var plan = TinyExperiment.Entry().Create().PlanOf(new RunRequest { Memory = MemorySize.Parse(Smaller)!.Value });
        Assert.True(plan.Cohorts.Length > all.Cohorts.Length);

        double[] large = await Losses(), small = await Losses("--memory", Smaller);
        Assert.All(large.Zip(small), pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Abs(pair.First)));

        async Task<double[]> Losses(params string[] options)
        {
            var run = await ProgramRun.Of(["run", "tiny", "--json", "--out", _folder[$"run{options.Length}"], .. options]);
            using var json = System.Text.Json.JsonDocument.Parse(run.Out);
            return [.. json.RootElement.GetProperty("arms").EnumerateArray().Select(arm => arm.GetProperty("metrics").GetProperty("train.mse").GetDouble())];
        }
    }

    /// <summary>Enough for any arm of the tiny experiment and not for all of its prompts together.</summary>
    private static string Smaller
    {
        get
        {
            var cohorts = TinyExperiment.Entry().Create().PlanOf(new RunRequest()).Cohorts;
            double largest = cohorts.Max(cohort => CohortMemory.Of(cohort.Designs).Peak);
            return SpecText.Of((int)(0.75 * largest / 1000)) + "kB";
        }
    }
}
