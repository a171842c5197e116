using DslExperiments.Specs;
using Microsoft.CodeAnalysis;

namespace DslExperiments.Generators;

/// <summary>The rules of the spec compiler's catalog as Roslyn knows them.</summary>
internal static class Descriptors
{
    private const string Page = "generators/DslExperiments.Specs/reference.md#";

    private static readonly Dictionary<string, DiagnosticDescriptor> ById =
        DiagnosticCatalog.All.ToDictionary(rule => rule.Id, Create, StringComparer.Ordinal);

    /// <summary>The descriptor of an id.</summary>
    public static DiagnosticDescriptor Find(string id) => ById[id];

    private static DiagnosticDescriptor Create(DiagnosticRule rule) => new(
        id: rule.Id,
        title: rule.Title,
        messageFormat: "{0}",
        category: "DslExperiments",
        defaultSeverity: rule.Severity == SpecSeverity.Error ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: rule.Explanation,
        helpLinkUri: Page + rule.Id.ToLowerInvariant());
}
