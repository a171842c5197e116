using System.Text;

namespace VerifyTests;

/// <summary>Scrubbers for all files and for files with an extension.</summary>
internal sealed class ScrubberList
{
    private readonly List<Action<StringBuilder>> _general = [];
    private readonly Dictionary<string, List<Action<StringBuilder>>> _byExtension = [];

    public ScrubberList()
    {
    }

    public ScrubberList(ScrubberList other)
    {
        _general.AddRange(other._general);
        foreach ((string extension, List<Action<StringBuilder>> scrubbers) in other._byExtension)
        {
            _byExtension.Add(extension, [.. scrubbers]);
        }
    }

    public IReadOnlyList<Action<StringBuilder>> General => _general;

    public IReadOnlyList<Action<StringBuilder>> For(string extension) => _byExtension.GetValueOrDefault(extension) ?? [];

    public void Add(Action<StringBuilder> scrubber, ScrubberLocation location) => Add(_general, scrubber, location);

    public void Add(string extension, Action<StringBuilder> scrubber, ScrubberLocation location)
    {
        if (!_byExtension.TryGetValue(extension, out List<Action<StringBuilder>>? scrubbers))
        {
            _byExtension.Add(extension, scrubbers = []);
        }

        Add(scrubbers, scrubber, location);
    }

    private static void Add(List<Action<StringBuilder>> scrubbers, Action<StringBuilder> scrubber, ScrubberLocation location) =>
        scrubbers.Insert(location == ScrubberLocation.First ? 0 : scrubbers.Count, scrubber);
}
