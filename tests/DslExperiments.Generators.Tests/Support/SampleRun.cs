namespace DslExperiments.Generators.Tests.Support;

/// <summary>An experiment that was compiled in memory and loaded.</summary>
internal static class SampleRun
{
    /// <summary>The experiment of a spec.</summary>
    public static Experiment Load(string text) =>
        (Experiment)Activator.CreateInstance(TestProject.Of("sample", text).Run().Load().GetType("Test.Experiments.Sample", throwOnError: true)!)!;
}
