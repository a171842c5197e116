namespace DslExperiments.Specs.Tests;

/// <summary>Constructed lookup networks, the tables that they hold and the prompts that are written for them.</summary>
public static partial class DiagnosticCases
{
    private const string Bare = "attention: { scale: none, output: false }, norm: none, causal: true, positions: learned, ";
    private const string OneInput = "backbone: { kind: transformer, construct: 'lookup(3, 1, 1)', width: 14, heads: 2, mlp: { hidden: 3 }, vocabulary: 3, context: 1, " + Bare + "}\n";
    private const string TwoAnswers = "backbone: { kind: transformer, construct: 'lookup(3, 1, 2)', width: 14, heads: 2, mlp: { hidden: 3 }, vocabulary: 3, context: 2, " + Bare + "}\n";
    private const string TwoInputs = "backbone: { kind: transformer, construct: 'lookup(3, 2, 1)', depth: 4, width: 14, heads: 2, mlp: { hidden: 9 }, vocabulary: 3, context: 2, dtype: float64, " + Bare + "}\n";
    private const string NoInput = "backbone: { kind: transformer, construct: 'lookup(87, 0, 20)', width: 42, mlp: { hidden: 20 }, vocabulary: 87, context: 20, " + Bare + "}\n";
    private const string Written = "methods: { prompt: { init: written } }\ntraining: { steps: 0 }\nmetrics: [exact_match]\nexpect: [min(prompt.exact_match) >= 1]\n";
    private const string WrittenTable = "task: { family: lookup_table }\n" + Written;

    private static IEnumerable<DiagnosticCase> Lookup() =>
    [
        Case("lookup of one input", OneInput + WrittenTable),
        Case("lookup of two inputs", TwoInputs + WrittenTable),
        Case("lookup of no input", NoInput + WrittenTable),
        Case("lookup that is trained", OneInput + "task: { family: lookup_table }\n" + Measured + "methods: { prompt: { length: 5 } }"),
        Case(
            "lookup of another shape",
            """
            backbone:
              kind: transformer
              construct: lookup(3, 1, 1)
              depth: «2»
              width: «28»
              heads: «7»
              attention: { scale: «inverse_sqrt», output: «true» }
              mlp: { hidden: «4», activation: «gelu», residual: «false» }
              norm: «pre»
              causal: «false»
              positions: learned
              vocabulary: «4»
              context: «2»

            """ + WrittenTable,
            "DSLX0315 backbone.depth must be 1 for backbone.construct lookup(3, 1, 1), not 2",
            "DSLX0315 backbone.width must be 14 for backbone.construct lookup(3, 1, 1), not 28",
            "DSLX0315 backbone.heads must be 2 for backbone.construct lookup(3, 1, 1), not 7",
            "DSLX0315 backbone.attention.scale must be none for backbone.construct lookup(3, 1, 1), not inverse_sqrt",
            "DSLX0315 backbone.attention.output must be false for backbone.construct lookup(3, 1, 1), not true",
            "DSLX0315 backbone.mlp.hidden must be 3 for backbone.construct lookup(3, 1, 1), not 4",
            "DSLX0315 backbone.mlp.activation must be relu for backbone.construct lookup(3, 1, 1), not gelu",
            "DSLX0315 backbone.mlp.residual must be true for backbone.construct lookup(3, 1, 1), not false",
            "DSLX0315 backbone.norm must be none for backbone.construct lookup(3, 1, 1), not pre",
            "DSLX0315 backbone.causal must be true for backbone.construct lookup(3, 1, 1), not false",
            "DSLX0315 backbone.vocabulary must be 3 for backbone.construct lookup(3, 1, 1), not 4",
            "DSLX0315 backbone.context must be 1 for backbone.construct lookup(3, 1, 1), not 2"),
        Case("lookup of other positions", OneInput.Replace("learned", "«none»", StringComparison.Ordinal).Replace("context: 1, ", "", StringComparison.Ordinal).Replace("'lookup(3, 1, 1)'", "«'lookup(3, 1, 1)'»", StringComparison.Ordinal) + WrittenTable, "DSLX0315 backbone.context must be 1 for backbone.construct lookup(3, 1, 1), not 0", "DSLX0315 backbone.positions must be learned for backbone.construct lookup(3, 1, 1), not none"),
        Case("lookup of two inputs in 32 bits", TwoInputs.Replace("float64", "«float32»", StringComparison.Ordinal) + WrittenTable, "DSLX0315 backbone.dtype must be float64 for backbone.construct lookup(3, 2, 1), not float32"),
        Case("lookup of too many digits", TwoInputs.Replace("'lookup(3, 2, 1)'", "«'lookup(12, 2, 1)'»", StringComparison.Ordinal) + WrittenTable, "DSLX0315 there is no backbone.construct lookup(12, 2, 1): with 2 inputs an answer is 1 of at most 11 symbols"),
        Case("lookup of pairs and strings", TwoInputs.Replace("'lookup(3, 2, 1)'", "«'lookup(3, 2, 2)'»", StringComparison.Ordinal) + WrittenTable, "DSLX0315 there is no backbone.construct lookup(3, 2, 2): with 2 inputs an answer is 1 of at most 11 symbols"),
        Case("written prompt that is too long", OneInput + WrittenTable.Replace("init", "length: «2», init", StringComparison.Ordinal), "DSLX0317 methods.prompt.length must be 1 for what lookup(3, 1, 1) writes, not 2"),
        Case("written prompt of no input that is too long", NoInput + WrittenTable.Replace("init", "length: [1, «20»], init", StringComparison.Ordinal), "DSLX0317 methods.prompt.length must be 1 for what lookup(87, 0, 20) writes, not 20"),
        Case("written prompt of two answers", TwoAnswers + WrittenTable.Replace("init", "length: 2, init", StringComparison.Ordinal)),
        Case("written prompt that is too short", TwoAnswers + WrittenTable.Replace("written", "«written»", StringComparison.Ordinal), "DSLX0317 methods.prompt.length must be 2 for what lookup(3, 1, 2) writes, not 1"),
        Case("written for another task", OneInput + "task: { family: associations, sequences: 2, length: 1, labels: 2 }\n" + Written.Replace("written", "«written»", StringComparison.Ordinal), "DSLX0317 methods.prompt.init written needs the task lookup_table, but task.family is associations"),
        Case("sentence", NoInput + "task: { family: lookup_table, table: [sentence, random] }\n" + Written),
        Case("sentence of too few symbols", NoInput.Replace("87", "86", StringComparison.Ordinal) + "task: { family: lookup_table, table: [random, «sentence»] }\n" + Written, "DSLX0316 task.table sentence needs backbone.construct lookup(symbols, 0, 20) of at least 87 symbols, not lookup(86, 0, 20)"),
        Case("sentence of an answer to a question", OneInput + "task: { family: lookup_table, table: «sentence» }\n" + Written, "DSLX0316 task.table sentence needs backbone.construct lookup(symbols, 0, 20) of at least 87 symbols, not lookup(3, 1, 1)"),
    ];
}
