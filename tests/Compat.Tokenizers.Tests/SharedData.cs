using System.Reflection;

namespace Compat.Tokenizers.Tests;

/// <summary>Reference data that may lie beside the repository.</summary>
internal static class SharedData
{
    private static readonly string Root = Path.Combine(
        typeof(SharedData).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!, "..", "shared");

    /// <summary>The path of a file or folder, or null where it is missing.</summary>
    public static string? Find(string path)
    {
        var whole = Path.Combine(Root, path);
        return File.Exists(whole) || Directory.Exists(whole) ? whole : null;
    }
}

/// <summary>A test that needs reference data; without them it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(params string[] paths)
    {
        if (paths.FirstOrDefault(p => SharedData.Find(p) is null) is { } missing)
        {
            Skip = $"shared/{missing} is not beside the repository.";
        }
    }
}

/// <summary>As <see cref="SharedFactAttribute"/>, with arguments.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(params string[] paths)
    {
        if (paths.FirstOrDefault(p => SharedData.Find(p) is null) is { } missing)
        {
            Skip = $"shared/{missing} is not beside the repository.";
        }
    }
}
