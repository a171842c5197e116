namespace DslExperiments.Specs.Tests;

/// <summary>Contradictions, expectations and warnings.</summary>
public static partial class DiagnosticCases
{
    private const string OneLayer = "backbone: { kind: transformer, width: 8, heads: 1, norm: none }\n";

    private static IEnumerable<DiagnosticCase> Contradictions() =>
    [
        Case("search by what is not measured", "search: { halving: { metric: «train.msd», min_steps: 10 } }", "DSLX0326 search.halving.metric 'train.msd' is not among metrics; did you mean 'train.mse'?"),
        Case("search by what differs from run to run", "search: { halving: { metric: «energy», min_steps: 10 } }\nmetrics: [train.mse, energy]", "DSLX0326 search.halving.metric 'energy' cannot be compared: it differs from run to run"),
        Case("search by what stays", OneLayer + "search: { halving: { metric: «floor.mse», min_steps: 10 } }\nmetrics: [train.mse, floor.mse]", "DSLX0326 search.halving.metric 'floor.mse' cannot be compared: training does not change it"),
        Case("search without rungs", "search: { halving: { metric: train.mse, min_steps: «100» } }\ntraining: { learning_rate: 0.1, steps: 100 }", "DSLX0327 search.halving.min_steps 100 must be below training.steps 100: there is no rung"),
        Case("search without rungs in a profile", "search: { halving: { metric: train.mse, min_steps: «100» } }\nprofiles: { ci: { training.steps: 50 } }", "DSLX0327 search.halving.min_steps 100 must be below training.steps 50: there is no rung"),
        Case("search with rungs of its own in a profile", "search: { halving: { metric: train.mse, min_steps: 100 } }\nprofiles: { ci: { training.steps: 50, search.halving.min_steps: 10 } }"),
        Case("search among swept steps", "search: { halving: { metric: train.mse, min_steps: 10 } }\ntraining: { learning_rate: 0.1, steps: [100, «200»] }", "DSLX0330 training.steps 100 and training.steps 200 are in one race; settings that are compared need equally many steps"),
        Case("search among methods of unequal steps", "search: { halving: { metric: train.mse, min_steps: 10, among: all } }\nmethods: { prompt: { length: [1, 2] }, full: { training: { steps: «50» } }, frozen: {} }\ntraining: { learning_rate: 0.1, steps: 100 }", "DSLX0330 training.steps 100 and methods.full.training.steps 50 are in one race; settings that are compared need equally many steps"),
        Case("search among all, unequal steps in a profile", "search: { halving: { metric: train.mse, min_steps: 10 } }\nmethods: { prompt: { length: [1, 2], training: { steps: 50 } }, full: {} }\ntraining: { learning_rate: 0.1, steps: «100» }\nprofiles: { one: { search.halving.among: all } }", "DSLX0330 methods.prompt.training.steps 50 and training.steps 100 are in one race; settings that are compared need equally many steps"),
        Case("search by method of methods of unequal steps", "search: { halving: { metric: train.mse, min_steps: 10 } }\nmethods: { prompt: { length: [1, 2], training: { steps: 50 } }, full: {} }\ntraining: { learning_rate: 0.1, steps: 100 }"),
        Case("search without a metric", "«search»: { halving: { min_steps: 10 } }", "DSLX0102 search needs the key 'halving.metric': The metric by which arms are compared, one of metrics."),
        Case("search that keeps all", "search: { halving: { metric: train.mse, min_steps: 10, eta: «1» } }", "DSLX0110 search.halving.eta wants a whole number from 2 to 1000, not 1"),
        Case("search that is swept", "search: { halving: { metric: train.mse, min_steps: «[10, 20]» } }", "DSLX0203 search.halving.min_steps cannot be swept; it wants a whole number from 1 to 1000000000"),
        Case("early stopping by what is not measured", "training: { learning_rate: 0.1, early_stopping: { metric: «train.msd», patience: 2 } }", "DSLX0328 training.early_stopping.metric 'train.msd' is not among metrics; did you mean 'train.mse'?"),
        Case("early stopping by what is known at the end", "training: { learning_rate: 0.1, early_stopping: { metric: «energy», patience: 2 } }\nmetrics: [train.mse, energy]", "DSLX0328 training.early_stopping.metric 'energy' cannot be watched: it is known at the end only"),
        Case("early stopping by what stays", OneLayer + "training: { learning_rate: 0.1, early_stopping: { metric: «floor.mse», patience: 2 } }\nmetrics: [train.mse, floor.mse]", "DSLX0328 training.early_stopping.metric 'floor.mse' cannot be watched: training does not change it"),
        Case("early stopping of a method", "methods: { prompt: { training: { early_stopping: { metric: «train.msd», restore_best: true } } } }", "DSLX0328 methods.prompt.training.early_stopping.metric 'train.msd' is not among metrics; did you mean 'train.mse'?"),
        Case("early stopping that never evaluates", "training: { learning_rate: 0.1, steps: 100, early_stopping: { metric: train.mse, patience: 2, every: «100» } }", "DSLX0329 training.early_stopping.every 100 must be below training.steps 100: there is no evaluation on the way"),
        Case("early stopping that never evaluates in a profile", "training: { learning_rate: 0.1, steps: 100, early_stopping: { metric: train.mse, patience: 2, every: «50» } }\nprofiles: { ci: { training.steps: 40 } }", "DSLX0329 training.early_stopping.every 50 must be below training.steps 40: there is no evaluation on the way"),
        Case("early stopping by a swept metric", "training: { learning_rate: 0.1, early_stopping: { metric: «[train.mse]», patience: 2 } }", "DSLX0203 training.early_stopping.metric cannot be swept; it wants a text"),
        Case("early stopping that evaluates after no steps", "training: { learning_rate: 0.1, early_stopping: { metric: train.mse, patience: 2, every: «0» } }", "DSLX0110 training.early_stopping.every wants a whole number from 1 to 1000000000, not 0"),
        Case("early stopping by a metric", "training: { learning_rate: 0.1, early_stopping: { metric: train.mse, patience: 2, every: 10, restore_best: true } }"),
        Case("heads", "backbone: { kind: transformer, width: 8, heads: «3» }", "DSLX0301 backbone.heads 3 does not divide backbone.width 8"),
        Case("heads, one of several", "backbone: { kind: transformer, width: 8, heads: [2, «3», 4] }", "DSLX0301 backbone.heads 3 does not divide backbone.width 8"),
        Case(
            "heads, zipped with width",
            "backbone: { kind: transformer, width: [8, 9], heads: [2, «4»] }\nzip: [[backbone.width, backbone.heads]]",
            "DSLX0301 backbone.heads 4 does not divide backbone.width 9"),
        Case("heads in a profile", "backbone: { kind: transformer, width: 8, heads: «2» }\nprofiles: { ci: { backbone.width: 9 } }", "DSLX0301 backbone.heads 2 does not divide backbone.width 9"),
        Case("rotary", "backbone: { kind: transformer, width: 9, heads: 3, positions: «rotary» }", "DSLX0302 backbone.positions rotary needs heads of even size; backbone.width 9 / backbone.heads 3 is 3"),
        Case("rank above the width", "methods: { lora: { rank: «9» } }\nexpect: [min(lora.train.mse) >= 0]", "DSLX0303 methods.lora.rank 9 is above what the 8 × 8 matrix q can have"),
        Case(
            "rank above the hidden units",
            "backbone: { kind: transformer, width: 8, mlp: { hidden: 3 } }\nmethods: { lora: { rank: [1, «4»], on: [mlp] } }\nexpect: [min(lora.train.mse) >= 0]",
            "DSLX0303 methods.lora.rank 4 is above what the 3 × 8 matrix mlp_in can have"),
        Case(
            "no output matrix",
            "backbone: { kind: transformer, width: 8, attention: { output: false } }\nmethods: { lora: { on: «[o]» } }\nexpect: [min(lora.train.mse) >= 0]",
            "DSLX0304 methods.lora.on: there is no weight o, because backbone.attention.output is false"),
        Case(
            "no MLP",
            "backbone: { kind: transformer, width: 8, mlp: { hidden: 0 } }\nmethods: { full: { on: «[q, mlp_out]» } }\nexpect: [min(full.train.mse) >= 0]",
            "DSLX0304 methods.full.on: there is no weight mlp_out, because backbone.mlp.hidden is 0"),
        Case("groups without some of their weights", "backbone: { kind: transformer, width: 8, mlp: { hidden: 0 }, attention: { output: false } }\nmethods: { full: { on: [all] }, lora: { on: [attention] } }\nexpect: [min(full.train.mse) >= 0]"),
        Case(
            "identity of the MLP",
            "backbone: { kind: transformer, width: 8, mlp: { hidden: 16 }, init: { mlp: «identity» } }",
            "DSLX0305 backbone.init.mlp: identity needs a square matrix, and this is of 16 × 8 matrices"),
        Case("identity of a bias", "backbone: { kind: transformer, width: 8, init: { bias: «identity(2)» } }", "DSLX0305 backbone.init.bias: identity needs a square matrix, and this is of vectors"),
        Case("identity of a prompt", "methods: { prompt: { length: [8, 2], init: «identity» } }", "DSLX0305 methods.prompt.init: identity needs a square matrix, and this is of a 2 × 8 matrix"),
        Case("identity of tokens", "task: { family: shared_token_pair, inputs: «identity» }", "DSLX0305 task.inputs: identity needs a square matrix, and this is of tokens, not of a square matrix"),
        Case(
            "identity of a low-rank factor",
            "methods: { lora: { rank: 2, init: ««identity»» } }\nexpect: [min(lora.train.mse) >= 0]",
            "DSLX0305 methods.lora.init: identity needs a square matrix, and this is of a 2 × 8 matrix (on q)",
            "DSLX0305 methods.lora.init: identity needs a square matrix, and this is of a 2 × 8 matrix (on v)"),
        Case("identities that are square", "backbone: { kind: transformer, width: 8, mlp: { hidden: 8 }, init: { mlp: identity, attention: identity(0.5) } }\nmethods: { prompt: { length: 8, init: identity } }"),
        Case(
            "floor of another backbone",
            "backbone: { kind: transformer, width: 8, depth: 2, heads: 2, positions: rotary }\nmetrics: [train.mse, ««««floor.mse»»»»]",
            "DSLX0306 metric 'floor.mse' needs backbone.depth 1, but it is 2",
            "DSLX0306 metric 'floor.mse' needs backbone.heads 1, but it is 2",
            "DSLX0306 metric 'floor.mse' needs backbone.norm none, but it is pre",
            "DSLX0306 metric 'floor.mse' needs backbone.positions none, but it is rotary"),
        Case(
            "floor for one of two norms",
            "backbone: { kind: transformer, width: 8, norm: [none, rms] }\nmetrics: [train.mse, «floor.mse»]",
            "DSLX0306 metric 'floor.mse' needs backbone.norm none, but it is rms"),
        Case(
            "floor of another task",
            OneLayer + "task: { family: teacher_prompt }\nmetrics: [train.mse, «floor.mse»]",
            "DSLX0306 metric 'floor.mse' needs the task shared_token_pair or distinct_queries, but task.family is teacher_prompt"),
        Case(
            "floor without a prompt",
            OneLayer + "methods: { full: {} }\nmetrics: [train.mse, «floor.mse»]\nexpect: [min(full.train.mse) >= 0]",
            "DSLX0306 metric 'floor.mse' needs the method prompt"),
        Case(
            "certificate of an MLP that cannot be inverted",
            OneLayer.Replace("norm: none", "norm: none, mlp: { residual: false, activation: gelu }", StringComparison.Ordinal) + "metrics: [train.mse, «««certificate.mass»»»]",
            "DSLX0306 metric 'certificate.mass' needs an MLP that can be inverted: backbone.init.mlp spectral_norm(s) with s below 1, but it is scaled_normal(1)",
            "DSLX0306 metric 'certificate.mass' needs an MLP that can be inverted: backbone.mlp.activation relu or tanh, but it is gelu",
            "DSLX0306 metric 'certificate.mass' needs an MLP that can be inverted: backbone.mlp.residual true, but it is false"),
        Case(
            "certificate of an expansive MLP",
            OneLayer.Replace("norm: none", "norm: none, init: { mlp: spectral_norm(1) }", StringComparison.Ordinal) + "metrics: [train.mse, «certificate.residual»]",
            "DSLX0306 metric 'certificate.residual' needs an MLP that can be inverted: backbone.init.mlp spectral_norm(s) with s below 1, but it is spectral_norm(1)"),
        Case("certificate without an MLP", OneLayer.Replace("norm: none", "norm: none, mlp: { hidden: 0 }", StringComparison.Ordinal) + "metrics: [train.mse, certificate.mass]"),
        Case(
            "teacher's mass without a teacher",
            OneLayer + "metrics: [train.mse, «teacher.mass»]",
            "DSLX0306 metric 'teacher.mass' needs targets that a teacher makes: task.targets teacher(length), or the task teacher_prompt"),
        Case("teacher's mass of a teacher", OneLayer + "task: { family: shared_token_pair, targets: [random, teacher(2)] }\nmetrics: [train.mse, teacher.mass]"),
        Case("teacher's mass of its task", OneLayer + "task: { family: teacher_prompt }\nmetrics: [train.mse, teacher.mass]"),
        Case(
            "relative attention of two layers, in a profile",
            "metrics: [train.mse, «attention.relative_change»]\nprofiles: { deep: { backbone.depth: 2 } }",
            "DSLX0306 metric 'attention.relative_change' needs backbone.depth 1, but it is 2"),
        Case("warm-up", "training: { learning_rate: 0.1, steps: 100, warmup: «100» }", "DSLX0307 training.warmup 100 must be below training.steps 100"),
        Case("warm-up in a profile", "training: { learning_rate: 0.1, warmup: «50» }\nprofiles: { ci: { training.steps: 10 } }", "DSLX0307 training.warmup 50 must be below training.steps 10"),
        Case("no steps at all", "training: { learning_rate: 0.1, warmup: 50, steps: 0 }"),
        Case(
            "warm-up of a method",
            "methods: { prompt: { length: [1, 2], training: { warmup: «5», steps: 5 } } }",
            "DSLX0307 methods.prompt.training.warmup 5 must be below methods.prompt.training.steps 5"),
        Case("batch", "training: { learning_rate: 0.1, batch: «3» }", "DSLX0308 training.batch 3 is above task.sequences 2"),
        Case("one of two batches", "training: { learning_rate: 0.1, batch: [2, «3»] }", "DSLX0308 training.batch 3 is above task.sequences 2"),
        Case("wrong fields are not compared", "backbone: { kind: transformer, width: «x», heads: 3 }", "DSLX0104 backbone.width wants a whole number from 1 to 65536, not 'x'"),
    ];

