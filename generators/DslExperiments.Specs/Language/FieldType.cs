namespace DslExperiments.Specs;

/// <summary>
/// What a field holds: how its text is read, what it is in C#, and how schema and reference page describe it. The
/// type of a value comes from here and never from the look of the YAML scalar.
/// </summary>
internal abstract class FieldType
{
    /// <summary>The property's C# type.</summary>
    public abstract string CSharpType { get; }

    /// <summary>What a message asks for: <c>a whole number from 1 to 64</c>.</summary>
    public abstract string Wanted { get; }

    /// <summary>The type in the reference page's table: <c>int</c>, <c>word</c>.</summary>
    public abstract string Title { get; }

    /// <summary>The allowed values in the reference page's table.</summary>
    public abstract string Range { get; }

    /// <summary>Reads one value; null after reporting why there is none.</summary>
    /// <param name="node">Where the value stands.</param>
    /// <param name="key">The full key, for messages.</param>
    /// <param name="bag">Takes the findings.</param>
    public virtual SpecValue? Read(SpecNode node, string key, DiagnosticBag bag)
    {
        if (node.IsBroken)
        {
            return null;
        }

        if (node is ScalarNode { IsNull: false } scalar)
        {
            return ReadText(scalar, scalar.Text.Trim(), key, bag);
        }

        string found = node is SequenceNode ? "a list" : node is MappingNode ? "a map" : "nothing";
        bag.Report(ValueRules.WrongShape, node, $"{key} wants {Wanted}, not {found}");
        return null;
    }

    /// <summary>The values of a scalar that is a range of this type; null when it is none.</summary>
    /// <param name="scalar">The scalar.</param>
    /// <param name="key">The full key, for messages.</param>
    /// <param name="bag">Takes the findings.</param>
    public virtual RangeText? ReadRange(ScalarNode scalar, string key, DiagnosticBag bag) => null;

    /// <summary>True when one value is a list, so that a sweep is a list of lists.</summary>
    public virtual bool IsList => false;

    /// <summary>True when two values can be ordered.</summary>
    public virtual bool IsOrdered => false;

    /// <summary>Writes the JSON schema of one value.</summary>
    /// <param name="json">Takes the schema's properties.</param>
    public abstract void WriteSchema(JsonWriter json);

    /// <summary>Reads the text of a scalar.</summary>
    protected abstract SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag);
}

/// <summary>The values of a range; empty after an error.</summary>
/// <param name="Values">The values in order.</param>
internal sealed record RangeText(SpecValue[] Values);
