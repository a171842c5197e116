using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace DslExperiments.Pretraining;

/// <summary>
/// Options as text that says all of them: records with every property, in the alphabet's order, lists item by item. Equal
/// texts mean equal options, whatever is added to the records later.
/// </summary>
internal static class CanonicalText
{
    /// <summary>Writes a value.</summary>
    /// <param name="value">A number, text, enum member, options record, or a list of these.</param>
    /// <param name="leftOut">Properties that do not count.</param>
    /// <exception cref="NotSupportedException">The value is none of these.</exception>
    public static string Of(object? value, params string[] leftOut) => value switch
    {
        null => "~",
        string text => JsonSerializer.Serialize(text),
        bool or int or long or double or Enum => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(item => Of(item, leftOut)))}]",
        _ => OfRecord(value, leftOut),
    };

    /// <summary>The properties of an options record that <see cref="Of"/> writes.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static property => property.GetIndexParameters().Length == 0)
        .OrderBy(static property => property.Name, StringComparer.Ordinal);

    private static string OfRecord(object value, string[] leftOut)
    {
        var type = value.GetType();
        if (type.Assembly != typeof(CanonicalText).Assembly)
        {
            throw new NotSupportedException($"{type} is no options record.");
        }

        var members = PropertiesOf(type)
            .Where(property => !leftOut.Contains(property.Name))
            .Select(property => $"{property.Name} = {Of(property.GetValue(value), leftOut)}");
        return $"{type.Name} {{ {string.Join(", ", members)} }}";
    }
}
