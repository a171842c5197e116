using System.Reflection;

namespace DslExperiments.Generators.Tests.Support;

/// <summary>The specs that lie in this assembly, and small ones made on the spot.</summary>
internal static class SpecTexts
{
    private static readonly Assembly Here = typeof(SpecTexts).Assembly;

    /// <summary>The smallest spec that runs.</summary>
    public const string Minimal = """
        summary: A prompt is trained.
        backbone: { kind: transformer, depth: 1, width: 4, heads: 1 }
        task: { family: shared_token_pair }
        methods:
          prompt: { length: [1, 2] }
        training: { steps: 20 }
        seeds: 0..1
        metrics: [train.mse]
        expect:
          - min(prompt.train.mse) > 0
        profiles:
          ci: { training.steps: 10 }
        """;

    /// <summary>Names of all resources below a folder, without it.</summary>
    public static IEnumerable<string> Names(string folder) => Here.GetManifestResourceNames()
        .Select(name => name.Replace('\\', '/'))
        .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal))
        .Select(name => name[(folder.Length + 1)..])
        .Order(StringComparer.Ordinal);

    /// <summary>The text of a resource, with LF.</summary>
    public static string Read(string name)
    {
        string found = Here.GetManifestResourceNames().Single(candidate => candidate.Replace('\\', '/') == name);
        using var reader = new StreamReader(Here.GetManifestResourceStream(found)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>The specs of the repository.</summary>
    public static Spec[] Repository => [.. Names("specs").Select(name => new Spec(name, Read("specs/" + name)))];
}

/// <summary>A spec in memory.</summary>
/// <param name="FullName">Folder and name: <c>theory/single-layer-limit</c>.</param>
/// <param name="Text">The YAML; null for a file that cannot be read.</param>
internal sealed record Spec(string FullName, string? Text)
{
    public string Path => TestProject.Root + "specs/" + FullName + ".yaml";
}
