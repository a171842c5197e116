namespace VerifyTests;

/// <summary>How values are written in the relaxed JSON form.</summary>
internal sealed class SerializationOptions
{
    public SerializationOptions()
    {
    }

    public SerializationOptions(SerializationOptions other)
    {
        ScrubGuids = other.ScrubGuids;
        ScrubDateTimes = other.ScrubDateTimes;
        IgnoreEmptyCollections = other.IgnoreEmptyCollections;
        SortDictionaries = other.SortDictionaries;
        SortMembers = other.SortMembers;
        IgnoredMembers.UnionWith(other.IgnoredMembers);
        ScrubbedMembers.UnionWith(other.ScrubbedMembers);
    }

    public bool ScrubGuids { get; set; } = true;

    public bool ScrubDateTimes { get; set; } = true;

    public bool IgnoreEmptyCollections { get; set; } = true;

    public bool SortDictionaries { get; set; } = true;

    public bool SortMembers { get; set; }

    public HashSet<string> IgnoredMembers { get; } = [];

    public HashSet<string> ScrubbedMembers { get; } = [];
}
