using DslExperiments.Hosting;

namespace DslExperiments.Tests.Hosting;

/// <summary>Which arms a filter selects.</summary>
public sealed class ArmFilterTests
{
    private static ExperimentArm[] Arms { get; } = [.. TinyExperiment.Full.Arms.Select(static planned => planned.Arm)];

    [Theory]
    [InlineData("prompt", 4)]
    [InlineData("lora", 2)]
    [InlineData("prompt[length>=2]", 2)]
    [InlineData("prompt[length>1, seed=0]", 1)]
    [InlineData(" prompt [ length = 1 ] ", 2)]
    [InlineData("length!=1", 2)]
    [InlineData("length<2", 2)]
    [InlineData("seed==1", 3)]
    [InlineData("seed=0,length<=1", 1)]
    [InlineData("length=1e0", 2)]
    [InlineData("length>seed", 3)]
    [InlineData("prompt[seed=length]", 1)]
    public void A_filter_selects(string filter, int expected) =>
        Assert.Equal(expected, Arms.Count(ArmFilter.Parse([filter], Arms).Matches));

    [Fact]
    public void Several_filters_add_up()
    {
        Assert.Equal(4, Arms.Count(ArmFilter.Parse(["lora", "length=2"], Arms).Matches));
        Assert.Equal(6, Arms.Count(ArmFilter.Parse([], Arms).Matches));
    }

    [Theory]
    [InlineData("")]
    [InlineData("prompt[]")]
    [InlineData("prompt[length]")]
    [InlineData("prompt[length=1")]
    [InlineData("length=")]
    [InlineData("length=>2")]
    [InlineData("prompt lora")]
    public void Other_text_is_refused(string filter) =>
        Assert.Throws<ExperimentUsageException>(() => ArmFilter.Parse([filter], Arms));
}
