namespace DslExperiments.Specs;

/// <summary>What a profile or an override may change, and how profiles may be called.</summary>
internal sealed class ProfileRules(DiagnosticBag bag)
{
    /// <summary>The keys of a profile that may stay.</summary>
    /// <param name="map">The profile, dotted keys taken apart.</param>
    /// <param name="root">The spec below it.</param>
    /// <param name="where">For messages: <c>profile 'ci'</c>.</param>
    public MappingNode Allowed(MappingNode map, MappingNode root, string where)
    {
        List<MappingEntry> entries = new();
        foreach (MappingEntry entry in map.Entries)
        {
            string name = entry.Key.Text;
            TopLevelKey? key = SpecLanguage.Find(name);
            IEnumerable<string> valid = SpecLanguage.TopLevel.Where(top => top.InProfiles).Select(top => top.Name);
            if (key is null)
            {
                bag.Report(ValueRules.UnknownKey, entry.Key, $"unknown key {Suggestions.Quote(name)} in {where}{Suggestions.For(name, valid)}");
            }
            else if (!key.InProfiles)
            {
                bag.Report(SweepRules.ProfileKey, entry.Key, $"{where} cannot change '{name}'; it may change {string.Join(", ", valid)}");
            }
            else if (entry.Value.IsNull && key.IsRequired)
            {
                bag.Report(SweepRules.ProfileKey, entry.Key, $"{where} cannot remove '{name}'");
            }
            else if (name == SpecLanguage.Pretrain && (root.Find(name) is null || entry.Value.IsNull))
            {
                bag.Report(SweepRules.ProfileKey, entry.Key, $"{where} cannot {(entry.Value.IsNull ? "remove" : "add")} '{name}'; all profiles have the same stages");
            }
            else
            {
                entries.Add(entry with { Value = AllowedIn(name, entry.Value, root[name], where) });
            }
        }

        return map with { Entries = entries.ToEquatableArray() };
    }

    /// <summary>Checks names: letters, digits, _ and -, different in C#, and not <c>full</c>.</summary>
    public void CheckNames(EquatableArray<MappingEntry> profiles)
    {
        Dictionary<string, string> seen = new(StringComparer.Ordinal);
        foreach (MappingEntry profile in profiles)
        {
            string name = profile.Key.Text;
            if (!CSharpNames.IsName(name))
            {
                bag.Report(SweepRules.ProfileName, profile.Key, $"{Suggestions.Quote(name)} is no name for a profile: letters, digits, _ and -, a letter first, at most {CSharpNames.MaxLength} characters");
                continue;
            }

            string pascal = CSharpNames.Pascal(name);
            if (pascal == CSharpNames.Pascal(SpecLanguage.FullProfile))
            {
                bag.Report(SweepRules.ProfileName, profile.Key, $"the profile '{SpecLanguage.FullProfile}' is the spec itself; choose another name");
            }
            else if (seen.TryGetValue(pascal, out string? other))
            {
                bag.Report(SweepRules.ProfileName, profile.Key, $"the profiles '{other}' and '{name}' are both {pascal} in C#");
            }
            else
            {
                seen.Add(pascal, name);
            }
        }
    }

    private SpecNode AllowedIn(string section, SpecNode value, SpecNode? below, string where)
    {
        if (value is not MappingNode map)
        {
            return value;
        }

        List<MappingEntry> entries = new();
        foreach (MappingEntry entry in map.Entries)
        {
            string name = entry.Key.Text;
            if ((section, name) is ("backbone", "kind") or ("task", "family" or "type") or ("pretrain.task", "family"))
            {
                bag.Report(SweepRules.ProfileKey, entry.Key, $"{where} cannot change '{section}.{name}'");
            }
            else if (section == SpecLanguage.Pretrain && name == "task" && entry.Value is MappingNode)
            {
                entries.Add(entry with { Value = AllowedIn("pretrain.task", entry.Value, null, where) });
            }
            else if (section == "methods" && (below as MappingNode)?.Find(name) is null)
            {
                IEnumerable<string> known = Methods.All.Select(method => method.Name).Where(method => (below as MappingNode)?.Find(method) is not null);
                string hint = Suggestions.For(name, known);
                bag.Report(SweepRules.ProfileMethod, entry.Key, $"{where} cannot add the method {Suggestions.Quote(name)}{hint}");
            }
            else if (section == "methods" && entry.Value.IsNull)
            {
                bag.Report(SweepRules.ProfileMethod, entry.Key, $"{where} cannot remove the method {Suggestions.Quote(name)}; all profiles have the same methods");
            }
            else
            {
                entries.Add(entry);
            }
        }

        return map with { Entries = entries.ToEquatableArray() };
    }
}
