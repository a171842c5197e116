namespace DslExperiments.Specs;

/// <summary>Puts one tree over another: maps join, everything else replaces, null removes.</summary>
internal static class TreeMerge
{
    /// <summary>The tree of <paramref name="below"/> with the keys of <paramref name="above"/> set.</summary>
    /// <param name="below">What is overridden.</param>
    /// <param name="above">What overrides; its nulls remove.</param>
    /// <param name="bag">Takes nulls that remove nothing; null to keep them in the result.</param>
    public static MappingNode Over(MappingNode below, MappingNode above, DiagnosticBag? bag)
    {
        List<MappingEntry> entries = new(below.Entries.Count + above.Entries.Count);
        foreach (MappingEntry old in below.Entries)
        {
            MappingEntry? replacement = above.Find(old.Key.Text);
            if (replacement is null)
            {
                entries.Add(old);
            }
            else if (!replacement.Value.IsNull)
            {
                entries.Add(replacement.Value is MappingNode upper && old.Value is MappingNode lower
                    ? new MappingEntry(replacement.Key, Over(lower, upper, bag))
                    : new MappingEntry(replacement.Key, WithoutNulls(replacement.Value, bag)));
            }
        }

        foreach (MappingEntry entry in above.Entries)
        {
            if (below.Find(entry.Key.Text) is null)
            {
                if (!entry.Value.IsNull || bag is null)
                {
                    entries.Add(entry with { Value = WithoutNulls(entry.Value, bag) });
                }
                else
                {
                    ReportNull(entry, bag);
                }
            }
        }

        return above with { Entries = new EquatableArray<MappingEntry>(entries.ToArray()) };
    }

    /// <summary>A tree without the null values of its maps; each of them is reported, as there is nothing below it.</summary>
    public static SpecNode WithoutNulls(SpecNode node, DiagnosticBag? bag)
    {
        if (bag is null || node is not MappingNode map)
        {
            return node;
        }

        List<MappingEntry> entries = new(map.Entries.Count);
        foreach (MappingEntry entry in map.Entries)
        {
            if (entry.Value.IsNull)
            {
                ReportNull(entry, bag);
            }
            else
            {
                entries.Add(entry with { Value = WithoutNulls(entry.Value, bag) });
            }
        }

        return map with { Entries = new EquatableArray<MappingEntry>(entries.ToArray()) };
    }

    /// <summary>The tree of <paramref name="tree"/> without the values that <paramref name="what"/> sets.</summary>
    public static MappingNode Minus(MappingNode tree, MappingNode what)
    {
        List<MappingEntry> entries = new(tree.Entries.Count);
        foreach (MappingEntry entry in tree.Entries)
        {
            SpecNode? other = what[entry.Key.Text];
            if (other is null)
            {
                entries.Add(entry);
            }
            else if (entry.Value is MappingNode map && other is MappingNode otherMap)
            {
                MappingNode rest = Minus(map, otherMap);
                if (!rest.Entries.IsEmpty || map.Entries.IsEmpty)
                {
                    entries.Add(entry with { Value = rest });
                }
            }
        }

        return tree with { Entries = new EquatableArray<MappingEntry>(entries.ToArray()) };
    }

    /// <summary>The tree as inherited text: all of it stands at the <c>extends:</c> of the heir.</summary>
    public static SpecNode Inherited(SpecNode node, SpecSpan at, string origin)
    {
        switch (node)
        {
            case ScalarNode scalar:
                return scalar with { Span = at, TextColumn = 0, InheritedFrom = scalar.InheritedFrom ?? origin };
            case SequenceNode list:
                SpecNode[] items = new SpecNode[list.Items.Count];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Inherited(list.Items[i], at, origin);
                }

                return list with { Span = at, Items = new EquatableArray<SpecNode>(items), InheritedFrom = list.InheritedFrom ?? origin };
            case MappingNode map:
                MappingEntry[] entries = new MappingEntry[map.Entries.Count];
                for (int i = 0; i < entries.Length; i++)
                {
                    MappingEntry entry = map.Entries[i];
                    entries[i] = new MappingEntry((ScalarNode)Inherited(entry.Key, at, origin), Inherited(entry.Value, at, origin));
                }

                return map with { Span = at, Entries = new EquatableArray<MappingEntry>(entries), InheritedFrom = map.InheritedFrom ?? origin };
            default:
                return node;
        }
    }

    /// <summary>Reports a null that removes nothing.</summary>
    public static void ReportNull(MappingEntry entry, DiagnosticBag bag) => bag.Report(
        ValueRules.NothingToRemove,
        entry.Key,
        $"{Suggestions.Quote(entry.Key.Text)} has no value; a null removes what was there before, and here was nothing (for all defaults write {{}})");
}
