using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>Values of the model as C# expressions.</summary>
internal static class Values
{
    /// <summary>An expression of the value's own type.</summary>
    public static string Of(SpecValue value) => value switch
    {
        SpecValue.Int whole => Literal.Of(whole.Value),
        SpecValue.Number number => Literal.Of(number.Value),
        SpecValue.Bool truth => Literal.Of(truth.Value),
        SpecValue.Text text => Literal.Of(text.Value),
        SpecValue.Choice choice => choice.CSharpType + "." + choice.Member,
        SpecValue.Call call => "new " + call.CSharpType + "(" + string.Join(", ", call.Arguments.Select(Of)) + ")",
        SpecValue.List list => "[" + string.Join(", ", list.Items.Select(Of)) + "]",
        SpecValue.Options options => Inline(options.Value),
        _ => throw new NotSupportedException("A value of kind " + value.GetType().Name + " has no C# form."),
    };

    /// <summary>An options record on one line; the target says its type.</summary>
    private static string Inline(OptionsSpec options) =>
        "new" + (options.IsDerived ? " " + options.CSharpType : "") + "() { " + string.Join(", ", Settable(options).Select(field => field.Member + " = " + Of(field.Value))) + " }";

    /// <summary>The fields that are properties of the C# record; others speak to the compiler, such as the name of a custom task.</summary>
    public static IEnumerable<FieldValue> Settable(OptionsSpec options) => options.Values.Where(field => field.Member.Length > 0);

    /// <summary>What a <c>with</c> must set to make one options record from another: <c>B = A.B with { C = 1 }</c>; nothing when they are equal.</summary>
    /// <param name="target">An expression for the record to change.</param>
    /// <param name="from">Its values.</param>
    /// <param name="to">The values wanted; of the same record type.</param>
    public static string[] Changes(string target, OptionsSpec from, OptionsSpec to)
    {
        List<string> changes = new();
        foreach ((FieldValue old, FieldValue now) in from.Values.Zip(to.Values, (old, now) => (old, now)))
        {
            if (old == now || now.Member.Length == 0)
            {
                continue;
            }

            string value = old.Value is SpecValue.Options before && now.Value is SpecValue.Options after
                ? With(target + "." + now.Member, Changes(target + "." + now.Member, before.Value, after.Value))
                : Of(now.Value);
            changes.Add(now.Member + " = " + value);
        }

        return changes.ToArray();
    }

    /// <summary>What sets properties, some of them of nested records, to expressions.</summary>
    /// <param name="target">An expression for the record to change.</param>
    /// <param name="changes">Property paths such as <c>Mlp.Hidden</c> with the expressions.</param>
    public static string Change(string target, IReadOnlyList<(string Path, string Value)> changes)
    {
        if (changes.Count == 0)
        {
            return target;
        }

        IEnumerable<string> parts = changes
            .GroupBy(change => Head(change.Path), StringComparer.Ordinal)
            .Select(group => group.Key + " = " + (group.First().Path == group.Key
                ? group.First().Value
                : Change(target + "." + group.Key, group.Select(change => (change.Path.Substring(group.Key.Length + 1), change.Value)).ToArray())));
        return With(target, parts);
    }

    private static string With(string target, IEnumerable<string> changes) => target + " with { " + string.Join(", ", changes) + " }";

    private static string Head(string path) => path.IndexOf('.') is int dot and >= 0 ? path.Substring(0, dot) : path;
}
