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

    public static readonly DiagnosticRule NoCap = new(
        "DSLX0604",
        "certificate without a cap",
        SpecSeverity.Warning,
        "output_gap.certified bounds what virtual tokens within their cap can do (D6): norm_cap, for a prefix of form key_value both key_cap and value_cap. For an arm without a cap it is NaN.",
        """
        backbone: { kind: transformer, width: 8, causal: true, norm: none, attention: { output: false } }
        task: { family: common_target }
        metrics: [train.mse, output_gap.certified]
        methods: { prompt: { length: 1 } }
        """,
        """
        backbone: { kind: transformer, width: 8, causal: true, norm: none, attention: { output: false } }
        task: { family: common_target }
        metrics: [train.mse, output_gap.certified]
        methods: { prompt: { length: 1, norm_cap: 1 } }
        """);

    public static readonly DiagnosticRule Placeholders = new(
        "DSLX0605",
        "virtual tokens and placeholders differ in number",
        SpecSeverity.Warning,
        "Virtual tokens stand in for the task's placeholders. Content keeps its positions however many they are, but the backbone was pretrained with as many tokens before it as there are placeholders. Whoever sweeps either number means to differ.",
        """
        backbone: { kind: transformer, width: 8, vocabulary: 10, causal: true }
        task: { family: integer_sequences, placeholders: 1 }
        methods: { prompt: { length: 4 } }
        training: { learning_rate: 0.1, batch: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 10, causal: true }
        task: { family: integer_sequences, placeholders: 4 }
        methods: { prompt: { length: 4 } }
        training: { learning_rate: 0.1, batch: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """);

    public static readonly DiagnosticRule Unreachable = new(
        "DSLX0606",
        "expectation that theory forbids",
        SpecSeverity.Warning,
        "A statement proves that the arm cannot get there, whatever the training: change the claim, or the arms that it speaks of. Thresholds up to 1e-6 are taken to ask for memorisation.",
        """
        backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 }, init: { value: identity } }
        task: { family: distinct_queries, sequences: 3 }
        methods: { prompt: { length: [1, 3] } }
        expect: [max(prompt.train.mse) < 1e-8]
        """,
        """
        backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 }, init: { value: identity } }
        task: { family: distinct_queries, sequences: 3 }
        methods: { prompt: { length: [1, 3] } }
        expect: ["max(prompt[length=3].train.mse) < 1e-8"]
        """);

    public static readonly DiagnosticRule NothingToDrop = new(
        "DSLX0607",
        "search that drops nothing",
        SpecSeverity.Warning,
        "Arms compete that differ in more than their seed, those of one method unless among: all says otherwise.",
        """
        search: { halving: { metric: train.mse, min_steps: 100 } }
        methods: { prompt: { length: 2 } }
        """,
        """
        search: { halving: { metric: train.mse, min_steps: 100 } }
        methods: { prompt: { length: [1, 2] } }
        """);

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        NoExpectations,
        PromptLearningRate,
        Unused,
        NoCap,
        Placeholders,
        Unreachable,
        NothingToDrop,
    };
}
