using DslExperiments.Results;

namespace DslExperiments.Hosting.Commands;

/// <summary>Reads the results of a run folder that a user names.</summary>
internal static class RunReader
{
    /// <summary>The run with its curves.</summary>
    /// <exception cref="ExperimentUsageException">The folder holds no finished run.</exception>
    public static RunSummary Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, ResultsJson.FileName)))
        {
            throw new ExperimentUsageException(!Directory.Exists(folder)
                ? $"There is no folder '{folder}'."
                : RunManifest.ReadHead(folder) is { } head
                    ? $"The run in '{folder}' is {SpecText.Of(head.State)} and has no results yet."
                    : $"'{folder}' is not a run folder: it has no {ResultsJson.FileName}.");
        }

        var summary = ResultsJson.Read(folder);
        return summary with { Arms = MetricsLog.ReadInto(folder, summary.Arms) };
    }
}
