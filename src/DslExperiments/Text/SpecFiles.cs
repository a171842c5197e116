using DslExperiments.Hosting;

namespace DslExperiments.Text;

/// <summary>Files that a spec names: paths in a spec are relative to the folder that the spec lies in.</summary>
/// <param name="Folder">The spec's folder.</param>
public sealed record SpecFiles(string Folder)
{
    /// <summary>The folder with a folder of runs per experiment; null where no runs are kept.</summary>
    public string? Runs { get; init; }

    /// <summary>True when there is such a file or folder.</summary>
    public bool Has(string path) => Path.GetFullPath(Path.Combine(Folder, path)) is var full && (File.Exists(full) || Directory.Exists(full));

    /// <summary>The full path of a file or folder that the spec names.</summary>
    /// <param name="key">The key that names it, for the message.</param>
    /// <param name="path">As in the spec, or absolute.</param>
    /// <exception cref="ExperimentUsageException">There is no such file or folder, or nothing in it that could be read to its end.</exception>
    public string Find(string key, string path)
    {
        string full = Path.GetFullPath(Path.Combine(Folder, path));
        if (!Has(path))
        {
            throw new ExperimentUsageException($"{key}: '{path}' was not found in the spec's folder; give a path relative to the spec, or an absolute one with --set {key}=…");
        }

        return Directory.Exists(full) || FileAt(full).Length > 0
            ? full
            : throw new ExperimentUsageException($"{key}: '{path}' is empty, or no regular file but a device or a pipe; name a file with data in it.");
    }

    /// <summary>
    /// A file, behind its links. Devices and pipes have no length: they are told by it and never opened, as that may wait and
    /// reading may never end.
    /// </summary>
    internal static FileInfo FileAt(string path) => new(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
}
