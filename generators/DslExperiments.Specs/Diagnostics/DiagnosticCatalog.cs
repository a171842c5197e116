namespace DslExperiments.Specs;

/// <summary>Every kind of finding, in the order of the ids.</summary>
public static class DiagnosticCatalog
{
    /// <summary>A small spec without findings. The rules' examples are the keys that differ from it.</summary>
    public const string ExampleSpec = """
        summary: A prompt can be trained.
        backbone: { kind: transformer, width: 8, heads: 2 }
        task: { family: shared_token_pair }
        methods:
          prompt: { length: [1, 2] }
        training: { learning_rate: 0.1 }
        seeds: 0..1
        metrics: [train.mse]
        expect: [min(prompt.train.mse) >= 0]

        """;

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
