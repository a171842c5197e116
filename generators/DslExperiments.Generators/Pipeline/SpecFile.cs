using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DslExperiments.Generators;

/// <summary>A marked additional file, reduced to what can be compared: nothing of Roslyn goes further than this.</summary>
/// <param name="Path">The path as the compiler has it, for messages.</param>
/// <param name="FullName">Folder and name below the specs' root: <c>theory/single-layer-limit</c>.</param>
/// <param name="Text">The content, or null when the file could not be read.</param>
internal sealed record SpecFile(string Path, string FullName, string? Text)
{
    /// <summary>The part of <see cref="FullName"/> after the last slash.</summary>
    public string Name => FullName.Substring(FullName.LastIndexOf('/') + 1);

    /// <summary>The path inside of messages: the same on every machine.</summary>
    public string DisplayPath => FullName + System.IO.Path.GetExtension(Path);

    private const string Marker = "build_metadata.AdditionalFiles.DslExperimentSpec";

    /// <summary>The file, or null when it is not marked as a spec.</summary>
    public static SpecFile? Read(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellationToken) =>
        options.GetOptions(file).TryGetValue(Marker, out string? marker) && marker.Length > 0
            ? new SpecFile(file.Path, FullNameOf(file.Path, marker), file.GetText(cancellationToken)?.ToString())
            : null;

    /// <summary>
    /// The folder comes from the marker and the name from the path: on its way through the build, a marker loses what
    /// follows a <c>#</c> or a <c>;</c>.
    /// </summary>
    internal static string FullNameOf(string path, string marker)
    {
        string name = System.IO.Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        string[] segments = marker.Replace('\\', '/').Split(new[] { '/' }, StringSplitOptions.RemoveEmptyEntries);
        return string.Join("/", segments.Take(segments.Length - 1).Append(name));
    }
}