    private static IEnumerable<DiagnosticCase> Expectations() =>
    [
        Expect("missing parenthesis", "min(prompt.train.mse >= 0«»", "DSLX0401 ',' or ')' is missing at the end"),
        Expect("one = sign", "min(prompt.train.mse) «=» 0", "DSLX0401 '=' is for filters; compare with =="),
        Expect("chained comparison", "0 < min(prompt.train.mse) «<» 1", "DSLX0401 comparisons do not chain; join two of them with 'and'"),
        Expect("operator without operand", "min(prompt.train.mse) > «>» 1", "DSLX0401 '>' stands where a number, a function or a path such as prompt.train.mse should be"),
        Expect("foreign character", "min(prompt.train.mse) «§» 1", "DSLX0401 '§' stands where the end, or an operator should be"),
        Expect("bare word", "«loss» < 1", "DSLX0401 'loss' is no path; write METHOD.METRIC, such as prompt.train.mse"),
        Expect("method without metric", "min(prompt.«)» < 1", "DSLX0401 ')' stands where a part of a metric's name should be"),
        Expect("filter without value", "min(prompt[length«=»].train.mse) < 1", "DSLX0401 a value is missing after '='"),
        Expect("filter without comparison", "min(prompt[length«]».train.mse) < 1", "DSLX0401 ']' stands where one of = != < <= > >= should be"),
        Expect("filter without axis", "min(prompt[«4»].train.mse) < 1", "DSLX0401 '4' stands where the name of an axis should be"),
        Expect("bad number", "min(prompt.train.mse) < «1.2.3»", "DSLX0401 '1.2.3' is not a number"),
        Expect("axis missing", "max(best(prompt.train.mse, over: «1»)) < 1", "DSLX0401 '1' stands where the name of an axis after 'over:' should be"),
        Expect("nothing", "«»", "DSLX0401 a number, a function or a path such as prompt.train.mse is missing at the end"),
        Expect("unknown method", "min(«promt».train.mse) < 1", "DSLX0402 no method 'promt' in this spec; did you mean 'prompt'?"),
        Expect("method of another spec", "min(«lora».train.mse) < 1", "DSLX0402 no method 'lora' in this spec; valid are prompt"),
        Expect("metric without method", "min(«train».mse) < 1", "DSLX0402 no method 'train' in this spec; write METHOD.train.mse, such as prompt.train.mse"),
        Expect("unknown metric", "min(prompt.«train.los») < 1", "DSLX0403 unknown metric 'train.los'; did you mean 'train.mse'?"),
        Expect("unknown metric, near", "min(prompt.«trian.mse») < 1", "DSLX0403 unknown metric 'trian.mse'; did you mean 'train.mse'?"),
        Expect("unknown metric, far", "min(prompt.«brilliance») < 1", "DSLX0403 unknown metric 'brilliance'; valid are train.mse, trainable_parameters"),
        Expect("both unknown", "min(«promt».«train.mes») < 1", "DSLX0402 no method 'promt' in this spec; did you mean 'prompt'?", "DSLX0403 unknown metric 'train.mes'; did you mean 'train.mse'?"),
        Expect("metric that is not measured", "min(prompt.«floor.mse») < 1", "DSLX0404 metric 'floor.mse' is not measured; add it to metrics:"),
        Expect("custom metric that is not measured", "min(prompt.«custom.x») < 1", "DSLX0404 metric 'custom.x' is not measured; add it to metrics:"),
        Expect("unknown axis in a filter", "min(prompt[«lenght»=1].train.mse) < 1", "DSLX0405 'prompt' has no axis 'lenght'; did you mean 'length'?"),
        Expect("unknown axis over", "max(best(prompt.train.mse, over: «rank»)) < 1", "DSLX0405 'prompt' has no axis 'rank'; valid are length, seed"),
        Expect("unknown axis along", "increasing(mean(prompt.train.mse), along: «rank»)", "DSLX0405 'prompt' has no axis 'rank'; valid are length, seed"),
        Expect("axis taken twice", "max(mean(mean(prompt.train.mse, over: seed), over: «seed»)) < 1", "DSLX0405 the axis 'seed' is already gone from a series over prompt without seed"),
        Expect("unknown function", "«average»(prompt.train.mse) < 1", "DSLX0406 unknown function 'average'; valid are min, max, mean, median, best, quantile, count, abs, log, log10, sqrt, increasing, decreasing"),
        Expect("unknown function, near", "«maen»(prompt.train.mse) < 1", "DSLX0406 unknown function 'maen'; did you mean 'mean'?"),
        Expect("scalar", "«min(prompt.train.mse)»", "DSLX0407 an expectation is a condition, such as … < 1e-3, and this is a scalar"),
        Expect("series", "«prompt.train.mse»", "DSLX0407 an expectation is a condition, such as … < 1e-3, and this is a series over prompt"),
        Expect("aggregate of a scalar", "min(«1») < 1", "DSLX0407 min wants a series, one number per arm, not a scalar"),
        Expect("aggregate of a condition", "min(«prompt.train.mse < 1») < 1", "DSLX0407 min wants a series, one number per arm, not a condition per arm"),
        Expect("count of a series", "count(«prompt.train.mse») < 1", "DSLX0407 count wants a condition per arm, not a series over prompt"),
        Expect("condition as number", "(«1 < 2») + 1 < 3", "DSLX0407 '+' wants numbers, and this is a condition"),
        Expect("number as condition", "1 < 2 and «3»", "DSLX0407 'and' wants conditions, and this is a scalar"),
        Expect("not of a number", "not «min(prompt.train.mse)»", "DSLX0407 'not' wants a condition, not a scalar"),
        Expect("minus of a condition", "-(«1 < 2») < 1", "DSLX0407 '-' wants a number, not a condition"),
        Expect("logarithm of a condition", "log(«1 < 2») < 1", "DSLX0407 log wants a number, not a condition"),
        Expect("trend of a series", "increasing(«prompt.train.mse», along: length)", "DSLX0407 increasing wants a scalar, such as mean(…), not a series over prompt"),
        Expect("trend of a constant", "increasing(«1», along: length)", "DSLX0407 increasing wants a scalar that depends on the arms"),
        Expect("best of arithmetic", "max(best(«prompt.train.mse * 2», over: seed)) < 1", "DSLX0407 best wants a metric of which it is known whether lower is better; use min or max"),
        Expect(
            "different arms",
            "«prompt[length=1].train.mse < prompt[length=2].train.mse»",
            "DSLX0408 '<' cannot pair a series over prompt[length=1] with a series over prompt[length=2]; aggregate one of them, or select the same arms with the same text"),
        Expect(
            "arms and groups of arms",
            "«prompt.train.mse < mean(prompt.train.mse, over: seed)»",
            "DSLX0408 '<' cannot pair a series over prompt with a series over prompt without seed; aggregate one of them, or select the same arms with the same text"),
        Expect("filter that no arm passes", "min(prompt[«length=3»].train.mse) < 1", "DSLX0409 no arm of 'prompt' has length=3; its values are 1, 2"),
        Expect("order that no arm passes", "min(prompt[«length > 2»].train.mse) < 1", "DSLX0409 no arm of 'prompt' has length>2; its values are 1, 2"),
        Expect("seed that no arm has", "min(prompt[«seed=2»].train.mse) < 1", "DSLX0409 no arm of 'prompt' has seed=2; its values are 0, 1"),
        Expect("filters that exclude each other", "min(prompt[«length=1, length=2»].train.mse) < 1", "DSLX0409 no arm of 'prompt' passes all of these filters"),
        Expect("filter of the wrong type", "min(prompt[length=«long»].train.mse) < 1", "DSLX0104 the filter length wants a whole number from 1 to 1000000, not 'long'"),
        Case(
            "filter of words that is ordered",
            "methods: { prompt: { init: [zeros, normal(1)] } }\nexpect: ['min(prompt[init«>»zeros].train.mse) >= 0']",
            "DSLX0411 '>' compares numbers; 'init' has functions, which are = or != only"),
        Case(
            "filter by an unknown function",
            "methods: { prompt: { init: [zeros, normal(1)] } }\nexpect: ['min(prompt[init=«zeroes»].train.mse) >= 0']",
            "DSLX0108 the filter init wants one of zeros, normal(std = 1), scaled_normal(gain = 1), uniform(bound), spectral_norm(value), identity(gain = 1), kaiming_uniform(a = 2.23606797749979), sphere(radius = 1), written, sampled_vocabulary(first = 5000), class_labels, from_text(words), from_file(path), from_run(experiment), not 'zeroes'; did you mean 'zeros'?"),
        Case(
            "filter by a list",
            "methods: { full: { on: [[q], [q, k]] } }\nexpect: ['min(full[«on=[k]»].train.mse) >= 0']",
            "DSLX0409 no arm of 'full' has on=[k]; its values are [q], [q, k]"),
        Case("axis beside axis", "task: { family: shared_token_pair, sequences: [2, 3] }\nexpect: ['min(prompt[length>=sequences].train.mse) >= 0', 'min(prompt[length>seed, seed<sequences].train.mse) >= 0']"),
        Case(
            "axes that no arm has so",
            "task: { family: shared_token_pair, sequences: [3, 4] }\nexpect: ['min(prompt[«length >= sequences»].train.mse) >= 0']",
            "DSLX0409 no arm of 'prompt' has length>=sequences; its values are 1, 2"),
        Case(
            "axes that exclude each other",
            "task: { family: shared_token_pair, sequences: [2, 3] }\nexpect: ['min(prompt[«length=sequences, length=1»].train.mse) >= 0']",
            "DSLX0409 no arm of 'prompt' passes all of these filters"),
        Expect("key that is no axis beside an axis", "min(prompt[length>=«sequences»].train.mse) < 1", "DSLX0104 the filter length wants a whole number of at least -2147483648, not 'sequences'"),
        Case(
            "number beside words",
            "methods: { prompt: { length: [1, 2], init: [zeros, normal(1)] } }\nexpect: ['min(prompt[length=«init»].train.mse) >= 0']",
            "DSLX0411 'length' has numbers, and 'init' has functions; only numbers are compared with each other"),
        Expect("quantile without fraction", "«quantile(prompt.train.mse)» < 1", "DSLX0412 quantile is used as quantile(series, fraction, over: axis)"),
        Expect("quantile of two", "quantile(prompt.train.mse, «2») < 1", "DSLX0412 quantile's fraction is a number from 0 to 1"),
        Expect("trend without axis", "«increasing(mean(prompt.train.mse))»", "DSLX0412 increasing is used as increasing(scalar, along: axis)"),
        Expect("along for over", "max(«best(prompt.train.mse, along: seed)») < 1", "DSLX0412 best is used as best(metric, over: axis)"),
        Expect("axis of a logarithm", "max(«log(prompt.train.mse, over: seed)») < 1", "DSLX0412 log is used as log(number)"),
        Case(
            "expectation twice",
            """
            expect:
              - min(prompt.train.mse) >= 0
              - «min( prompt.train.mse )>=0.0»
            """,
            "DSLX0413 the expectation 'min(prompt.train.mse) >= 0' stands twice"),
        Case("in a plain text", "expect:\n  - min(prompt.«train.mes») >= 0", "DSLX0403 unknown metric 'train.mes'; did you mean 'train.mse'?"),
        Case("in double quotes", "expect:\n  - \"min(prompt.«train.mes») >= 0\"", "DSLX0403 unknown metric 'train.mes'; did you mean 'train.mse'?"),
        Case("in quotes with an escape: the whole text", "expect:\n  - «\"min(prompt.train.mes)\\x20>= 0\"»", "DSLX0403 unknown metric 'train.mes'; did you mean 'train.mse'?"),
        Case("in a line that YAML takes for a map", "expect:\n  - max(best(prompt.train.mse, over: «rank»)) < 1e-6", "DSLX0405 'prompt' has no axis 'rank'; valid are length, seed"),
        Case("expectations are checked beside wrong values", "training: { learning_rate: «x» }\nexpect: ['min(prompt.«train.mes») >= 0']", "DSLX0105 training.learning_rate wants a number above 0 and up to 1000000, not 'x'", "DSLX0403 unknown metric 'train.mes'; did you mean 'train.mse'?"),
    ];

