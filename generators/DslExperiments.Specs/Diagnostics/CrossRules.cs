namespace DslExperiments.Specs;

/// <summary>03xx: contradictions between fields.</summary>
internal static class CrossRules
{
    public static readonly DiagnosticRule Heads = new(
        "DSLX0301",
        "heads do not divide width",
        SpecSeverity.Error,
        "Each head gets width / heads numbers of a token.",
        "backbone: { kind: transformer, width: 8, heads: 3 }",
        "backbone: { kind: transformer, width: 8, heads: 4 }");

    public static readonly DiagnosticRule Rotary = new(
        "DSLX0302",
        "rotary positions of an odd head",
        SpecSeverity.Error,
        "Rotation pairs up the numbers of a head, so width / heads must be even.",
        "backbone: { kind: transformer, width: 9, heads: 3, positions: rotary }",
        "backbone: { kind: transformer, width: 12, heads: 3, positions: rotary }");

    public static readonly DiagnosticRule Rank = new(
        "DSLX0303",
        "rank above the weight's own",
        SpecSeverity.Error,
        "An update of that rank is no longer low-rank: a matrix has at most min(in, out).",
        """
        methods:
          lora: { rank: 9 }
        expect: [min(lora.train.mse) >= 0]
        """,
        """
        methods:
          lora: { rank: 8 }
        expect: [min(lora.train.mse) >= 0]
        """);

    public static readonly DiagnosticRule NoSuchWeight = new(
        "DSLX0304",
        "weight that the backbone does not have",
        SpecSeverity.Error,
        "o needs attention.output: true, the MLP's weights need mlp.hidden above 0.",
        """
        backbone: { kind: transformer, width: 8, mlp: { hidden: 0 } }
        methods:
          full: { on: [mlp] }
        expect: [min(full.train.mse) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, mlp: { hidden: 8 } }
        methods:
          full: { on: [mlp] }
        expect: [min(full.train.mse) >= 0]
        """);

    public static readonly DiagnosticRule Identity = new(
        "DSLX0305",
        "identity of a matrix that is not square",
        SpecSeverity.Error,
        "identity(gain) exists for square matrices only.",
        "backbone: { kind: transformer, width: 8, mlp: { hidden: 16 }, init: { mlp: identity } }",
        "backbone: { kind: transformer, width: 8, mlp: { hidden: 8 }, init: { mlp: identity } }");

    public static readonly DiagnosticRule MetricUnfit = new(
        "DSLX0306",
        "metric that does not exist here",
        SpecSeverity.Error,
        "The metric is defined for another task or backbone, in every arm of every profile.",
        """
        backbone: { kind: transformer, width: 8, heads: 2, norm: none }
        metrics: [train.mse, floor.mse]
        """,
        """
        backbone: { kind: transformer, width: 8, heads: 1, norm: none }
        metrics: [train.mse, floor.mse]
        """);

    public static readonly DiagnosticRule Warmup = new(
        "DSLX0307",
        "warm-up as long as the training",
        SpecSeverity.Error,
        "The learning rate would never reach its peak.",
        "training: { learning_rate: 0.1, steps: 100, warmup: 100 }",
        "training: { learning_rate: 0.1, steps: 100, warmup: 10 }");

    public static readonly DiagnosticRule Batch = new(
        "DSLX0308",
        "batch above the number of sequences",
        SpecSeverity.Error,
        "A step cannot take more sequences than there are.",
        "training: { learning_rate: 0.1, batch: 3 }",
        "training: { learning_rate: 0.1, batch: 2 }");

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        Heads,
        Rotary,
        Rank,
        NoSuchWeight,
        Identity,
        MetricUnfit,
        Warmup,
        Batch,
    };
}
