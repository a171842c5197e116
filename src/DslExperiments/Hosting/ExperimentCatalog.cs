using System.Collections.Immutable;

namespace DslExperiments.Hosting;

/// <summary>Finds experiments by what people call them.</summary>
internal sealed class ExperimentCatalog(ImmutableArray<ExperimentEntry> entries)
{
    /// <summary>All, by full name.</summary>
    public ImmutableArray<ExperimentEntry> All { get; } = [.. entries.OrderBy(static entry => entry.FullName, StringComparer.Ordinal)];

    /// <summary>The experiment of a name, or of folder and name.</summary>
    /// <exception cref="ExperimentUsageException">There is none, or several.</exception>
    public ExperimentEntry Find(string name)
    {
        if (All.FirstOrDefault(entry => entry.FullName == name) is { } exact)
        {
            return exact;
        }

        return All.Where(entry => entry.Name == name).ToArray() switch
        {
            [var only] => only,
            [] => throw new ExperimentUsageException($"There is no experiment '{name}'.{NearestNames.Hint(name, Names)}"),
            var several => throw new ExperimentUsageException(
                $"'{name}' is the name of {several.Length} experiments. Say which: {string.Join(", ", several.Select(static entry => entry.FullName))}."),
        };
    }

    /// <summary>The experiments of some names, each once, in the order given.</summary>
    public ImmutableArray<ExperimentEntry> Find(IEnumerable<string> names) => [.. names.Select(Find).Distinct()];

    /// <summary>Short names where they say enough, else full ones.</summary>
    public IReadOnlyList<string> Names =>
        [.. All.Select(entry => All.Count(other => other.Name == entry.Name) == 1 ? entry.Name : entry.FullName)];
}
