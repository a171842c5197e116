using DslExperiments.Hosting;

namespace DslExperiments.Tests.Hosting;

/// <summary>What counts as near.</summary>
public sealed class NearestNamesTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "ABC", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ab", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_edits(string left, string right, int expected)
    {
        Assert.Equal(expected, NearestNames.Distance(left, right));
        Assert.Equal(expected, NearestNames.Distance(right, left));
    }

    [Fact]
    public void Near_names_come_nearest_first()
    {
        string[] names = ["single-layer-limit", "memorisation-control", "relative-attention"];
        Assert.Equal(["single-layer-limit"], NearestNames.Of("single-layer-limti", names));
        Assert.Equal(["relative-attention"], NearestNames.Of("attention", names));
        Assert.Empty(NearestNames.Of("zzz", names));
        Assert.Equal(" There are a, b.", NearestNames.Hint("zzzz", ["a", "b"]));
        Assert.Equal("", NearestNames.Hint("zzzz", []));
    }
}
