namespace DslExperiments.Specs;

/// <summary>True or false; not yes, no, on, off, 0, 1.</summary>
internal sealed class BoolType : FieldType
{
    public override string CSharpType => "bool";

    public override string Wanted => "true or false";

    public override string Title => "bool";

    public override string Range => "true, false";

    public override void WriteSchema(JsonWriter json) => json.Property("type", "boolean");

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        switch (text)
        {
            case "true" or "True" or "TRUE":
                return new SpecValue.Bool(true);
            case "false" or "False" or "FALSE":
                return new SpecValue.Bool(false);
        }

        string hint = text.ToLowerInvariant() switch
        {
            "yes" or "on" or "y" or "1" => "; write true",
            "no" or "off" or "n" or "0" => "; write false",
            _ => "",
        };
        bag.Report(ValueRules.NotABool, node, $"{key} wants true or false, not {Suggestions.Quote(text)}{hint}");
        return null;
    }
}

/// <summary>Free text of one line; line breaks and runs of spaces become one space.</summary>
internal sealed class TextType(int maxLength) : FieldType
{
    private static readonly char[] Whitespace = { ' ', '\t', '\r', '\n', '\u0085', '\u2028', '\u2029' };

    public override string CSharpType => "string";

    public override string Wanted => "a text";

    public override string Title => "text";

    public override string Range => $"1 … {NumberText.Format(maxLength)} characters";

    public override void WriteSchema(JsonWriter json) =>
        json.Property("type", new[] { "string", "number", "boolean" }).Property("minLength", 1).Property("maxLength", maxLength);

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        string line = string.Join(" ", text.Split(Whitespace, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length == 0)
        {
            bag.Report(ValueRules.Empty, node, $"{key} is empty");
            return null;
        }

        if (line.Length > maxLength)
        {
            bag.Report(ValueRules.OutOfRange, node, $"{key} has {NumberText.Format(line.Length)} characters; at most {NumberText.Format(maxLength)} are allowed");
            return null;
        }

        return new SpecValue.Text(line);
    }
}

/// <summary>One word of a <see cref="ChoiceType"/>.</summary>
/// <param name="Name">As in the spec.</param>
/// <param name="Member">The C# enum's member.</param>
/// <param name="Doc">What it stands for, as the end of a sentence.</param>
internal sealed record Word(string Name, string Member, string Doc);

/// <summary>One of a fixed set of words, a C# enum.</summary>
internal sealed class ChoiceType(string csharpType, params Word[] words) : FieldType
{
    public override string CSharpType => csharpType;

    public override string Wanted => "one of " + string.Join(", ", Names);

    public override string Title => "word";

    public override string Range => string.Join(", ", Names);

    /// <summary>All words with their documentation.</summary>
    public Word[] Words => words;

    /// <summary>All words.</summary>
    public IEnumerable<string> Names => words.Select(word => word.Name);

    /// <summary>The value of a word of the table; for defaults.</summary>
    public SpecValue Of(string name)
    {
        Word word = words.First(word => word.Name == name);
        return new SpecValue.Choice(word.Name, csharpType, word.Member);
    }

    public override void WriteSchema(JsonWriter json) => json.Property("enum", Names);

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        foreach (Word word in words)
        {
            if (word.Name == text)
            {
                return new SpecValue.Choice(word.Name, csharpType, word.Member);
            }
        }

        bag.Report(ValueRules.UnknownWord, node, $"{key} wants {Wanted}, not {Suggestions.Quote(text)}{Near(text)}");
        return null;
    }

    private string Near(string text) => Suggestions.Nearest(text, Names) is string near ? $"; did you mean '{near}'?" : "";
}

/// <summary>A list of words that is one value. A list of such lists is a sweep.</summary>
/// <param name="item">The words.</param>
/// <param name="contains">For a word that stands for a group, the words in it; empty for the others.</param>
internal sealed class WordListType(ChoiceType item, Func<string, string[]> contains) : FieldType
{
    public override string CSharpType => $"global::System.Collections.Generic.IReadOnlyList<{item.CSharpType}>";

    public override bool IsList => true;

    public override string Wanted => "a list of " + string.Join(", ", item.Names);

    public override string Title => "list of words";

    public override string Range => item.Range;

    /// <summary>The words of the list.</summary>
    public ChoiceType Item => item;

    /// <summary>A list of words of the table; for defaults.</summary>
    public SpecValue Of(params string[] names) => new SpecValue.List(item.CSharpType, names.Select(item.Of).ToEquatableArray());

    public override SpecValue? Read(SpecNode node, string key, DiagnosticBag bag)
    {
        if (node.IsBroken)
        {
            return null;
        }

        if (node is not SequenceNode list)
        {
            string hint = node is ScalarNode scalar && item.Names.Contains(scalar.Text) ? $"; write [{scalar.Text}]" : "";
            bag.Report(ValueRules.WrongShape, node, $"{key} wants {Wanted}{hint}");
            return null;
        }

        if (list.Items.IsEmpty)
        {
            bag.Report(ValueRules.Empty, node, $"{key} is an empty list");
            return null;
        }

        List<SpecValue> values = new();
        HashSet<string> covered = new(StringComparer.Ordinal);
        bool ok = true;
        foreach (SpecNode element in list.Items)
        {
            if (item.Read(element, key, bag) is not SpecValue.Choice value)
            {
                ok = false;
                continue;
            }

            string[] parts = contains(value.Word);
            string[] names = parts.Length == 0 ? new[] { value.Word } : parts;
            if (names.Any(covered.Contains))
            {
                bag.Report(ValueRules.Repeated, element, $"{key}: '{value.Word}' repeats what the list already has");
                ok = false;
            }

            covered.UnionWith(names);
            values.Add(value);
        }

        return ok ? new SpecValue.List(item.CSharpType, values.ToEquatableArray()) : null;
    }

    public override void WriteSchema(JsonWriter json) =>
        json.Property("type", "array").Property("minItems", 1).Object("items", item.WriteSchema);

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag) => null;
}
