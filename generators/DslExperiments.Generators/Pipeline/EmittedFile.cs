using System.Text;
using DslExperiments.Generators.Emit;

namespace DslExperiments.Generators;

/// <summary>A generated file, or why there is none.</summary>
/// <param name="HintName">Its name; unique within the project.</param>
/// <param name="Text">The C# text; null after a failure.</param>
/// <param name="Failure">The failure.</param>
internal sealed record EmittedFile(string HintName, string? Text, Finding? Failure)
{
    private const int MaxHint = 120;

    /// <summary>The file of one experiment; its snapshot test in a test project.</summary>
    public static EmittedFile Of(NamedSource named, ProjectFacts project, CancellationToken cancellationToken)
    {
        ExperimentSource source = named.Source;
        string hint = HintOf(source.Spec.FullName, project.IsSnapshotTests ? ".tests.g.cs" : ".g.cs");
        try
        {
            return new EmittedFile(hint, project.IsSnapshotTests ? SnapshotTestEmitter.Emit(source, project.TestNamespace) : Emitter.Emit(source, cancellationToken), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new EmittedFile(hint, null, Finding.Of(exception, named.Path, "Emitting '" + source.Spec.FullName + "'"));
        }
    }

    /// <summary>The list of all experiments; a project of snapshot tests has none.</summary>
    public static EmittedFile Registry(IEnumerable<RegistryEntry> entries, ProjectFacts project) => new(
        "(registry).g.cs",
        project.IsSnapshotTests
            ? null
            : RegistryEmitter.Emit(project.Namespace, entries.OrderBy(entry => entry.Folder, StringComparer.Ordinal).ThenBy(entry => entry.Name, StringComparer.Ordinal)),
        null);

    /// <summary>
    /// <c>theory/single-layer-limit.g.cs</c>. Hint names are compared without case, end up as paths, and one that occurs
    /// twice stops the whole generator; so a name with anything but a-z, 0-9, - and _ carries a hash of itself.
    /// </summary>
    public static string HintOf(string fullName, string extension)
    {
        StringBuilder text = new();
        bool exact = fullName.Length <= MaxHint;
        foreach (char c in fullName)
        {
            bool plain = c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_' or '/';
            exact &= plain;
            text.Append(plain || c is >= 'A' and <= 'Z' ? c : '_');
        }

        if (text.Length > MaxHint)
        {
            text.Length = MaxHint;
        }

        return exact ? text + extension : text.ToString().Trim('/') + "." + Sha256.Hex(fullName).Substring(0, 12) + extension;
    }
}
