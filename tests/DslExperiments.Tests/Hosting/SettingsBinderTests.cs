using DslExperiments.Hosting;

namespace DslExperiments.Tests.Hosting;

/// <summary>Settings bound by reflection are those that a generator writes as C#.</summary>
public sealed class SettingsBinderTests
{
    [Theory]
    [InlineData("full")]
    [InlineData("ci")]
    public void Without_a_change_the_settings_are_the_generated_ones(string profile)
    {
        var generated = profile == "full" ? TinyExperiment.Full : TinyExperiment.Ci;
        var (bound, warnings) = SpecOverrides.Apply(new TinyExperiment().Info, (ExperimentSettings<TinyExperiment.Arm>)generated, []);
        Assert.Empty(warnings);
        Assert.Equal(generated.Arms.AsEnumerable(), bound.Arms.AsEnumerable());
        Assert.Equal(generated with { Arms = bound.Arms }, bound);
    }
}
