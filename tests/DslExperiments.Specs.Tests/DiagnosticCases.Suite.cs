namespace DslExperiments.Specs.Tests;

/// <summary>Tasks, constructions and metrics of the theory suite.</summary>
public static partial class DiagnosticCases
{
    private const string Measured = "metrics: [train.loss]\nexpect: [min(prompt.train.loss) >= 0]\n";
    private const string Batches = "training: { learning_rate: 0.1, batch: 8 }\n";
    private const string Integers = "task: { family: integer_sequences }\n" + Batches + Measured;
    private const string Strings = "task: { family: associations }\n" + Measured;
    private const string Tokens = "backbone: { kind: transformer, width: 8, vocabulary: 16, causal: true }\n";
    private const string Head = "width: 2, attention: { scale: none, output: false }, mlp: { hidden: 0 }, norm: none }\n";
    private const string Layers = "backbone: { kind: transformer, width: 8, causal: true, norm: none, attention: { output: false } }\n";
    private const string Capped = "task: { family: common_target }\nmethods: { prompt: { norm_cap: 1 } }\n";

    private static IEnumerable<DiagnosticCase> Suite() =>
    [
        Case("integers of a vocabulary", Tokens + Integers),
        Case("tokens without a vocabulary", "backbone: { kind: transformer, width: 8, causal: true }\n" + Integers.Replace("integer_sequences", "«integer_sequences»", StringComparison.Ordinal), "DSLX0309 task.family integer_sequences is of tokens of a vocabulary, and backbone.vocabulary is 0"),
        Case("tokens of an empty vocabulary", "backbone: { kind: transformer, width: 8, vocabulary: «0» }\n" + Strings, "DSLX0309 task.family associations is of tokens of a vocabulary, and backbone.vocabulary is 0"),
        Case("vectors and a vocabulary", "backbone: { kind: transformer, width: 8, vocabulary: [0, «16»] }", "DSLX0309 task.family shared_token_pair is of vectors, and backbone.vocabulary 16 is for tokens"),
        Case("vectors of a custom task", "backbone: { kind: transformer, width: 8, vocabulary: «4» }\ntask: { family: custom, type: My.Grid }", "DSLX0309 task.family custom is of vectors, and backbone.vocabulary 4 is for tokens"),
        Case("learned positions of vectors", "backbone: { kind: transformer, width: 8, positions: «learned», context: 4 }", "DSLX0309 task.family shared_token_pair is of vectors, and backbone.positions learned is for tokens"),
        Case("integers above the vocabulary", Tokens.Replace("16", "«16»", StringComparison.Ordinal) + "task: { family: integer_sequences, values: [14, 15] }\n" + Batches + Measured, "DSLX0310 backbone.vocabulary 16 must be at least 17, for task.values 15 and answers that reach two further"),
        Case("counts above the vocabulary", Tokens.Replace("16", "«16»", StringComparison.Ordinal) + "task: { family: integer_sequences, function: double_hist, length: 16 }\n" + Batches + Measured, "DSLX0310 backbone.vocabulary 16 must be at least 17, for counts up to task.length 16"),
        Case("counts of a mixture", Tokens.Replace("16", "«16»", StringComparison.Ordinal) + "task: { family: integer_sequences, function: mixture, mixture: [add1, double_hist], length: 16 }\n" + Batches + Measured, "DSLX0310 backbone.vocabulary 16 must be at least 17, for counts up to task.length 16"),
        Case("no counts", Tokens + "task: { family: integer_sequences, function: add2, length: 16 }\n" + Batches + Measured),
        Case("labels above the vocabulary", Tokens.Replace("16", "«16»", StringComparison.Ordinal) + "task: { family: associations, labels: 17 }\n" + Measured, "DSLX0310 backbone.vocabulary 16 must be at least 17, for task.labels 17"),
        Case("more strings than there are", Tokens.Replace("16", "«16»", StringComparison.Ordinal) + "task: { family: associations, length: 1, sequences: 17 }\n" + Measured, "DSLX0310 backbone.vocabulary 16 has fewer than task.sequences 17 strings of task.length 1"),
        Case("an answer in sight", Tokens.Replace("causal: true", "causal: «false»", StringComparison.Ordinal) + Integers, "DSLX0311 task.family integer_sequences needs backbone.causal true: the answer stands behind the input, and every token of it would be seen before it is asked for"),
        Case("strings may be seen from both sides", Tokens.Replace(", causal: true", "", StringComparison.Ordinal) + Strings),
        Case("no batch", Tokens + "task: { family: «integer_sequences» }\n" + Measured, "DSLX0312 task.family integer_sequences draws its own sequences for every step, so training.batch must say how many"),
        Case("no batch of one method", Tokens + Integers + "methods: { prompt: {}, frozen: { training: { batch: «0» } } }", "DSLX0312 task.family integer_sequences draws its own sequences for every step, so methods.frozen.training.batch must say how many"),
        Case("context", Tokens.Replace("16", "16, positions: learned, context: «19»", StringComparison.Ordinal) + Integers, "DSLX0313 backbone.context 19 must be at least 20, for task.placeholders 1 + 2 · task.length 10 - 1 tokens"),
        Case("context that suffices", Tokens.Replace("16", "16, positions: learned, context: 20", StringComparison.Ordinal) + Integers),
        Case("context that was forgotten", Tokens.Replace("16", "16, positions: «learned»", StringComparison.Ordinal) + Strings, "DSLX0313 backbone.context 0 must be at least 4, for task.length 4 tokens"),
        Case("no room for tokens", "task: { family: distinct_queries, sequences: [7, «8»] }", "DSLX0314 task.sequences 8 must be below backbone.width 8, so that tokens leave as many coordinates free"),
        Case("value head", "backbone: { kind: transformer, construct: value_head, " + Head + "task: { family: head_update, update: [value(0.5), value(-0.5)] }"),
        Case(
            "value head of another shape",
            "backbone: { kind: transformer, construct: ««value_head»», width: «4», heads: «2», attention: { scale: none }, norm: «rms» }",
            "DSLX0315 backbone.mlp.hidden must be 0 for backbone.construct value_head, not 40",
            "DSLX0315 backbone.attention.output must be false for backbone.construct value_head, not true",
            "DSLX0315 backbone.width must be 2 for backbone.construct value_head, not 4",
            "DSLX0315 backbone.heads must be 1 for backbone.construct value_head, not 2",
            "DSLX0315 backbone.norm must be none for backbone.construct value_head, not rms"),
        Case("update of another head", "backbone: { kind: transformer, construct: value_head, " + Head + "task: { family: head_update, update: «query(2)» }", "DSLX0316 task.update query(2) needs backbone.construct query_head, not value_head"),
        Case("update of no head", "backbone: { kind: transformer, " + Head + "task: { family: «head_update» }", "DSLX0316 task.update value(-0.5) needs backbone.construct value_head, not none"),
        Case("table of no construction", Tokens + "task: { family: «lookup_table» }\n" + Measured, "DSLX0316 task.family lookup_table needs backbone.construct lookup, not none"),
        Case("written into a drawn network", "methods: { prompt: { init: «written» } }", "DSLX0317 methods.prompt.init written needs backbone.construct lookup, not none"),
        Case("a prefix cannot be written", "methods: { prefix: { init: «written» } }\nexpect: [min(prefix.train.mse) >= 0]", $"DSLX0108 methods.prefix.init wants {InitializerNames}, not 'written'"),
        Case("identity of the second matrix", "backbone: { kind: transformer, width: 8, mlp: { hidden: 16 }, init: { mlp_out: «identity» } }", "DSLX0305 backbone.init.mlp_out: identity needs a square matrix, and this is of 8 × 16 matrices"),
        Case("identity of an embedding", Tokens.Replace("causal", "init: { embedding: «identity» }, causal", StringComparison.Ordinal) + Strings, "DSLX0305 backbone.init.embedding: identity needs a square matrix, and this is of 16 × 8 matrices"),
        Case("identity of positions", "backbone: { kind: transformer, width: 8, vocabulary: 8, positions: learned, context: 5, init: { embedding: «identity» } }\n" + Strings, "DSLX0305 backbone.init.embedding: identity needs a square matrix, and this is of 5 × 8 matrices"),
        Case("identity of a prefix", "methods: { prefix: { length: [8, 2], init: «identity» } }\nexpect: [min(prefix.train.mse) >= 0]", "DSLX0305 methods.prefix.init: identity needs a square matrix, and this is of a 2 × 8 matrix"),
        Case("identities that are square, of members", "backbone: { kind: transformer, width: 8, init: { query: identity(4), key: identity, value: identity, output: identity } }"),
    ];