    private static IEnumerable<DiagnosticCase> Warnings() =>
    [
        Case(
            "too few virtual tokens (D4)",
            "backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 }, init: { value: identity } }\ntask: { family: distinct_queries, sequences: 3 }\nmethods: { prompt: { length: [1, 3] } }\nmetrics: [train.mse]\nexpect:\n  - «max(prompt.train.mse) < 1e-8»\n  - min(prompt.train.mse) < 1e-8\n  - median(prompt.train.mse) < 1e-3",
            "DSLX0606 no training can make this hold: train.mse of prompt length=1 is above 0 for every draw of the data but exceptional ones (D4)"),
        Case(
            "shared query (D2), in a conjunction and from the right",
            "backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 } }\nmethods: { prompt: {} }\nexpect:\n  - «1e-9 > max(prompt.train.mse) and min(prompt.train.mse) >= 0»",
            "DSLX0606 no training can make this hold: train.mse of prompt is above 0 for every draw of the data but exceptional ones (D2)"),
        Case(
            "an exact floor of a toy head",
            "backbone: { kind: transformer, depth: 1, width: 2, heads: 1, causal: true, norm: none, attention: { output: false, scale: none }, mlp: { hidden: 0 }, construct: value_head }\ntask: { family: head_update, update: value(0.5) }\nmethods: { prefix: { length: [1, 4] } }\nmetrics: [train.max_error]\nexpect:\n  - «mean(prefix.train.max_error) < 0.4»\n  - max(prefix.train.max_error) < 0.51",
            "DSLX0606 no training can make this hold: train.max_error of prefix length=1 is at least 0.5 (Mondal and Shihab, corollary 7)"),
        Case("no expectations", "«expect»: []", "DSLX0601 nothing is expected: without 'expect' a run cannot fail"),
        Case("prompt at 1e-4", "training: { learning_rate: «1e-4» }", "DSLX0602 methods.prompt is trained with a constant learning_rate of 0.0001; prompts need larger rates, such as 0.1 to 0.3"),
        Case("one of two rates", "training: { learning_rate: [0.1, «1e-4»] }", "DSLX0602 methods.prompt is trained with a constant learning_rate of 0.0001; prompts need larger rates, such as 0.1 to 0.3"),
        Case("a schedule may pass small rates", "training: { learning_rate: 1e-4, schedule: linear }"),
        Case("momentum of adam", "training: { learning_rate: 0.1, momentum: «0.9» }", "DSLX0603 training.momentum has no effect: only the optimizer sgd reads it, or every method has its own"),
        Case("momentum where one arm reads it", "training: { learning_rate: 0.1, momentum: 0.9, optimizer: [adam, sgd] }"),
        Case("moments of sgd", "training: { learning_rate: 0.1, optimizer: sgd, beta1: «0.9», epsilon: «1e-6» }", "DSLX0603 training.beta1 has no effect: only the optimizers adam and adamw read it, or every method has its own", "DSLX0603 training.epsilon has no effect: only the optimizers adam and adamw read it, or every method has its own"),
        Case("own momentum", "methods: { prompt: { length: [1, 2], training: { momentum: «0.5» } } }", "DSLX0603 methods.prompt.training.momentum has no effect: the method's optimizer does not read it"),
        Case("a search of one arm", "methods: { prompt: {} }\nsearch: { halving: { metric: train.mse, min_steps: «10» } }", "DSLX0607 search drops nothing: no method has two arms that differ in more than their seed"),
        Case("a search of one arm among all", "methods: { prompt: {} }\nsearch: { halving: { metric: train.mse, min_steps: «10», among: all } }", "DSLX0607 search drops nothing: there are not two arms that differ in more than their seed"),
        Case("a search of one arm of each of two methods", "methods: { prompt: {}, lora: { rank: 1 } }\nexpect: [min(lora.train.mse) >= 0]\nsearch: { halving: { metric: train.mse, min_steps: 10, among: all } }"),
        Case("a search of one arm in a profile", "search: { halving: { metric: train.mse, min_steps: 10 } }\nprofiles: { ci: { methods.prompt.length: [1] } }"),
        Case("a delta without patience", "training: { learning_rate: 0.1, early_stopping: { min_delta: «1e-3», stopping_threshold: 1e-9 } }", "DSLX0603 training.early_stopping.min_delta has no effect: only early_stopping.patience reads it, or every method has its own"),
        Case("stopping where nothing is trained", "training: { steps: 0, learning_rate: 0.1, early_stopping: { patience: «3» } }", "DSLX0603 training.early_stopping.patience has no effect: steps is 0, or every method has its own"),
        Case("a metric that is watched for nothing", "training: { learning_rate: 0.1, early_stopping: { metric: «train.mse» } }", "DSLX0603 training.early_stopping.metric has no effect: only patience, stopping_threshold and restore_best read it, or every method has its own"),
        Case("evaluations of no metric", "training: { learning_rate: 0.1, early_stopping: { patience: 2, every: «5» } }", "DSLX0603 training.early_stopping.every has no effect: only early_stopping.metric reads it, or every method has its own"),
        Case("patience that is swept", "training: { learning_rate: 0.1, early_stopping: { patience: [0, 3], min_delta: 1e-3 } }"),
        Case("every method has its own", "training: { learning_rate: «0.2» }\nmethods: { prompt: { training: { learning_rate: 0.1 } } }", "DSLX0603 training.learning_rate has no effect: every method has its own"),
        Case(
            "activation of no MLP",
            "backbone: { kind: transformer, width: 8, mlp: { hidden: 0, activation: «gelu» }, init: { bias: «zeros» } }",
            "DSLX0603 backbone.mlp.activation has no effect: backbone.mlp.hidden is 0",
            "DSLX0603 backbone.init.bias has no effect: backbone.mlp.hidden is 0"),
    ];

    /// <summary>A case of one expectation, in single quotes.</summary>
    private static DiagnosticCase Expect(string name, string text, params string[] expected) => Case("expect: " + name, $"expect: ['{text}']", expected);
}
