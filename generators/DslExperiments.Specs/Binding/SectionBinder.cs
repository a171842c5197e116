namespace DslExperiments.Specs;

/// <summary>Reads maps of the tree by their section's table.</summary>
/// <param name="bag">Takes the findings.</param>
/// <param name="isPartial">True when what is missing may stand in a spec that could not be read.</param>
internal sealed class SectionBinder(DiagnosticBag bag, bool isPartial)
{
    private static readonly SpecNode[] NoNodes = Array.Empty<SpecNode>();

    /// <summary>Reads a section. Keys in <paramref name="besides"/> are the caller's.</summary>
    /// <param name="section">Its table.</param>
    /// <param name="node">Its value, or null when the key is absent.</param>
    /// <param name="where">What to point at when a key is missing in it.</param>
    /// <param name="key">The key it stands under.</param>
    /// <param name="besides">Keys that are allowed but not in the table.</param>
    public BoundSection Bind(Section section, SpecNode? node, SpecNode where, string key, params string[] besides)
    {
        BoundField?[] fields = new BoundField?[section.Leaves.Length];
        if (node is not null)
        {
            Collect(section, node, key, besides, section.Leaves, fields, 0);
        }

        for (int i = 0; i < fields.Length; i++)
        {
            if (fields[i] is null)
            {
                Leaf leaf = section.Leaves[i];
                if (leaf.Field.IsRequired && node is not null && !isPartial)
                {
                    bag.Report(ValueRules.MissingKey, where, $"{key} needs the key '{leaf.Path}': {leaf.Field.Doc}");
                }

                SpecValue value = leaf.Field.Default ?? new SpecValue.Text("");
                fields[i] = new BoundField(leaf, key + "." + leaf.Path, null, new[] { value }, NoNodes, false, !leaf.Field.IsRequired);
            }
        }

        return new BoundSection(section, key, fields!);
    }

    /// <summary>Reads a section that a word in it chooses.</summary>
    /// <param name="variants">The choices.</param>
    /// <param name="discriminator">The key of the word: <c>kind</c>, <c>family</c>.</param>
    /// <param name="entry">The section's key and value, or null when absent; that is reported elsewhere.</param>
    /// <param name="prefix">The keys that lead to it, with a dot.</param>
    public BoundVariant? BindVariant(Variant[] variants, string discriminator, MappingEntry? entry, string prefix = "")
    {
        if (entry is null)
        {
            return null;
        }

        string key = prefix + entry.Key.Text;
        string words = string.Join(", ", variants.Select(v => v.Name));
        if (entry.Value is not MappingNode map)
        {
            bag.Report(ValueRules.WrongShape, entry.Value, $"{key} wants a map with the key '{discriminator}'");
            return null;
        }

        if (map[discriminator] is not SpecNode chosen)
        {
            if (!isPartial)
            {
                bag.Report(ValueRules.MissingKey, entry.Key, $"{key} needs the key '{discriminator}': one of {words}");
            }

            return null;
        }

        if (chosen is not ScalarNode { IsNull: false } word)
        {
            bag.Report(
                chosen is SequenceNode ? SweepRules.NotSweepable : ValueRules.WrongShape,
                chosen,
                $"{key}.{discriminator} wants one of {words}" + (chosen is SequenceNode ? "; it cannot be swept" : ""));
            return null;
        }

        Variant? variant = Array.Find(variants, v => v.Name == word.Text.Trim());
        if (variant is null)
        {
            string near = Suggestions.Nearest(word.Text.Trim(), variants.Select(v => v.Name)) is string name ? $"; did you mean '{name}'?" : "";
            bag.Report(ValueRules.UnknownWord, word, $"{key}.{discriminator} wants one of {words}, not {Suggestions.Quote(word.Text)}{near}");
            return null;
        }

        return new BoundVariant(variant, Bind(variant.Section, map, entry.Key, key, discriminator));
    }

