using Microsoft.CodeAnalysis.Diagnostics;

namespace DslExperiments.Generators;

/// <summary>What the project file says.</summary>
/// <param name="Namespace">Root namespace of the experiments.</param>
/// <param name="TestNamespace">Root namespace of this project.</param>
/// <param name="Directory">The project's folder with <c>/</c>, without one at the end; empty when unknown.</param>
/// <param name="IsSnapshotTests">True for a test project that wants snapshot tests in place of the experiments.</param>
internal sealed record ProjectFacts(string Namespace, string TestNamespace, string Directory, bool IsSnapshotTests)
{
    private const string Property = "build_property.";
    private const string TestSuffix = ".Tests";

    public static ProjectFacts Read(AnalyzerConfigOptionsProvider provider)
    {
        string root = Value(provider, "RootNamespace");
        root = root.Length == 0 ? "DslExperiments.Generated" : root;
        bool tests = string.Equals(Value(provider, "DslExperimentsSnapshotTests"), "true", StringComparison.OrdinalIgnoreCase);
        string chosen = Value(provider, "DslExperimentsNamespace");
        string tested = tests && root.EndsWith(TestSuffix, StringComparison.Ordinal) ? root.Substring(0, root.Length - TestSuffix.Length) : root;
        return new ProjectFacts(
            chosen.Length == 0 ? tested : chosen,
            root,
            Value(provider, "ProjectDir").Replace('\\', '/').TrimEnd('/'),
            tests);
    }

    /// <summary>A file's path as seen from the project, with <c>/</c>; null when there is no way without naming the machine.</summary>
    public string? Relative(string path)
    {
        string[] from = Directory.Split('/');
        string[] to = path.Replace('\\', '/').Split('/');
        int common = 0;
        while (common < from.Length && common < to.Length - 1 && string.Equals(from[common], to[common], StringComparison.Ordinal))
        {
            common++;
        }

        // Nothing in common but the empty text before the first slash, or not even the drive.
        return common == 0 || Directory.Length == 0 || (common == 1 && from[0].Length == 0 && from.Length > 1)
            ? null
            : string.Concat(Enumerable.Repeat("../", from.Length - common)) + string.Join("/", to.Skip(common));
    }

    private static string Value(AnalyzerConfigOptionsProvider provider, string name) =>
        provider.GlobalOptions.TryGetValue(Property + name, out string? value) ? value.Trim() : "";
}
