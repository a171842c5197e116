namespace DslExperiments.Specs;

/// <summary>A value as the spec language spells it: one spelling per value.</summary>
public static class ValueText
{
    /// <summary><c>4000</c>, <c>1e-6</c>, <c>true</c>, <c>inverse_sqrt</c>, <c>uniform(0.5)</c>, <c>[q, v]</c>; texts as they are.</summary>
    /// <param name="value">The value; not a nested options record.</param>
    public static string Of(SpecValue value) => value switch
    {
        SpecValue.Int number => NumberText.Format(number.Value),
        SpecValue.Number number => NumberText.Format(number.Value),
        SpecValue.Bool truth => truth.Value ? "true" : "false",
        SpecValue.Text text => text.Value,
        SpecValue.Choice choice => choice.Word,
        SpecValue.Call { Arguments.IsEmpty: true } call => call.Function,
        SpecValue.Call call => call.Function + "(" + Join(call.Arguments) + ")",
        SpecValue.List list => "[" + Join(list.Items) + "]",
        _ => throw new ArgumentException("an options record has no single text", nameof(value)),
    };

    private static string Join(EquatableArray<SpecValue> values)
    {
        string[] texts = new string[values.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Of(values[i]);
        }

        return string.Join(", ", texts);
    }
}