    /// <summary>Reads a field: one value, or a sweep.</summary>
    public BoundField BindField(Leaf leaf, SpecNode node, string key)
    {
        int errors = bag.Errors;
        FieldType type = leaf.Field.Type!;
        List<SpecValue> values = new();
        List<SpecNode> nodes = new();
        bool sweep = false;
        if (type.IsList ? node is SequenceNode { Items.IsEmpty: false } lists && lists.Items[0] is SequenceNode : node is SequenceNode)
        {
            sweep = true;
            SequenceNode list = (SequenceNode)node;
            if (list.Items.IsEmpty)
            {
                bag.Report(ValueRules.Empty, node, $"{key} is an empty list; a sweep needs at least one value");
            }

            foreach (SpecNode item in list.Items)
            {
                if (type.Read(item, key, bag) is SpecValue value)
                {
                    values.Add(value);
                    nodes.Add(item);
                }
            }
        }
        else if (node is ScalarNode { IsNull: false } scalar && type.ReadRange(scalar, key, bag) is RangeText range)
        {
            sweep = true;
            values.AddRange(range.Values);
        }
        else if (type.Read(node, key, bag) is SpecValue value)
        {
            values.Add(value);
            nodes.Add(node);
        }

        if (sweep && !leaf.Field.IsSweepable)
        {
            bag.Report(SweepRules.NotSweepable, node, $"{key} cannot be swept; it wants {type.Wanted}");
        }

        CheckRepeated(key, node, values, nodes);
        bool valid = bag.Errors == errors;
        if (values.Count == 0)
        {
            values.Add(leaf.Field.Default ?? new SpecValue.Text(""));
            nodes.Clear();
        }

        return new BoundField(leaf, key, node, values.ToArray(), nodes.Count == values.Count ? nodes.ToArray() : NoNodes, sweep, valid);
    }

    /// <summary>Reports a key that its section does not have.</summary>
    public void ReportUnknownKey(ScalarNode key, string where, IEnumerable<string> valid)
    {
        string hint = Suggestions.For(key.Text, valid);
        if (key.Text.IndexOf('(') >= 0 || key.Text.IndexOf(')') >= 0)
        {
            hint = "; inside { } YAML splits at commas, so put a call with a comma in quotes";
        }

        bag.Report(ValueRules.UnknownKey, key, $"unknown key {Suggestions.Quote(key.Text)} {where}{hint}");
    }

    private void CheckRepeated(string key, SpecNode node, List<SpecValue> values, List<SpecNode> nodes)
    {
        if (values.Count < 2)
        {
            return;
        }

        HashSet<SpecValue> seen = new();
        for (int i = 0; i < values.Count; i++)
        {
            if (!seen.Add(values[i]))
            {
                bag.Report(SweepRules.RepeatedValue, i < nodes.Count ? nodes[i] : node, $"{key} has the value {Suggestions.Quote(ValueText.Of(values[i]))} twice");
            }
        }
    }

    /// <summary>Reads the keys of a map; <paramref name="first"/> is the index of its section's first leaf.</summary>
    private void Collect(Section section, SpecNode node, string key, string[] besides, Leaf[] leaves, BoundField?[] fields, int first)
    {
        if (node is not MappingNode map)
        {
            bag.Report(ValueRules.WrongShape, node, $"{key} wants a map of keys");
            return;
        }

        foreach (MappingEntry entry in map.Entries)
        {
            string name = entry.Key.Text;
            int index = first;
            Field? found = null;
            foreach (Field field in section.Fields)
            {
                if (field.Key == name)
                {
                    found = field;
                    break;
                }

                index += field.Nested?.Leaves.Length ?? 1;
            }

            if (found?.Nested is not null)
            {
                Collect(found.Nested, entry.Value, key + "." + name, Array.Empty<string>(), leaves, fields, index);
            }
            else if (found is not null)
            {
                fields[index] = BindField(leaves[index], entry.Value, key + "." + name);
            }
            else if (Array.IndexOf(besides, name) < 0)
            {
                ReportUnknownKey(entry.Key, "in " + key, section.Fields.Select(field => field.Key).Concat(besides));
            }
        }
    }
}
