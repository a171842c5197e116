namespace DslExperiments.Specs;

/// <summary>A field of the backbone that a construction prescribes.</summary>
/// <param name="Path">The field: <c>mlp.hidden</c>.</param>
/// <param name="Value">Its value as the spec spells it.</param>
internal sealed record ShapeField(string Path, string Value);

/// <summary>What a backbone must be like to hold a construction's weights.</summary>
/// <param name="Fields">The fields that are prescribed.</param>
/// <param name="PromptLength">Virtual tokens that <c>init: written</c> fills; null when it is not prescribed.</param>
/// <param name="Limit">What the call's arguments exceed; null for a construction that exists.</param>
internal sealed record ConstructionShape(ShapeField[] Fields, long? PromptLength = null, string? Limit = null);

/// <summary>The shapes of <c>backbone: { construct: … }</c>.</summary>
internal static class Constructions
{
    private static readonly ConstructionShape Free = new(Array.Empty<ShapeField>());

    /// <summary>One head of width 2 and nothing else (Mondal and Shihab).</summary>
    private static readonly ConstructionShape Head = new(new[]
    {
        Size("depth", 1),
        Size("width", 2),
        Size("heads", 1),
        new ShapeField("attention.scale", "none"),
        new ShapeField("attention.output", "false"),
        Size("mlp.hidden", 0),
        new ShapeField("norm", "none"),
        new ShapeField("positions", "none"),
        Size("vocabulary", 0),
    });

    /// <summary>With two inputs, as many digits must fit into the 53 bits of one number.</summary>
    private const long MostSymbolsOfPairs = 11;

    /// <summary>Symbols of the table <c>sentence</c>, "I love transformers!".</summary>
    public const long SentenceLength = 20;

    /// <summary>The smallest alphabet that has them: printable ASCII from the space to its last letter, v.</summary>
    public const long SentenceSymbols = 'v' - ' ' + 1;

    /// <summary>True when a network can hold the table <c>sentence</c>.</summary>
    public static bool HoldsSentence(SpecValue.Call lookup) =>
        Argument(lookup, 0) >= SentenceSymbols && Argument(lookup, 1) == 0 && Argument(lookup, 2) == SentenceLength;

    /// <summary>The shape of a construction.</summary>
    public static ConstructionShape ShapeOf(SpecValue.Call construct) => construct.Function switch
    {
        "lookup" => Lookup(Argument(construct, 0), Argument(construct, 1), Argument(construct, 2)),
        "value_head" or "query_head" => Head,
        _ => Free,
    };

    /// <summary>The coordinates are those of the runtime's LookupLayout.</summary>
    private static ConstructionShape Lookup(long symbols, long inputs, long answers)
    {
        if (inputs == 2 && (answers != 1 || symbols > MostSymbolsOfPairs))
        {
            return Free with { Limit = $"with 2 inputs an answer is 1 of at most {NumberText.Format(MostSymbolsOfPairs)} symbols" };
        }

        long memory = inputs > 0 ? symbols : answers;
        long asked = inputs > 0 ? symbols : 0;
        long used = memory + (2 * asked) + answers + (inputs > 0 ? 1 : 0) + (inputs == 2 ? 1 : 0) + 2;
        List<ShapeField> fields = new()
        {
            Size("depth", inputs == 2 ? 1 + symbols : 1),
            Size("width", inputs > 0 ? 2 * Math.Max((used + 1) / 2, answers + 1) : used),
            Size("heads", inputs > 0 ? 2 : 1),
            new ShapeField("attention.scale", "none"),
            new ShapeField("attention.output", "false"),
            Size("mlp.hidden", inputs == 2 ? 1 + (4 * (symbols - 1)) : memory),
            new ShapeField("mlp.activation", "relu"),
            new ShapeField("mlp.residual", "true"),
            new ShapeField("norm", "none"),
            new ShapeField("causal", "true"),
            new ShapeField("positions", "learned"),
            Size("vocabulary", symbols),
            Size("context", Math.Max(inputs, 1) + answers - 1),
        };
        if (inputs == 2)
        {
            fields.Add(new ShapeField("dtype", "float64"));
        }

        return new ConstructionShape(fields.ToArray(), inputs == 1 ? answers : 1);
    }

    private static long Argument(SpecValue.Call call, int index) => ((SpecValue.Int)call.Arguments[index]).Value;

    private static ShapeField Size(string path, long value) => new(path, NumberText.Format(value));
}
