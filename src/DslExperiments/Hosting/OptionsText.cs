using System.Reflection;

namespace DslExperiments.Hosting;

/// <summary>Options records as a spec would write them: <c>depth 1, width 10, mlp { hidden 32, activation relu }</c>.</summary>
internal static class OptionsText
{
    private const string Suffix = "Options";

    /// <summary>The settings of a record, without its kind.</summary>
    public static string Of(object options) => string.Join(", ", options.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static property => property.CanWrite && property.GetIndexParameters().Length == 0)
        .Select(property => Member(property.Name, property.GetValue(options))));

    /// <summary>The record's kind: <c>shared_token_pair</c>.</summary>
    public static string KindOf(object options)
    {
        var name = options.GetType().Name;
        return SpecText.Words(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name);
    }

    private static string Member(string name, object? value)
    {
        var type = value?.GetType();
        var isGroup = type is { Namespace: { } space } && space.StartsWith(nameof(DslExperiments), StringComparison.Ordinal)
            && (type.Name.EndsWith(Suffix, StringComparison.Ordinal) || type == typeof(Backbones.BackboneInit));
        return $"{SpecText.Words(name)} {(value is null ? "~" : isGroup ? $"{{ {Of(value)} }}" : SpecText.Of(value))}";
    }
}
