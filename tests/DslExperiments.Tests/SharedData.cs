using System.Reflection;

namespace DslExperiments.Tests;

/// <summary>Real checkpoints, tokenizers and texts with reference values, in a folder beside the repository.</summary>
public static class SharedData
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(
        typeof(SharedData).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static entry => entry.Key == "RepositoryRoot").Value!,
        "..",
        "shared",
        "data"));

    /// <summary>Why tests on the data are skipped; null when it is there.</summary>
    public static string? WhyNot { get; } = Directory.Exists(Root) ? null : "There is no folder shared/data beside the repository.";

    /// <summary>The full path of a file or folder, such as <c>models/tiny-gpt2</c>.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);
}

/// <summary>A test on <see cref="SharedData"/>; skipped where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute() => Skip = SharedData.WhyNot;
}

/// <summary>A test with cases on <see cref="SharedData"/>; skipped where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute() => Skip = SharedData.WhyNot;
}
