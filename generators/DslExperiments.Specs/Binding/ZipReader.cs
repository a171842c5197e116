namespace DslExperiments.Specs;

/// <summary>Groups of keys that move together.</summary>
/// <param name="Keys">The keys, with their positions.</param>
internal sealed record ZipGroup(EquatableArray<ScalarNode> Keys)
{
    /// <summary>True when the axis is set by a key of the group.</summary>
    public bool Has(Axis axis)
    {
        foreach (ScalarNode key in Keys)
        {
            if (Array.IndexOf(axis.Keys, key.Text) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Reads <c>zip:</c>.</summary>
internal static class ZipReader
{
    /// <summary>The groups, without what is wrong in them.</summary>
    public static ZipGroup[] Read(SpecNode? node, DiagnosticBag bag)
    {
        if (node is null)
        {
            return Array.Empty<ZipGroup>();
        }

        if (node is not SequenceNode list)
        {
            bag.Report(ValueRules.WrongShape, node, "zip wants a list of lists of keys, such as [[methods.prompt.length, training.steps]]");
            return Array.Empty<ZipGroup>();
        }

        List<ZipGroup> groups = new();
        Dictionary<string, ScalarNode> seen = new(StringComparer.Ordinal);
        foreach (SpecNode item in list.Items)
        {
            if (item is not SequenceNode group)
            {
                bag.Report(ValueRules.WrongShape, item, "zip wants a list of lists: put the keys that move together in brackets");
                continue;
            }

            List<ScalarNode> keys = new();
            foreach (SpecNode element in group.Items)
            {
                if (element is not ScalarNode { IsNull: false } key)
                {
                    bag.Report(ValueRules.WrongShape, element, "zip wants full keys, such as training.steps");
                }
                else if (seen.TryGetValue(key.Text, out ScalarNode? first))
                {
                    bag.Report(SweepRules.ZipGroup, key, $"zip: the key {Suggestions.Quote(key.Text)} is already in a group on line {first.Span.StartLine}, column {first.Span.StartColumn}");
                }
                else
                {
                    seen.Add(key.Text, key);
                    keys.Add(key);
                }
            }

            if (group.Items.Count < 2)
            {
                bag.Report(SweepRules.ZipGroup, item, "zip: a group joins at least two keys");
            }

            groups.Add(new ZipGroup(keys.ToEquatableArray()));
        }

        return groups.ToArray();
    }

    /// <summary>Checks the groups against the axes.</summary>
    public static void Check(ZipGroup[] groups, MethodAxes[] methods, DiagnosticBag bag)
    {
        foreach (ZipGroup group in groups)
        {
            bool known = true;
            foreach (ScalarNode key in group.Keys)
            {
                if (!Array.Exists(methods, method => Array.Exists(method.Axes, axis => Array.IndexOf(axis.Keys, key.Text) >= 0)))
                {
                    IEnumerable<string> swept = methods.SelectMany(method => method.Axes).SelectMany(axis => axis.Keys);
                    bag.Report(SweepRules.ZipKey, key, $"zip: {Suggestions.Quote(key.Text)} is not a swept key{Suggestions.For(key.Text, swept)}");
                    known = false;
                }
            }

            if (known && group.Keys.Count > 1 && !Array.Exists(methods, method => method.Axes.Count(group.Has) > 1))
            {
                bag.Report(SweepRules.ZipGroup, group.Keys[0], "zip: no method has two of the group's keys, so the group joins nothing");
            }
        }
    }
}
