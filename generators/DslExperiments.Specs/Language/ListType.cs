namespace DslExperiments.Specs;

/// <summary>A list of values of one type that is one value, without repetition. A list of such lists is a sweep.</summary>
/// <param name="item">The items' type.</param>
/// <param name="things">The items in messages: <c>texts</c>.</param>
internal sealed class ListType(FieldType item, string things) : FieldType
{
    public override string CSharpType => $"global::System.Collections.Generic.IReadOnlyList<{item.CSharpType}>";

    public override bool IsList => true;

    public override string Wanted => "a list of " + things;

    public override string Title => "list of " + things;

    public override string Range => item.Range;

    /// <summary>The list without items; for defaults.</summary>
    public SpecValue Empty => new SpecValue.List(item.CSharpType, EquatableArray.Create<SpecValue>());

    public override SpecValue? Read(SpecNode node, string key, DiagnosticBag bag)
    {
        if (node.IsBroken)
        {
            return null;
        }

        if (node is not SequenceNode list)
        {
            string hint = node is ScalarNode { IsNull: false } scalar ? $"; write [{scalar.Text}]" : "";
            bag.Report(ValueRules.WrongShape, node, $"{key} wants {Wanted}{hint}");
            return null;
        }

        List<SpecValue> values = new();
        bool ok = true;
        foreach (SpecNode element in list.Items)
        {
            if (item.Read(element, key, bag) is not SpecValue value)
            {
                ok = false;
            }
            else if (values.Contains(value))
            {
                bag.Report(ValueRules.Repeated, element, $"{key}: {Suggestions.Quote(ValueText.Of(value))} repeats what the list already has");
                ok = false;
            }
            else
            {
                values.Add(value);
            }
        }

        return ok ? new SpecValue.List(item.CSharpType, values.ToEquatableArray()) : null;
    }

    public override void WriteSchema(JsonWriter json) => json.Property("type", "array").Object("items", item.WriteSchema);

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag) => null;
}
