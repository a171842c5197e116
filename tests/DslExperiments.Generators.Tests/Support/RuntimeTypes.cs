using System.Reflection;
using DslExperiments.Backbones;
using DslExperiments.Specs;

namespace DslExperiments.Generators.Tests.Support;

/// <summary>The runtime's side of what the language's tables name.</summary>
internal static class RuntimeTypes
{
    private static readonly Assembly Runtime = typeof(Transformer).Assembly;

    /// <summary>Every options record of the language with its table, nested ones included.</summary>
    public static Section[] Sections { get; } =
    [
        .. Specs.Backbones.All.Concat(Specs.Tasks.All).Concat(Specs.Methods.All)
            .Select(variant => variant.Section)
            .Append(Specs.Training.Section)
            .Append(Specs.Search.Section)
            .SelectMany(WithNested),
    ];

    /// <summary>The public type of a name such as <c>global::DslExperiments.Tasks.Associations</c>.</summary>
    public static Type Find(string name)
    {
        const string root = "global::";
        Assert.StartsWith(root, name, StringComparison.Ordinal);
        Type? type = Runtime.GetType(name[root.Length..]);
        Assert.True(type is { IsPublic: true }, name + " is no public type of the runtime.");
        return type;
    }

    /// <summary>The C# object that the emitted expression of a value makes.</summary>
    public static object? ToObject(SpecValue? value) => value switch
    {
        SpecValue.Int whole => (int)whole.Value,
        SpecValue.Number number => number.Value,
        SpecValue.Bool truth => truth.Value,
        SpecValue.Text text => text.Value,
        SpecValue.Choice choice => Enum.Parse(Find(choice.CSharpType), choice.Member),
        SpecValue.Call call => Activator.CreateInstance(Find(call.CSharpType), [.. call.Arguments.Select(ToObject)]),
        SpecValue.List list => list.Items.Select(ToObject).ToArray(),
        _ => throw new NotSupportedException($"{value} is no value of a field."),
    };

    /// <summary>The value of a property path such as <c>Mlp.Hidden</c>.</summary>
    public static object? Get(object? record, string path) =>
        path.Split('.').Aggregate(record, (owner, member) => owner!.GetType().GetProperty(member)!.GetValue(owner));

    private static IEnumerable<Section> WithNested(Section section) =>
        section.Fields.Where(field => field.Nested is not null).SelectMany(field => WithNested(field.Nested!)).Prepend(section);
}
