using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace VerifyTests;

/// <summary>Reads what <c>Verify.targets</c> wrote into the test assembly.</summary>
public static class AttributeReader
{
    private const string ProjectDirectory = "Verify.ProjectDirectory";
    private const string SolutionDirectory = "Verify.SolutionDirectory";

    /// <summary>The directory of the calling assembly's project.</summary>
    public static string GetProjectDirectory() => Get(Assembly.GetCallingAssembly(), ProjectDirectory);

    /// <summary>The directory of the assembly's project.</summary>
    public static string GetProjectDirectory(Assembly assembly) => Get(assembly, ProjectDirectory);

    /// <summary>The directory of the calling assembly's solution.</summary>
    public static string GetSolutionDirectory() => Get(Assembly.GetCallingAssembly(), SolutionDirectory);

    /// <summary>The directory of the assembly's solution.</summary>
    public static string GetSolutionDirectory(Assembly assembly) => Get(assembly, SolutionDirectory);

    /// <summary>The directory of the calling assembly's project, if it is known.</summary>
    public static bool TryGetProjectDirectory([NotNullWhen(true)] out string? projectDirectory) =>
        TryGet(Assembly.GetCallingAssembly(), ProjectDirectory, out projectDirectory);

    /// <summary>The directory of the assembly's project, if it is known.</summary>
    public static bool TryGetProjectDirectory(Assembly assembly, [NotNullWhen(true)] out string? projectDirectory) =>
        TryGet(assembly, ProjectDirectory, out projectDirectory);

    /// <summary>The directory of the calling assembly's solution, if it is known.</summary>
    public static bool TryGetSolutionDirectory([NotNullWhen(true)] out string? solutionDirectory) =>
        TryGet(Assembly.GetCallingAssembly(), SolutionDirectory, out solutionDirectory);

    /// <summary>The directory of the assembly's solution, if it is known.</summary>
    public static bool TryGetSolutionDirectory(Assembly assembly, [NotNullWhen(true)] out string? solutionDirectory) =>
        TryGet(assembly, SolutionDirectory, out solutionDirectory);

    private static string Get(Assembly assembly, string key) =>
        TryGet(assembly, key, out string? value)
            ? value
            : throw new InvalidOperationException($"Could not find a `AssemblyMetadataAttribute` named `{key}`.");

    private static bool TryGet(Assembly assembly, string key, [NotNullWhen(true)] out string? value)
    {
        value = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(attribute => attribute.Key == key)?.Value;
        return value is not null;
    }
}
