namespace DslExperiments.Specs;

/// <summary>Every kind of finding, in the order of the ids.</summary>
public static class DiagnosticCatalog
{
    /// <summary>All rules.</summary>
    public static EquatableArray<DiagnosticRule> All { get; } = YamlRules.All
        .Concat(ValueRules.All)
        .Concat(SweepRules.All)
        .Concat(CrossRules.All)
        .Concat(ExpectRules.All)
        .Concat(CSharpRules.All)
        .Concat(WarningRules.All)
        .ToEquatableArray();

    /// <summary>The rule of an id.</summary>
    /// <param name="id"><c>DSLX</c> and four digits.</param>
    public static DiagnosticRule Find(string id) => All.First(rule => rule.Id == id);
}