    private static IEnumerable<DiagnosticCase> SuiteMetrics() =>
    [
        Case("errors of tokens", Tokens + "task: { family: associations }\nmetrics: [train.loss, «train.mse», «attention.relative_change»]", "DSLX0306 metric 'train.mse' needs a task of vectors, but task.family is associations", "DSLX0306 metric 'attention.relative_change' needs a task of vectors, but task.family is associations"),
        Case("losses of vectors", "metrics: [train.mse, «train.loss», «exact_match»]", "DSLX0306 metric 'train.loss' needs a task of tokens, but task.family is shared_token_pair", "DSLX0306 metric 'exact_match' needs a task of tokens, but task.family is shared_token_pair"),
        Case("ascending strings", Tokens + Strings.Replace("[train.loss]", "[train.loss, «exact_match.ascending», bits_stored]", StringComparison.Ordinal), "DSLX0306 metric 'exact_match.ascending' needs the task integer_sequences, but task.family is associations"),
        Case("bits of integers", Tokens + Integers.Replace("[train.loss]", "[train.loss, exact_match.add1, «bits_stored»]", StringComparison.Ordinal), "DSLX0306 metric 'bits_stored' needs the task associations, but task.family is integer_sequences"),
        Case("counts that are measured alone", Tokens + "task: { family: integer_sequences, length: 16 }\n" + Batches + Measured.Replace("[train.loss]", "[train.loss, «exact_match.double_hist»]", StringComparison.Ordinal), "DSLX0306 metric 'exact_match.double_hist' needs backbone.vocabulary 17 for counts up to task.length 16, but it is 16"),
        Case("points of another task", "metrics: [train.mse, «eval.mse», «input_gap»]", "DSLX0306 metric 'eval.mse' needs the task sphere_regression, but task.family is shared_token_pair", "DSLX0306 metric 'input_gap' needs the task common_target, but task.family is shared_token_pair"),
        Case("points", "task: { family: sphere_regression }\nmetrics: [train.mse, train.max_error, eval.mse]"),
        Case("floor of distinct queries", "backbone: { kind: transformer, width: 8, norm: none, mlp: { hidden: 0 }, attention: { output: false }, init: { value: identity } }\ntask: { family: distinct_queries }\nmetrics: [train.mse, floor.mse, optimisation_gap.mse]"),
        Case("floor of distinct queries, values of their group", "backbone: { kind: transformer, width: 8, norm: none, mlp: { hidden: 0 }, attention: { output: false }, init: { attention: identity, query: identity(4) } }\ntask: { family: distinct_queries }\nmetrics: [train.mse, floor.mse]"),
        Case(
            "no floor of distinct queries",
            "backbone: { kind: transformer, width: 8, heads: 2, norm: none, mlp: { hidden: 4 } }\ntask: { family: distinct_queries }\nmetrics: [train.mse, ««««floor.mse»»»»]",
            "DSLX0306 metric 'floor.mse' needs backbone.attention.output false on distinct_queries, but it is true",
            "DSLX0306 metric 'floor.mse' needs backbone.heads 1, but it is 2",
            "DSLX0306 metric 'floor.mse' needs backbone.init.value identity on distinct_queries, but it is scaled_normal(1)",
            "DSLX0306 metric 'floor.mse' needs backbone.mlp.hidden 0 on distinct_queries, but it is 4"),
        Case("floor of a constructed head", "backbone: { kind: transformer, construct: value_head, " + Head + "metrics: [train.mse, «floor.mse»]", "DSLX0306 metric 'floor.mse' needs backbone.construct none, but it is value_head"),
        Case("mass of a teacher of distinct queries", "backbone: { kind: transformer, width: 8, norm: none }\ntask: { family: distinct_queries, targets: teacher(3) }\nmetrics: [train.mse, teacher.mass]"),
        Case("certified gap", Layers + Capped + "metrics: [train.mse, input_gap, output_gap, output_gap.certified]"),
        Case(
            "certified gap of other layers",
            "backbone: { kind: transformer, width: 8, heads: 2, positions: sinusoidal, mlp: { residual: false, activation: gelu } }\n" + Capped + "metrics: [train.mse, ««««output_gap.certified»»»»]",
            "DSLX0306 metric 'output_gap.certified' needs backbone.causal true, but it is false",
            "DSLX0306 metric 'output_gap.certified' needs backbone.mlp.residual true, but it is false",
            "DSLX0306 metric 'output_gap.certified' needs backbone.norm none, but it is pre",
            "DSLX0306 metric 'output_gap.certified' needs backbone.positions none, but it is sinusoidal"),
        Case(
            "certificate of an expansive second matrix",
            OneLayer.Replace("norm: none", "norm: none, init: { mlp: spectral_norm(0.5), mlp_out: spectral_norm(2) }", StringComparison.Ordinal) + "metrics: [train.mse, «certificate.mass»]",
            "DSLX0306 metric 'certificate.mass' needs an MLP that can be inverted: backbone.init.mlp_out spectral_norm(s) with s below 1, but it is spectral_norm(2)"),
    ];

