namespace DslExperiments.Specs;

/// <summary>The outcome of compiling one spec: a model unless there were errors, and everything found.</summary>
/// <param name="Spec">The model, or null when <paramref name="Diagnostics"/> holds an error.</param>
/// <param name="Diagnostics">All findings of the file, in the order of their positions.</param>
/// <param name="CustomTypeSpan">Where <c>task.type</c> stands, when the task is a C# class.</param>
public sealed record SpecResult(ExperimentSpec? Spec, EquatableArray<SpecDiagnostic> Diagnostics, SpecSpan? CustomTypeSpan = null);

/// <summary>One key set from outside the file, as <c>--set training.steps=100</c> does.</summary>
/// <param name="Key">The dotted key.</param>
/// <param name="Value">YAML text of the value.</param>
public sealed record SpecOverride(string Key, string Value);

/// <summary>From YAML text to <see cref="ExperimentSpec"/>. Pure: no disk, no clock, no culture.</summary>
public static class SpecCompiler
{
    /// <summary>Reads one file into a tree with positions. Never throws on bad text: problems are in the document.</summary>
    /// <param name="path">As it shall appear in messages.</param>
    /// <param name="fullName">Folder and name below the specs' root: <c>theory/single-layer-limit</c>.</param>
    /// <param name="text">The YAML text.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static SpecDocument Parse(string path, string fullName, string text, CancellationToken cancellationToken = default)
    {
        DiagnosticBag bag = new();
        SpecNode? root = YamlReader.Read(path, text, bag, cancellationToken);
        if (root is not null and not MappingNode)
        {
            bag.Report(YamlRules.NotAMap, root, "a spec is a map of keys such as summary, backbone, task and methods");
        }

        return new SpecDocument(path, fullName, root, bag.ToArray());
    }

    /// <summary>Binds, checks and expands a document.</summary>
    /// <param name="document">The document to compile.</param>
    /// <param name="others">The documents that <c>extends:</c> can reach; more do no harm.</param>
    /// <param name="overrides">Keys set from outside, applied to every profile and to the full study.</param>
    /// <param name="profile">With overrides, the only profile that they are put over, checked in, and that the model then has; null for all.</param>
    /// <param name="cancellationToken">Stops the compilation.</param>
    public static SpecResult Compile(
        SpecDocument document,
        IReadOnlyList<SpecDocument> others,
        IReadOnlyList<SpecOverride>? overrides = null,
        string? profile = null,
        CancellationToken cancellationToken = default) =>
        new Compilation(document, others, cancellationToken).Run(overrides ?? Array.Empty<SpecOverride>(), profile);
}
