namespace DslExperiments.Specs;

/// <summary>
/// A spec after reading: a tree with positions, not yet bound. Compares by value, so that a build can tell whether a
/// file changed.
/// </summary>
public sealed record SpecDocument
{
    internal SpecDocument(string path, string fullName, SpecNode? root, EquatableArray<SpecDiagnostic> diagnostics)
    {
        Path = path;
        FullName = fullName;
        Root = root;
        Diagnostics = diagnostics;
    }

    /// <summary>The path as it appears in messages.</summary>
    public string Path { get; }

    /// <summary>Folder and name below the specs' root: <c>theory/single-layer-limit</c>.</summary>
    public string FullName { get; }

    /// <summary>The part of <see cref="FullName"/> after the last slash.</summary>
    public string Name => FullName.Substring(FullName.LastIndexOf('/') + 1);

    /// <summary>The part of <see cref="FullName"/> before the last slash; empty at the root.</summary>
    public string Folder => FullName.Substring(0, Math.Max(0, FullName.LastIndexOf('/')));

    /// <summary>What the reading found; binding may find more.</summary>
    public EquatableArray<SpecDiagnostic> Diagnostics { get; }

    /// <summary>The value of <c>extends:</c>: the name, or folder and name, of another spec; null without one.</summary>
    public string? Extends => (Root as MappingNode)?["extends"] is ScalarNode { IsNull: false } name ? name.Text : null;

    /// <summary>The tree, or null when there is none.</summary>
    internal SpecNode? Root { get; }

    /// <summary>True when <paramref name="reference"/>, the text of an <c>extends:</c>, names this document.</summary>
    /// <param name="reference">A name, or a folder and a name.</param>
    public bool IsNamed(string reference) => reference.IndexOf('/') >= 0
        ? string.Equals(FullName, reference, StringComparison.Ordinal)
        : string.Equals(Name, reference, StringComparison.Ordinal);
}
