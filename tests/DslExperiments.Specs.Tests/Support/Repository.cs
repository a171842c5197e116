using System.Reflection;

namespace DslExperiments.Specs.Tests.Support;

/// <summary>The committed files.</summary>
public static class Repository
{
    /// <summary>Set to 1 to write committed files anew instead of comparing them.</summary>
    private const string RewriteVariable = "DSLX_REWRITE";

    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>All specs below specs/, by folder and name.</summary>
    public static IReadOnlyList<(string FullName, string Text)> Specs { get; } = ReadSpecs();

    /// <summary>All specs, read.</summary>
    public static IReadOnlyList<SpecDocument> Documents { get; } =
        [.. Specs.Select(spec => SpecCompiler.Parse($"specs/{spec.FullName}.yaml", spec.FullName, spec.Text))];

    public static TheoryData<string> SpecNames => [.. Specs.Select(spec => spec.FullName)];

    /// <summary>Compares a committed file with what the code writes now.</summary>
    public static void AssertCommitted(string relativePath, string expected)
    {
        string path = Path.Combine(Root, relativePath);
        if (Environment.GetEnvironmentVariable(RewriteVariable) == "1")
        {
            File.WriteAllText(path, expected);
        }

        string actual = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(expected == actual, $"{relativePath} is not what the code writes; run the tests with {RewriteVariable}=1 and commit it");
    }

    private static (string, string)[] ReadSpecs()
    {
        string folder = Path.Combine(Root, "specs");
        return [.. Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.ChangeExtension(Path.GetRelativePath(folder, file), null).Replace('\\', '/'), File.ReadAllText(file)))];
    }
}
