using System.Collections;
using DslExperiments.Generators.Tests.Support;
using DslExperiments.Specs;

namespace DslExperiments.Generators.Tests;

/// <summary>The language's tables are what the runtime's options records are. Because defaults agree, generated settings leave them out.</summary>
public class LanguageTests
{
    public static TheoryData<string> Records => [.. RuntimeTypes.Sections.Select(section => section.CSharpType).Distinct()];

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_property_has_a_key(string record)
    {
        string[] properties = [.. RuntimeTypes.Find(record).GetProperties().Where(property => property.SetMethod is { IsPublic: true }).Select(property => property.Name)];
        string[] members = [.. Of(record).Fields.Select(field => field.Member).Where(member => member.Length > 0)];

        Assert.Subset(properties.ToHashSet(), members.ToHashSet());

        // Every task has a number of sequences; where the rest decides it, it is no key. The marks of a family of backbones are
        // none either, nor is what the compiler knows of a metric.
        if (Of(record) is { Implied.Count: 0, IsDerived: false })
        {
            Assert.Subset(new HashSet<string> { "Sequences", "Gated", "Bias", "HigherIsBetter" }, properties.Except(members).ToHashSet());
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_default_is_the_record_s_own(string record)
    {
        object options = Activator.CreateInstance(RuntimeTypes.Find(record))!;
        foreach (Field field in Of(record).Fields.Where(field => field.Member.Length > 0))
        {
            object? own = RuntimeTypes.Get(options, field.Member);
            if (field.Nested is not null)
            {
                Assert.Equal(RuntimeTypes.Find(field.Nested.CSharpType), own!.GetType());
            }
            else if (field.Default is null)
            {
                continue;
            }
            else if (own is IEnumerable list and not string)
            {
                Assert.Equal((object?[])RuntimeTypes.ToObject(field.Default)!, list.Cast<object?>());
            }
            else
            {
                Assert.True(Equals(RuntimeTypes.ToObject(field.Default), own), $"{record}.{field.Member} is {own} by itself, {RuntimeTypes.ToObject(field.Default)} in the table.");
            }
        }
    }

    [Fact]
    public void A_default_could_be_written_or_another_key_stands_in()
    {
        SpecSpan place = new("spec", 1, 1, 1, 1);
        foreach (Section section in RuntimeTypes.Sections)
        {
            foreach (Field field in section.Fields.Where(field => field is { Default: not (null or SpecValue.List), Type: not null } && ValueText.Of(field.Default!).Length > 0))
            {
                DiagnosticBag bag = new();
                bool isWritten = field.Type!.Read(new ScalarNode(place, ValueText.Of(field.Default!), true, 1), field.Key, bag) is not null;
                Assert.True(isWritten == field.StandIn is null, $"{section.CSharpType}.{field.Member}: {string.Join("; ", bag.ToArray().Select(finding => finding.Message))}");
                Assert.True(field.StandIn is null || RuntimeTypes.Sections.Any(other => other.Find(field.StandIn) is not null), $"{field.Key}: there is no key {field.StandIn}.");
            }
        }
    }

    [Fact]
    public void A_value_is_shown_as_specs_write_it()
    {
        foreach (var choice in Types.Select(type => type is WordListType list ? list.Item : type).OfType<ChoiceType>())
        {
            Assert.All(choice.Words, word => Assert.Equal(word.Name, SpecText.Of(Enum.Parse(RuntimeTypes.Find(choice.CSharpType), word.Member))));
        }

        foreach (var function in Types.OfType<CallType>().SelectMany(call => call.Functions).Distinct())
        {
            object?[] arguments = [.. function.Parameters.Select(parameter => parameter.Type switch { IntType => 2, TextType => "a", _ => (object)0.5 })];
            string written = arguments.Length == 0 ? function.Name : $"{function.Name}({string.Join(", ", arguments.Select(argument => SpecText.Of(argument!)))})";
            Assert.Equal(written, SpecText.Of(Activator.CreateInstance(RuntimeTypes.Find(function.CSharpType), arguments)!));
        }
    }

    [Fact]
    public void A_key_is_shown_as_specs_write_it()
    {
        foreach (Section section in RuntimeTypes.Sections)
        {
            Assert.All(section.Fields.Where(field => field.Member.Length > 0), field => Assert.Equal(field.Key, Hosting.OptionsText.KeyOf(field.Member)));
        }
    }

    [Fact]
    public void Every_word_is_a_member_and_every_member_a_word()
    {
        foreach (var choice in Types.Select(type => type is WordListType list ? list.Item : type).OfType<ChoiceType>())
        {
            Assert.Equal(
                Enum.GetNames(RuntimeTypes.Find(choice.CSharpType)).Where(name => name != nameof(DslExperiments.Backbones.Positions.Relative)).Order(StringComparer.Ordinal),
                choice.Words.Select(word => word.Member).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Every_function_is_a_record_with_these_parameters()
    {
        foreach (var call in Types.OfType<CallType>())
        {
            foreach (var function in call.Functions)
            {
                var type = RuntimeTypes.Find(function.CSharpType);
                Assert.True(RuntimeTypes.Find(call.CSharpType).IsAssignableFrom(type), $"{type} is no {call.CSharpType}.");
                Assert.Contains(type.GetConstructors(), constructor => constructor.GetParameters()
                    .Select(parameter => (parameter.Name!.ToLowerInvariant(), parameter.ParameterType))
                    .SequenceEqual(function.Parameters.Select(parameter => (parameter.Name.Replace("_", "", StringComparison.Ordinal), parameter.Type switch { IntType => typeof(int), TextType => typeof(string), _ => typeof(double) }))));
            }
        }
    }

    private static FieldType[] Types { get; } = [.. RuntimeTypes.Sections.SelectMany(section => section.Fields).Select(known => known.Type).OfType<FieldType>()];

    private static Section Of(string record) => RuntimeTypes.Sections.First(section => section.CSharpType == record);
}
