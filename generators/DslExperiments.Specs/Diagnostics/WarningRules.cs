namespace DslExperiments.Specs;

/// <summary>06xx: legal, but known to mislead.</summary>
internal static class WarningRules
{
    public static readonly DiagnosticRule NoExpectations = new(
        "DSLX0601",
        "nothing is expected",
        SpecSeverity.Warning,
        "Without expect: a run cannot fail, and nobody learns from it when a change breaks the claim.",
        "# no expect:",
        "expect: [min(prompt.train.mse) >= 0]");

    public static readonly DiagnosticRule PromptLearningRate = new(
        "DSLX0602",
        "learning rate too small for a prompt",
        SpecSeverity.Warning,
        "Prompts need larger rates than weights: published studies use 0.1 to 0.3, and a constant rate below 1e-3 leaves them near their start.",
        "training: { learning_rate: 1e-4 }",
        "training: { learning_rate: 0.1 }");

    public static readonly DiagnosticRule Unused = new(
        "DSLX0603",
        "key without effect",
        SpecSeverity.Warning,
        "Nothing reads the value, because another key switches it off or every method has its own.",
        "training: { learning_rate: 0.1, momentum: 0.9 }",
        "training: { learning_rate: 0.1, momentum: 0.9, optimizer: sgd }");

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        NoExpectations,
        PromptLearningRate,
        Unused,
    };
}
