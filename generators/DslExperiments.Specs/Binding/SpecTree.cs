namespace DslExperiments.Specs;

/// <summary>A spec's tree after <c>extends:</c>.</summary>
/// <param name="Root">The keys at the top, without <c>extends:</c> and <c>profiles:</c>.</param>
/// <param name="Profiles">The profiles with dotted keys taken apart; a value may be anything but null.</param>
/// <param name="IsPartial">True when the extended spec is unknown, so that what is missing may well be there.</param>
internal sealed record SpecTree(MappingNode Root, EquatableArray<MappingEntry> Profiles, bool IsPartial)
{
    /// <summary>The tree as inherited text: all of it stands at the <c>extends:</c> of the heir.</summary>
    public SpecTree Inherited(SpecSpan at, string from)
    {
        MappingEntry[] profiles = new MappingEntry[Profiles.Count];
        for (int i = 0; i < profiles.Length; i++)
        {
            profiles[i] = new MappingEntry(
                (ScalarNode)TreeMerge.Inherited(Profiles[i].Key, at, from),
                TreeMerge.Inherited(Profiles[i].Value, at, from));
        }

        return new SpecTree((MappingNode)TreeMerge.Inherited(Root, at, from), new EquatableArray<MappingEntry>(profiles), IsPartial);
    }
}
