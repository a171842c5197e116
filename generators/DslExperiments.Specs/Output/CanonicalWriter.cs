using System.Text;

namespace DslExperiments.Specs;

/// <summary>
/// Writes a bound spec as YAML: keys in table order, one spelling per value, nothing that was not given. Equal texts
/// mean equal experiments, and compiling the text gives the experiment back.
/// </summary>
internal sealed class CanonicalWriter(HashSet<string> sweptKeys)
{
    private readonly StringBuilder text = new();

    /// <summary>Writes a key with a text value.</summary>
    public void Text(int depth, string key, string value) => Line(depth, key).Append(' ').Append(Quoted(value)).Append('\n');

    /// <summary>Writes a key that opens a map.</summary>
    public void Open(int depth, string key) => Line(depth, key).Append('\n');

    /// <summary>Writes a key with values in brackets.</summary>
    public void List(int depth, string key, IEnumerable<string> values) =>
        Line(depth, key).Append(" [").Append(string.Join(", ", values)).Append("]\n");

    /// <summary>Writes a key with one text per line.</summary>
    public void Lines(int depth, string key, IEnumerable<string> values)
    {
        Open(depth, key);
        foreach (string value in values)
        {
            text.Append(' ', 2 * (depth + 1)).Append("- ").Append(Quoted(value)).Append('\n');
        }
    }

    /// <summary>Writes the parts that a profile may change, as far as a tree gives them.</summary>
    public void Parts(int depth, MappingNode given, BoundProfile profile)
    {
        Variant(depth, "backbone", "kind", given.Find("backbone")?.Value, profile.Backbone!);
        Pretrain(depth, given[SpecLanguage.Pretrain], profile.Pretrain);
        Variant(depth, "task", "family", given.Find("task")?.Value, profile.Task!);
        if (given["methods"] is MappingNode { Entries.IsEmpty: false } methods)
        {
            Open(depth, "methods");
            foreach (BoundMethod method in profile.Methods)
            {
                if (methods[method.Name] is MappingNode map)
                {
                    Method(depth + 1, method, map);
                }
            }
        }

        SectionOf(depth, "training", given["training"], profile.Training);
        if (profile.Search is BoundSection search)
        {
            SectionOf(depth, SpecLanguage.Search, given[SpecLanguage.Search], search);
        }
        else if (given[SpecLanguage.Search] is not null)
        {
            Line(depth, SpecLanguage.Search).Append(" ~\n");
        }

        if (given["seeds"] is not null)
        {
            List(depth, "seeds", profile.Seeds.Select(seed => NumberText.Format(seed)));
        }
    }

    /// <summary>Writes lines that another writer made.</summary>
    public void Raw(string lines) => text.Append(lines);

    /// <summary>Writes a key with an empty map.</summary>
    public void Nothing(int depth, string key) => Line(depth, key).Append(" {}\n");

    public override string ToString() => text.ToString();

    private void Pretrain(int depth, SpecNode? given, BoundPretrain? stage)
    {
        if (given is not MappingNode map || stage is null)
        {
            return;
        }

        int start = text.Length;
        Open(depth, SpecLanguage.Pretrain);
        int body = text.Length;
        Variant(depth + 1, "task", "family", map["task"], stage.Task!);
        SectionOf(depth + 1, "training", map["training"], stage.Training);
        if (text.Length == body)
        {
            text.Length = start;
        }
    }

    private void Variant(int depth, string key, string discriminator, SpecNode? given, BoundVariant variant)
    {
        if (given is not MappingNode map)
        {
            return;
        }

        bool names = map[discriminator] is not null;
        int start = text.Length;
        Open(depth, key);
        int body = text.Length;
        if (names)
        {
            Line(depth + 1, discriminator).Append(' ').Append(variant.Variant.Name).Append('\n');
        }

        Fields(depth + 1, variant.Variant.Section, map, variant.Options.Fields, 0);
        if (text.Length == body)
        {
            text.Length = start;
        }
    }

    private void Method(int depth, BoundMethod method, MappingNode map)
    {
        int start = text.Length;
        Open(depth, method.Name);
        int body = text.Length;
        Fields(depth + 1, method.Options.Section, map, method.Options.Fields, 0);
        SectionOf(depth + 1, SpecLanguage.OwnTraining, map[SpecLanguage.OwnTraining], method.OwnTraining);
        if (text.Length == body)
        {
            text.Length = start;
            Nothing(depth, method.Name);
        }
    }

    private void SectionOf(int depth, string key, SpecNode? given, BoundSection section)
    {
        if (given is { IsNull: true })
        {
            Line(depth, key).Append(" ~\n");
        }
        else if (given is MappingNode map)
        {
            Nested(depth, key, section.Section, map, section.Fields, 0);
        }
    }

    private void Nested(int depth, string key, Section section, MappingNode map, BoundField[] fields, int first)
    {
        int start = text.Length;
        Open(depth, key);
        int body = text.Length;
        Fields(depth + 1, section, map, fields, first);
        if (text.Length == body)
        {
            text.Length = start;
        }
    }

    private void Fields(int depth, Section section, MappingNode map, BoundField[] fields, int first)
    {
        int index = first;
        foreach (Field field in section.Fields)
        {
            SpecNode? given = map[field.Key];
            if (given is { IsNull: true })
            {
                Line(depth, field.Key).Append(" ~\n");
            }
            else if (field.Nested is not null)
            {
                if (given is MappingNode inner)
                {
                    Nested(depth, field.Key, field.Nested, inner, fields, index);
                }
            }
            else if (given is not null)
            {
                Value(depth, fields[index]);
            }

            index += field.Nested?.Leaves.Length ?? 1;
        }
    }

    private void Value(int depth, BoundField field)
    {
        IEnumerable<string> values = field.Values.Select(Spelled);
        if (field.IsSweep || sweptKeys.Contains(field.Key))
        {
            List(depth, field.Leaf.Field.Key, values);
        }
        else
        {
            Line(depth, field.Leaf.Field.Key).Append(' ').Append(values.First()).Append('\n');
        }
    }

    private StringBuilder Line(int depth, string key) => text.Append(' ', 2 * depth).Append(IsPlain(key) ? key : Quoted(key)).Append(':');

    private static string Spelled(SpecValue value) => value switch
    {
        SpecValue.Text free => Quoted(free.Value),
        SpecValue.Call { Arguments.Count: > 1 } => Quoted(ValueText.Of(value)),
        _ => ValueText.Of(value),
    };

    /// <summary>True for words that every YAML reader takes as they stand.</summary>
    private static bool IsPlain(string word)
    {
        foreach (char c in word)
        {
            if (c is not ((>= 'a' and <= 'z') or '_'))
            {
                return false;
            }
        }

        return word is not ("" or "y" or "n" or "yes" or "no" or "on" or "off" or "true" or "false" or "null") || word == "on";
    }

    private static string Quoted(string value)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in value)
        {
            if (c is '"' or '\\')
            {
                quoted.Append('\\').Append(c);
            }
            else if (c is < ' ' or (>= '\u007f' and <= '\u00a0') or '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF')
            {
                quoted.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }
}
