namespace DslExperiments.Specs;

/// <summary>One key of the language. The only description of it: binder, schema, reference page and canonical text read this.</summary>
/// <param name="Key">The key as written.</param>
/// <param name="Member">The C# property that it sets; empty when the key is not an option of the runtime.</param>
/// <param name="Type">What it holds; null for a nested section.</param>
/// <param name="Default">The value when the key is absent, equal to the C# record's; null when it must be given.</param>
/// <param name="Doc">One sentence.</param>
internal sealed record Field(string Key, string Member, FieldType? Type, SpecValue? Default, string Doc)
{
    /// <summary>The nested options record's fields, for a nested section.</summary>
    public Section? Nested { get; init; }

    /// <summary>True when a list of values makes arms differ in this key.</summary>
    public bool IsSweepable { get; init; } = true;

    /// <summary>The key beside it whose value stands in where it is absent; the default is then none that could be written.</summary>
    public string? StandIn { get; init; }

    /// <summary>True when there is no default.</summary>
    public bool IsRequired => Nested is null && Default is null;

    /// <summary>A nested section.</summary>
    public static Field Of(string key, string member, string doc, Section nested) => new(key, member, null, null, doc) { Nested = nested };
}

/// <summary>A field of a section or of a section inside it.</summary>
/// <param name="Index">Its place in <see cref="Section.Leaves"/>.</param>
/// <param name="Path">The keys that lead to it: <c>mlp.hidden</c>.</param>
/// <param name="MemberPath">The properties that lead to it: <c>Mlp.Hidden</c>.</param>
/// <param name="Field">The field.</param>
internal sealed record Leaf(int Index, string Path, string MemberPath, Field Field);

/// <summary>The keys of one C# options record.</summary>
internal sealed class Section
{
    public Section(string csharpType, params Field[] fields)
    {
        CSharpType = csharpType;
        Fields = fields;
        List<Leaf> leaves = new();
        Flatten(this, "", "", leaves);
        Leaves = leaves.ToArray();
    }

    /// <summary>The options record.</summary>
    public string CSharpType { get; }

    /// <summary>What the record fixes, by path, and no key sets: the marks of a family of backbones.</summary>
    public IReadOnlyDictionary<string, SpecValue> Implied { get; init; } = new Dictionary<string, SpecValue>();

    /// <summary>True when the property that holds the record is of a base type, so that C# must name this one.</summary>
    public bool IsDerived { get; init; }

    /// <summary>Its keys in the order of canonical text and reference page.</summary>
    public Field[] Fields { get; }

    /// <summary>The keys with those of nested sections, depth first.</summary>
    public Leaf[] Leaves { get; }

    /// <summary>The field of a key, or null.</summary>
    public Field? Find(string key) => Array.Find(Fields, field => field.Key == key);

    private static void Flatten(Section section, string path, string members, List<Leaf> leaves)
    {
        foreach (Field field in section.Fields)
        {
            if (field.Nested is null)
            {
                leaves.Add(new Leaf(leaves.Count, path + field.Key, members + field.Member, field));
            }
            else
            {
                Flatten(field.Nested, path + field.Key + ".", members + field.Member + ".", leaves);
            }
        }
    }
}

/// <summary>A kind of backbone, a family of tasks, or a method.</summary>
/// <param name="Name">The word that chooses it.</param>
/// <param name="Doc">One sentence.</param>
/// <param name="Section">Its keys.</param>
internal sealed record Variant(string Name, string Doc, Section Section);