    private static IEnumerable<DiagnosticCase> SuiteWarnings() =>
    [
        Case("certificate of one prompt without a cap", Layers + "task: { family: common_target }\nmethods: { prompt: { norm_cap: [1, «0»] } }\nmetrics: [train.mse, output_gap.certified]", "DSLX0604 methods.prompt.norm_cap is 0: without a cap on the norm of virtual tokens the metric 'output_gap.certified' is NaN"),
        Case("certificate of a prefix without a cap on values", Layers + "task: { family: common_target }\nmethods: { prompt: { norm_cap: 1 }, «prefix»: { key_cap: 1 } }\nmetrics: [train.mse, output_gap.certified]", "DSLX0604 methods.prefix.value_cap is 0: without a cap on the norm of virtual tokens the metric 'output_gap.certified' is NaN"),
        Case("another number of virtual tokens", Tokens + Integers + "methods: { prompt: {}, prefix: { length: «12» } }", "DSLX0605 methods.prefix.length 12 virtual tokens stand in for task.placeholders 1; content keeps its positions, but the backbone sees another number of tokens before it"),
        Case("several numbers of virtual tokens", Tokens + Integers + "methods: { prompt: { length: [2, 3] } }"),
        Case("no placeholders", Tokens + "task: { family: integer_sequences, placeholders: 0 }\n" + Batches + Measured + "methods: { prompt: { length: 5 } }"),
        Case("context without learned positions", Tokens.Replace("16", "16, context: «20»", StringComparison.Ordinal) + Strings, "DSLX0603 backbone.context has no effect: backbone.positions is not learned"),
        Case("embedding of vectors", "backbone: { kind: transformer, width: 8, init: { embedding: «normal(1)» } }", "DSLX0603 backbone.init.embedding has no effect: backbone.vocabulary is 0"),
        Case("output matrix that is off", "backbone: { kind: transformer, width: 8, attention: { output: false }, init: { output: «identity» } }", "DSLX0603 backbone.init.output has no effect: backbone.attention.output is false"),
        Case("distribution of computed weights", "backbone: { kind: transformer, construct: query_head, init: { query: «identity» }, " + Head, "DSLX0603 backbone.init.query has no effect: backbone.construct computes the weights"),
        Case("mixture of one function", Tokens + "task: { family: integer_sequences, mixture: «[add1]» }\n" + Batches + Measured, "DSLX0603 task.mixture has no effect: task.function is not mixture"),
        Case("caps of the other form", "methods: { prefix: { norm_cap: «1», key_cap: 1 } }\nexpect: [min(prefix.train.mse) >= 0]", "DSLX0603 methods.prefix.norm_cap has no effect: it caps rows of form block_input"),
        Case("caps of rows", "methods: { prefix: { form: block_input, norm_cap: 1, key_cap: «1», value_cap: «2» } }\nexpect: [min(prefix.train.mse) >= 0]", "DSLX0603 methods.prefix.key_cap has no effect: it is of form key_value", "DSLX0603 methods.prefix.value_cap has no effect: it is of form key_value"),
        Case("caps of both forms", "methods: { prefix: { form: [block_input, key_value], norm_cap: 1, key_cap: 1 } }\nexpect: [min(prefix.train.mse) >= 0]"),
        Case("training of nothing", "methods: { prompt: {}, frozen: { training: { steps: «5» } } }", "DSLX0603 methods.frozen.training.steps has no effect: nothing is trained"),
        Case("training without a method that trains", "methods: { frozen: {} }\nexpect: [min(frozen.train.mse) >= 0]\ntraining: { learning_rate: «0.1» }", "DSLX0603 training.learning_rate has no effect: nothing is trained"),
        Case("restarts of no steps", "training: { learning_rate: 0.1, steps: 0, restarts: «3» }", "DSLX0603 training.restarts has no effect: steps is 0, or every method has its own"),
        Case("restarts", "training: { learning_rate: 0.1, steps: [0, 5], restarts: 3 }"),
    ];

    private const string InitializerNames = "one of zeros, normal(std = 1), scaled_normal(gain = 1), uniform(bound), spectral_norm(value), identity(gain = 1), kaiming_uniform(a = 2.23606797749979), sphere(radius = 1)";
}
