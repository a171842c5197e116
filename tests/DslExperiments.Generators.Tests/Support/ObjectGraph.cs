using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DslExperiments.Generators.Tests.Support;

/// <summary>Looks into everything that the pipeline keeps between two runs.</summary>
internal static class ObjectGraph
{
    /// <summary>Objects of Roslyn would hold whole compilations in memory and never compare equal.</summary>
    public static void AssertFreeOfRoslyn(GeneratorRun run)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        foreach (var (step, value) in run.Steps.SelectMany(step => step.Outputs, (step, output) => (step.Name, output.Value)))
        {
            Walk(value, step ?? "", seen);
        }
    }

    private static void Walk(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string or Delegate or Type || value.GetType().IsPrimitive || value.GetType().IsEnum)
        {
            return;
        }

        if (!value.GetType().IsValueType && !seen.Add(value))
        {
            return;
        }

        Assert.False(
            value is Compilation or ISymbol or SyntaxNode or SyntaxTree or SourceText or AdditionalText or Location or Diagnostic or SemanticModel,
            $"{path} keeps a {value.GetType()}.");
        if (value is IEnumerable items and not string)
        {
            foreach (object? item in items)
            {
                Walk(item, path + "[]", seen);
            }
        }

        for (Type? type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                // A struct such as TextSpan may hold itself in static fields only, so the walk ends.
                Walk(field.GetValue(value), path + "." + field.Name, seen);
            }
        }
    }
}
