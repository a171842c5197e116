namespace DslExperiments.Specs;

/// <summary>From bound fields to the model's options.</summary>
internal static class OptionsBuilder
{
    /// <summary>All options of a section; swept fields hold their first value.</summary>
    public static OptionsSpec Build(Section section, BoundField[] fields) => Build(section, fields, 0);

    private static OptionsSpec Build(Section section, BoundField[] fields, int first)
    {
        List<FieldValue> values = new(section.Fields.Length);
        int index = first;
        foreach (Field field in section.Fields)
        {
            if (field.Nested is not null)
            {
                OptionsSpec nested = Build(field.Nested, fields, index);
                values.Add(new FieldValue(field.Key, field.Member, new SpecValue.Options(nested), nested.Values.All(value => value.IsDefault)));
                index += field.Nested.Leaves.Length;
                continue;
            }

            if (field.Member.Length > 0)
            {
                SpecValue value = fields[index].Values[0];
                values.Add(new FieldValue(field.Key, field.Member, value, value.Equals(field.Default)));
            }

            index++;
        }

        return new OptionsSpec(section.CSharpType, values.ToEquatableArray()) { IsDerived = section.IsDerived };
    }
}
