using System.Globalization;
using DslExperiments.Hosting;

namespace DslExperiments.Results;

/// <summary>A run's folder, held by this process alone while it is open.</summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The folder with a folder per arm that trained something.</summary>
    public const string AdaptersName = "adapters";

    private readonly RunLock _lock;
    private readonly IReadOnlyList<string> _made;
    private bool _withdrawn;

    private RunFolder(string path, RunLock @lock, ManifestHead? earlier, params IReadOnlyList<string> made)
    {
        Location = path;
        Earlier = earlier;
        _lock = @lock;
        _made = made;
    }

    /// <summary>Where it is, as it was asked for.</summary>
    public string Location { get; }

    /// <summary>The manifest's head when the run was begun before, or null.</summary>
    public ManifestHead? Earlier { get; }

    private string Checkpoints => Path.Combine(Location, "checkpoints");

    /// <summary>
    /// Opens the folder that was asked for, the latest unfinished run of the same kind, or a new folder.
    /// </summary>
    /// <param name="request">Says which.</param>
    /// <param name="experiment">The experiment's name.</param>
    /// <param name="key">What decides whether a run is of the same kind.</param>
    /// <exception cref="ExperimentUsageException">The folder that was asked for holds another run, or is none.</exception>
    /// <exception cref="RunFolderInUseException">Another process works in the folder that was asked for.</exception>
    public static RunFolder Open(RunRequest request, string experiment, RunKey key)
    {
        if (request.Folder is { } folder)
        {
            return OpenGiven(folder, key, request.Fresh);
        }

        var parent = Path.Combine(request.Root!, experiment);
        return (request.Fresh ? null : FindUnfinished(parent, key)) ?? CreateNew(parent, key);
    }

    /// <summary>The state of a cohort under way.</summary>
    public string CheckpointPath(int cohort) => Path.Combine(Checkpoints, CohortName(cohort) + ".safetensors");

    /// <summary>The outcome of a finished cohort.</summary>
    public string OutcomePath(int cohort) => Path.Combine(Checkpoints, CohortName(cohort) + ".json");

    /// <summary>The state of a cohort on the way to a rung of a search, and at it.</summary>
    public string RungPath(int stage, int cohort) => Path.Combine(Checkpoints, string.Create(CultureInfo.InvariantCulture, $"rung-{stage + 1:00}-{CohortName(cohort)}.safetensors"));

    /// <summary>Removes what cohorts of a search left.</summary>
    public void RemoveRungs()
    {
        foreach (var path in Directory.Exists(Checkpoints) ? Directory.EnumerateFiles(Checkpoints, "rung-*") : [])
        {
            AtomicFile.TryDelete(path);
        }
    }

    /// <summary>The folder of an arm's adapter.</summary>
    public string AdapterPath(int arm, string label) => AdapterPathOf(Location, arm, label);

    /// <summary>The same in a folder that is not open.</summary>
    public static string AdapterPathOf(string folder, int arm, string label) => Path.Combine(
        folder, AdaptersName, string.Create(CultureInfo.InvariantCulture, $"{arm + 1:0000}-{FileNameOf(label)}"));

    /// <summary>
    /// Takes back a run that was refused before anything of it was kept: its manifest goes, and with the lock the
    /// folders that were made for the run. What an earlier sitting or a cohort has left stays.
    /// </summary>
    public void Withdraw()
    {
        if (Earlier is null && IsEmpty(Checkpoints) && IsEmpty(Path.Combine(Location, AdaptersName)))
        {
            AtomicFile.TryDelete(Path.Combine(Location, RunManifest.FileName));
            _withdrawn = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        if (_withdrawn && _made.Count > 0)
        {
            foreach (var folder in _made.Prepend(Checkpoints).Prepend(Path.Combine(Location, AdaptersName)))
            {
                TryDeleteEmpty(folder);
            }
        }
    }

    private static bool IsEmpty(string folder) => !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();

    /// <summary>Makes a folder and those above it: the ones that were missing, the deepest first.</summary>
    private static List<string> Make(string folder)
    {
        var missing = new List<string>();
        for (string? above = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)); above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
        {
            missing.Add(above);
        }

        Directory.CreateDirectory(folder);
        return missing;
    }

    private static void TryDeleteEmpty(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && IsEmpty(folder))
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty folder is in nobody's way.
        }
    }

    private static string CohortName(int cohort) => string.Create(CultureInfo.InvariantCulture, $"cohort-{cohort + 1:0000}");

    /// <summary>Letters, digits and a few signs stay; what file systems do not take becomes a dash.</summary>
    private static string FileNameOf(string label) => string.Concat(label.Take(100).Select(static c =>
        char.IsAsciiLetterOrDigit(c) || c is '=' or '.' or '_' or '-' or '+' ? c : c == ' ' ? '_' : '-'));

    private static RunFolder OpenGiven(string folder, RunKey key, bool fresh)
    {
        if (folder.Length == 0 || File.Exists(folder))
        {
            throw new ExperimentUsageException(folder.Length == 0 ? "The run folder needs a name." : $"'{folder}' is a file; a run needs a folder.");
        }

        var made = Make(folder);
        var @lock = RunLock.TryTake(folder) ?? throw new RunFolderInUseException(folder, RunLock.Owner(folder));
        try
        {
            var earlier = RunManifest.ReadHead(folder);
            if (fresh)
            {
                RemoveRun(folder);
                earlier = null;
            }
            else if (earlier is not null && earlier.Key != key.Hash)
            {
                throw new ExperimentUsageException(
                    $"'{folder}' holds a run of {earlier.Experiment} with another spec, profile, device or version; choose another folder, or --fresh to replace it.");
            }

            AtomicFile.RemoveLeftovers(folder);
            return new RunFolder(folder, @lock, earlier, made);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    private static RunFolder? FindUnfinished(string parent, RunKey key)
    {
        if (!Directory.Exists(parent))
        {
            return null;
        }

        foreach (var folder in Directory.EnumerateDirectories(parent, $"*-{key.ShortHash}*").OrderDescending(StringComparer.Ordinal))
        {
            if (RunManifest.ReadHead(folder) is { } head && head.Key == key.Hash && head.State != RunState.Finished
                && RunLock.TryTake(folder) is { } @lock)
            {
                AtomicFile.RemoveLeftovers(folder);
                return new RunFolder(folder, @lock, RunManifest.ReadHead(folder));
            }
        }

        return null;
    }

    private static RunFolder CreateNew(string parent, RunKey key)
    {
        var stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (var attempt = 1; ; attempt++)
        {
            var suffix = attempt == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{attempt}");
            var folder = Path.Combine(parent, $"{stamp}-{key.ShortHash}{suffix}");
            if (Directory.Exists(folder))
            {
                continue;
            }

            var made = Make(folder);
            if (RunLock.TryTake(folder) is { } @lock)
            {
                return new RunFolder(folder, @lock, null, made);
            }
        }
    }

    /// <summary>Removes what a run leaves, and nothing else that may lie in the folder.</summary>
    private static void RemoveRun(string folder)
    {
        foreach (var file in (ReadOnlySpan<string>)[RunManifest.FileName, ResultsJson.FileName, MetricsLog.FileName, HtmlReport.FileName])
        {
            File.Delete(Path.Combine(folder, file));
        }

        foreach (var subfolder in (ReadOnlySpan<string>)["checkpoints", AdaptersName])
        {
            var path = Path.Combine(folder, subfolder);
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}

/// <summary>Another process works in a run folder.</summary>
internal sealed class RunFolderInUseException(string folder, string? owner)
    : IOException($"'{folder}' is in use by {(owner is null ? "another process" : $"process {owner}")}.");
