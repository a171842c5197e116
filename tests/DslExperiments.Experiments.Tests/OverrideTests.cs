using System.Reflection;
using DslExperiments.Hosting;

namespace DslExperiments.Experiments.Tests;

/// <summary>The two ways from a spec to settings, generated C# and binding at run time, give the same.</summary>
public sealed class OverrideTests
{
    public static TheoryData<string, string> Profiles()
    {
        var data = new TheoryData<string, string>();
        foreach (var entry in ExperimentRegistry.All)
        {
            foreach (var profile in entry.Create().Info.Profiles)
            {
                data.Add(entry.FullName, profile);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Settings_bound_at_run_time_equal_the_generated_ones(string experiment, string profile)
    {
        var created = ExperimentRegistry.All.Single(entry => entry.FullName == experiment).Create();
        var arm = created.GetType().BaseType!.GetGenericArguments()[0];
        typeof(OverrideTests).GetMethod(nameof(AssertEqual), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(arm)
            .Invoke(null, [created, profile]);
    }

    private static void AssertEqual<TArm>(Experiment experiment, string profile)
        where TArm : ExperimentArm
    {
        var settingsOf = experiment.GetType().GetMethod("SettingsOf", BindingFlags.NonPublic | BindingFlags.Instance)!;
        var generated = (ExperimentSettings<TArm>)settingsOf.Invoke(experiment, [profile])!;
        var (bound, warnings) = SpecOverrides.Apply(experiment.Info, generated, []);

        Assert.Equal(generated.Arms.AsEnumerable(), bound.Arms.AsEnumerable());
        Assert.Equal(generated, bound with { Arms = generated.Arms });
        Assert.NotNull(warnings.ToArray());
    }
}
