namespace DslExperiments.Specs;

/// <summary>The full name of a C# type: <c>My.Namespace.Family</c>.</summary>
internal sealed class TypeNameType : FieldType
{
    private const int MaxLength = 500;

    public override string CSharpType => "string";

    public override string Wanted => "the full name of a C# class, such as My.Namespace.Family";

    public override string Title => "C# type";

    public override string Range => "identifiers parted by dots";

    public override void WriteSchema(JsonWriter json) =>
        json.Property("type", "string").Property("pattern", "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$");

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        if (text.Length <= MaxLength && Array.TrueForAll(text.Split('.'), CSharpNames.IsIdentifier))
        {
            return new SpecValue.Text(text);
        }

        bag.Report(ValueRules.NotATypeName, node, $"{key} wants {Wanted}, not {Suggestions.Quote(text)}");
        return null;
    }
}
