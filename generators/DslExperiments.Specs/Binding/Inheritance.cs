namespace DslExperiments.Specs;

/// <summary>Resolves <c>extends:</c>.</summary>
/// <param name="start">The document to resolve.</param>
/// <param name="others">What can be extended.</param>
/// <param name="bag">Takes the findings.</param>
/// <param name="cancellationToken">Stops the work.</param>
internal sealed class Inheritance(SpecDocument start, IReadOnlyList<SpecDocument> others, DiagnosticBag bag, CancellationToken cancellationToken)
{
    private static readonly string[] NotOfTheRoot = { "extends", "profiles" };

    /// <summary>The tree of the document with everything that it inherits; null when it has none of its own.</summary>
    public SpecTree? Resolve()
    {
        if (start.Root is not MappingNode own)
        {
            return null;
        }

        MappingNode root = own with { Entries = own.Entries.Where(entry => Array.IndexOf(NotOfTheRoot, entry.Key.Text) < 0).ToEquatableArray() };
        MappingEntry? extends = own.Find("extends");
        if (extends is null)
        {
            return new SpecTree((MappingNode)TreeMerge.WithoutNulls(root, bag), Profiles(own.Find("profiles"), null), false);
        }

        if (Base(extends.Value) is not SpecTree below)
        {
            // Nulls may remove what the unknown spec brings: they are dropped, not reported.
            return new SpecTree((MappingNode)TreeMerge.WithoutNulls(root, new DiagnosticBag()), default, true);
        }

        return new SpecTree(TreeMerge.Over(below.Root, root, bag), Profiles(own.Find("profiles"), below), false);
    }

    /// <summary>The tree of the extended spec, at the position of the <c>extends:</c>; null after reporting why there is none.</summary>
    private SpecTree? Base(SpecNode reference)
    {
        if (reference is not ScalarNode { IsNull: false } name)
        {
            bag.Report(ValueRules.WrongShape, reference, "extends wants the name of one spec");
            return null;
        }

        SpecDocument[] candidates = Named(start, name.Text.Trim());
        if (candidates.Length != 1)
        {
            ReportBase(name, candidates);
            return null;
        }

        SpecDocument found = candidates[0];
        if (!CheckChain(found, name))
        {
            return null;
        }

        Compilation compiled = new(found, others, cancellationToken);
        SpecResult result = compiled.Run(Array.Empty<SpecOverride>());
        int errors = 0;
        foreach (SpecDiagnostic diagnostic in result.Diagnostics)
        {
            errors += diagnostic.Severity == SpecSeverity.Error ? 1 : 0;
        }

        if (errors > 0 || compiled.Tree is null)
        {
            bag.Report(SweepRules.BrokenBase, name, $"extends: '{found.FullName}' has {(errors == 1 ? "1 error" : NumberText.Format(errors) + " errors")}; see {found.Path}");
            return null;
        }

        return compiled.Tree.Inherited(name.Span, found.FullName);
    }

    /// <summary>False after reporting that following <c>extends:</c> leads back, or never ends.</summary>
    private bool CheckChain(SpecDocument found, ScalarNode name)
    {
        List<string> chain = new() { start.FullName };
        for (SpecDocument? next = found; next is not null;)
        {
            bool repeated = chain.Contains(next.FullName);
            chain.Add(next.FullName);
            if (next.FullName == start.FullName)
            {
                bag.Report(SweepRules.ExtendsCycle, name, "a spec extends itself: " + string.Join(" → ", chain));
                return false;
            }

            if (repeated)
            {
                // A cycle among the bases; it is the base's error.
                return true;
            }

            if (chain.Count > Limits.MaxExtends)
            {
                bag.Report(SweepRules.BrokenBase, name, $"extends: a chain of more than {Limits.MaxExtends} specs");
                return false;
            }

            SpecDocument[] named = next.Extends is null ? Array.Empty<SpecDocument>() : Named(next, next.Extends.Trim());
            next = named.Length == 1 ? named[0] : null;
        }

        return true;
    }

    private SpecDocument[] Named(SpecDocument from, string reference)
    {
        List<SpecDocument> named = new();
        foreach (SpecDocument other in others)
        {
            if (other.IsNamed(reference) && !named.Exists(known => known.FullName == other.FullName))
            {
                named.Add(other);
            }
        }

        foreach (SpecDocument known in new[] { from, start })
        {
            if (known.IsNamed(reference) && !named.Exists(other => other.FullName == known.FullName))
            {
                named.Add(known);
            }
        }

        return named.ToArray();
    }

    private void ReportBase(ScalarNode name, SpecDocument[] candidates)
    {
        string reference = name.Text.Trim();
        if (candidates.Length == 0)
        {
            IEnumerable<string> names = others
                .Where(other => other.FullName != start.FullName)
                .Select(other => reference.IndexOf('/') >= 0 ? other.FullName : other.Name);
            string near = Suggestions.Nearest(reference, names) is string nearest ? $"; did you mean '{nearest}'?" : "";
            bag.Report(SweepRules.UnknownBase, name, $"extends: no spec is called {Suggestions.Quote(reference)}{near}");
            return;
        }

        IEnumerable<string> both = candidates.Select(other => $"'{other.FullName}'").OrderBy(text => text, StringComparer.Ordinal);
        bag.Report(SweepRules.AmbiguousBase, name, $"extends: {Suggestions.Quote(reference)} may be {string.Join(" or ", both)}; write folder and name");
    }

    /// <summary>
    /// The profiles with the inherited ones below them. A null takes away an inherited profile, or its key; any other
    /// null stays until the profile is put over the spec.
    /// </summary>
    private EquatableArray<MappingEntry> Profiles(MappingEntry? own, SpecTree? below)
    {
        EquatableArray<MappingEntry> inherited = below?.Profiles ?? default;
        if (own is null)
        {
            return inherited;
        }

        if (own.Value.IsNull)
        {
            if (inherited.IsEmpty)
            {
                TreeMerge.ReportNull(own, bag);
            }

            return default;
        }

        if (own.Value is not MappingNode map)
        {
            bag.Report(ValueRules.WrongShape, own.Value, "profiles wants a map with one key per profile");
            return inherited;
        }

        List<MappingEntry> profiles = new();
        foreach (MappingEntry old in inherited)
        {
            if (map.Find(old.Key.Text) is null)
            {
                profiles.Add(old);
            }
        }

        foreach (MappingEntry entry in map.Entries)
        {
            MappingEntry? old = Find(inherited, entry.Key.Text);
            if (entry.Value.IsNull)
            {
                if (old is null)
                {
                    TreeMerge.ReportNull(entry, bag);
                }
            }
            else if (entry.Value is MappingNode above)
            {
                MappingNode expanded = DottedKeys.Expand(above, bag);
                profiles.Add(entry with { Value = old?.Value is MappingNode lower ? TreeMerge.Over(lower, expanded, null) : expanded });
            }
            else
            {
                bag.Report(ValueRules.WrongShape, entry.Value, $"the profile {Suggestions.Quote(entry.Key.Text)} wants a map of keys");
            }
        }

        return profiles.ToEquatableArray();
    }

    private static MappingEntry? Find(EquatableArray<MappingEntry> entries, string key)
    {
        foreach (MappingEntry entry in entries)
        {
            if (entry.Key.Text == key)
            {
                return entry;
            }
        }

        return null;
    }
}
