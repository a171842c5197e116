namespace DslExperiments.Specs;

/// <summary>Writes <c>training.steps: 500</c> as nested maps.</summary>
internal static class DottedKeys
{
    /// <summary>The map with every dotted key, at any depth, taken apart.</summary>
    public static MappingNode Expand(MappingNode map, DiagnosticBag bag)
    {
        Builder root = new(map);
        root.AddAll(map, bag);
        return root.ToNode();
    }

    /// <summary>A map under construction.</summary>
    private sealed class Builder(SpecNode origin)
    {
        private readonly List<(ScalarNode Key, SpecNode? Value, Builder? Map)> entries = new();

        public void AddAll(MappingNode map, DiagnosticBag bag)
        {
            foreach (MappingEntry entry in map.Entries)
            {
                Add(entry.Key, 0, entry.Value, bag);
            }
        }

        public MappingNode ToNode() => new(origin.Span, entries
            .Select(entry => new MappingEntry(entry.Key, entry.Value ?? entry.Map!.ToNode()))
            .ToEquatableArray()) { InheritedFrom = origin.InheritedFrom };

        private void Add(ScalarNode key, int start, SpecNode value, DiagnosticBag bag)
        {
            int dot = key.Text.IndexOf('.', start);
            int end = dot < 0 ? key.Text.Length : dot;
            ScalarNode part = start == 0 && dot < 0
                ? key
                : key with { Text = key.Text.Substring(start, end - start), Span = key.Part(start, end - start), TextColumn = key.TextColumn == 0 ? 0 : key.TextColumn + start };
            int at = entries.FindIndex(entry => entry.Key.Text == part.Text);
            bool isMap = dot >= 0 || value is MappingNode;
            if (at >= 0 && (!isMap || entries[at].Map is null))
            {
                SpecSpan first = entries[at].Key.Span;
                bag.Report(YamlRules.DuplicateKey, part, $"the key {Suggestions.Quote(key.Text)} is already set on line {first.StartLine}, column {first.StartColumn}");
                return;
            }

            if (!isMap)
            {
                entries.Add((part, value, null));
                return;
            }

            Builder map = at >= 0 ? entries[at].Map! : new Builder(dot >= 0 ? part : value);
            if (at < 0)
            {
                entries.Add((part, null, map));
            }

            if (dot >= 0)
            {
                map.Add(key, dot + 1, value, bag);
            }
            else
            {
                map.AddAll((MappingNode)value, bag);
            }
        }
    }
}
