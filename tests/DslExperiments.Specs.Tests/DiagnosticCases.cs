namespace DslExperiments.Specs.Tests;

/// <summary>Keys of a spec in which « and » mark the findings, and these findings in the order of the marks.</summary>
public sealed record DiagnosticCase(string Name, string Keys, IReadOnlyList<string> Expected)
{
    public IEnumerable<string> Ids => Expected.Select(message => message[..8]);
}

/// <summary>The table of <see cref="DiagnosticTests"/>.</summary>
public static partial class DiagnosticCases
{
    public static IReadOnlyList<DiagnosticCase> All { get; } = [.. Yaml(), .. Values(), .. Sweeps(), .. Contradictions(), .. Suite(), .. Lookup(), .. Texts(), .. SuiteMetrics(), .. Expectations(), .. Warnings(), .. SuiteWarnings()];

    private static DiagnosticCase Case(string name, string keys, params string[] expected) => new(name, keys, expected);

    private static IEnumerable<DiagnosticCase> Yaml() =>
    [
        Case("unclosed list", "seeds: [0, 1\n«»", "DSLX0001 not YAML: while parsing a flow sequence, did not find expected ',' or ']'; inside { } and [ ] a text with commas or brackets needs quotes"),
        Case("key twice", "training: { steps: 10, «steps»: 20 }", "DSLX0002 the key 'steps' is already set on line 9, column 13"),
        Case(
            "key twice, three times",
            """
            training:
              steps: 1
              «steps»: 2
              «steps»: 3
            """,
            "DSLX0002 the key 'steps' is already set on line 10, column 3",
            "DSLX0002 the key 'steps' is already set on line 10, column 3"),
        Case(
            "key dotted and nested",
            "profiles: { ci: { training.steps: 10, training: { «steps»: 20 } } }",
            "DSLX0002 the key 'steps' is already set on line 10, column 28"),
        Case(
            "section dotted and plain",
            "profiles: { ci: { training.steps: 10, «training»: 20 } }",
            "DSLX0002 the key 'training' is already set on line 10, column 19"),
        Case("tab", "training:\n«\t»steps: 10", "DSLX0004 a tab in the indentation; YAML indents with spaces"),
        Case("tag", "training: { steps: «!!int» 10 }", "DSLX0005 the tag '!!int'; a value's type comes from its key, so tags are not allowed"),
        Case("own tag", "training: { steps: «!mine» 10 }", "DSLX0005 the tag '!mine'; a value's type comes from its key, so tags are not allowed"),
        Case("second document", "seeds: 0..1\n«---»\nseeds: 0..2", "DSLX0006 a second document; a file holds one spec"),
        Case("merge key", "task:\n  «<<»: { length: 4 }\n  family: shared_token_pair", "DSLX0007 '<<' is not part of YAML 1.2; use 'extends:' or repeat the keys"),
        Case("alias without anchor", "training: { steps: «*budget» }", "DSLX0008 the alias '*budget' has no anchor '&budget' before it"),
        Case("alias inside its anchor", "source: &me { paper: «*me» }", "DSLX0008 the alias '*me' stands inside its own anchor"),
        Case("alias of an anchor of the same name", "training:\n  steps: &a 3\n  warmup: &a 2\n  measure_every: *a"),
        Case("list as key", "training: { «[steps]»: 10 }", "DSLX0010 a key must be a word, not a list or a map"),
        Case("escaped NUL", """summary: «"A\0b"»""", "DSLX0011 the character U+0000 is not allowed in a spec"),
        Case("raw control character", "summary: A«\u0007»b", "DSLX0011 the character U+0007 is not allowed in a spec"),
        Case("raw NUL", "summary: A«\0»b", "DSLX0011 the character U+0000 is not allowed in a spec"),
        Case("lone surrogate", "summary: A«\ud83d»b", "DSLX0011 half of a character (U+D83D); the file is not valid UTF-8 or was cut"),
    ];

    private static IEnumerable<DiagnosticCase> Values() =>
    [
        Case("unknown key, near", "methods: { prompt: { «lenght»: [1, 2] } }", "DSLX0101 unknown key 'lenght' in methods.prompt; did you mean 'length'?"),
        Case("unknown key, far", "methods: { prompt: { «colour»: 1 } }", "DSLX0101 unknown key 'colour' in methods.prompt; valid are length, init, norm_cap, training"),
        Case("unknown key, hyphen for underscore", "training: { «learning-rate»: 0.1 }", "DSLX0101 unknown key 'learning-rate' in training; did you mean 'learning_rate'?"),
        Case("unknown nested key", "backbone: { kind: transformer, width: 8, mlp: { «size»: 3 } }", "DSLX0101 unknown key 'size' in backbone.mlp; valid are hidden, activation, residual"),
        Case("unknown key at the top", "«trainnig»: {}", "DSLX0101 unknown key 'trainnig' at the top of the spec; did you mean 'training'?"),
        Case(
            "dotted key at the top",
            "«training.steps»: 10",
            "DSLX0101 unknown key 'training.steps' at the top of the spec; dotted keys are for profiles, here nest them: training: { steps: … }"),
        Case(
            "call split by YAML",
            "training: { learning_rate: «log(1e-4», «1e-1»: , «7)»: }",
            "DSLX0202 training.learning_rate: 'log(1e-4' is not a range; write log(first, last, count); inside { } and [ ] YAML splits at commas, so put the call in quotes",
            "DSLX0112 '1e-1' has no value; a null removes what was there before, and here was nothing (for all defaults write {})",
            "DSLX0112 '7)' has no value; a null removes what was there before, and here was nothing (for all defaults write {})"),
        Case("key of another family", "task: { family: shared_token_pair, «teacher_length»: 3 }", "DSLX0101 unknown key 'teacher_length' in task; valid are sequences, length, inputs, targets, family"),
        Case("unknown key in a profile", "profiles: { ci: { «trainng».steps: 3 } }", "DSLX0101 unknown key 'trainng' in profile 'ci'; did you mean 'training'?"),
        Case("unknown part of a dotted key", "profiles: { ci: { training.«stps»: 3 } }", "DSLX0101 unknown key 'stps' in training; did you mean 'steps'?"),
        Case("missing family", "«task»: { length: 2 }", "DSLX0102 task needs the key 'family': one of shared_token_pair, teacher_prompt, distinct_queries, common_target, head_update, sphere_regression, integer_sequences, associations, lookup_table, text_classification, text_to_text, question_answering, multiple_choice, language_modelling, custom"),
        Case("missing kind", "«backbone»: {}", "DSLX0102 backbone needs the key 'kind': one of transformer, llama, gpt2, t5"),
        Case("missing type", "«task»: { family: custom }", "DSLX0102 task needs the key 'type': Full name of a class derived from DslExperiments.Tasks.CustomTask."),
        Case("missing paper", "«source»: { claim: D1 }", "DSLX0102 source needs the key 'paper': Key of the paper."),
        Case("word for a list", "methods: { lora: { on: «mlp» } }\nexpect: [min(lora.train.mse) >= 0]", "DSLX0103 methods.lora.on wants a list of q, k, v, o, mlp_in, mlp_out, mlp_gate, cross_q, cross_k, cross_v, cross_o, attention, cross, mlp, all; write [mlp]"),
        Case("map for a number", "training: { steps: «{ a: 1 }» }", "DSLX0103 training.steps wants a whole number from 0 to 1000000000, not a map"),
        Case("list in a list", "training: { learning_rate: [«[0.1]»] }", "DSLX0103 training.learning_rate wants a number above 0 and up to 1000000, not a list"),
        Case("nothing in a list", "training: { learning_rate: [0.1, «~»] }", "DSLX0103 training.learning_rate wants a number above 0 and up to 1000000, not nothing"),
        Case("number for a section", "training: «5»", "DSLX0103 training wants a map of keys"),
        Case("number for a nested section", "backbone: { kind: transformer, width: 8, mlp: «5» }", "DSLX0103 backbone.mlp wants a map of keys"),
        Case("word for metrics", "metrics: «train.mse»", "DSLX0103 metrics wants a list of metrics, such as [train.mse]"),
        Case("word for expect", "expect: «min(prompt.train.mse) >= 0»", "DSLX0103 expect wants a list of expectations"),
        Case("list in expect", "expect: [«[1]»]", "DSLX0103 expect wants expectations, one text each; one with commas or ': ' needs quotes"),
        Case("list of profiles", "profiles: «[ci]»", "DSLX0103 profiles wants a map with one key per profile"),
        Case("number as profile", "profiles: { ci: «3» }", "DSLX0103 the profile 'ci' wants a map of keys"),
        Case("list of methods", "methods: «[prompt]»", "DSLX0103 methods wants a map with one key per method"),
        Case("zip of words", "zip: [«methods.prompt.length»]", "DSLX0103 zip wants a list of lists: put the keys that move together in brackets"),
        Case("list of bases", "extends: «[base]»", "DSLX0103 extends wants the name of one spec"),
        Case("number of a kind", "backbone: «7»", "DSLX0103 backbone wants a map with the key 'kind'"),
        Case("whole number with exponent", "training: { steps: «1e3» }", "DSLX0104 training.steps wants a whole number from 0 to 1000000000, not '1e3'; write 1000"),
        Case("whole number with fraction", "training: { steps: «1.5» }", "DSLX0104 training.steps wants a whole number from 0 to 1000000000, not '1.5'"),
        Case("whole number with comma", "training: { steps: «'1,000'» }", "DSLX0104 training.steps wants a whole number from 0 to 1000000000, not '1,000'"),
        Case("number with decimal comma", "training: { learning_rate: «'0,1'» }", "DSLX0105 training.learning_rate wants a number above 0 and up to 1000000, not '0,1'"),
        Case("infinity", "training: { clip: «.inf» }", "DSLX0105 training.clip wants a number of at least 0, not '.inf'; it must be finite"),
        Case("too large for a double", "training: { clip: «1e999» }", "DSLX0105 training.clip wants a number of at least 0, not '1e999'"),
        Case("word for a number", "training: { clip: «none» }", "DSLX0105 training.clip wants a number of at least 0, not 'none'"),
        Case("no", "backbone: { kind: transformer, width: 8, causal: «no» }", "DSLX0106 backbone.causal wants true or false, not 'no'; write false"),
        Case("on", "backbone: { kind: transformer, width: 8, causal: «on» }", "DSLX0106 backbone.causal wants true or false, not 'on'; write true"),
        Case("truthy word", "backbone: { kind: transformer, width: 8, causal: «maybe» }", "DSLX0106 backbone.causal wants true or false, not 'maybe'"),
        Case("unknown word, near", "backbone: { kind: transformer, width: 8, norm: «rsm» }", "DSLX0107 backbone.norm wants one of none, pre, pre_mlp, post, rms, not 'rsm'; did you mean 'rms'?"),
        Case("unknown word, far", "training: { optimizer: «lion» }", "DSLX0107 training.optimizer wants one of adam, adamw, sgd, adafactor, not 'lion'"),
        Case("unknown kind", "backbone: { kind: «mamba» }", "DSLX0107 backbone.kind wants one of transformer, llama, gpt2, t5, not 'mamba'"),
        Case("unknown family", "task: { family: «teacher_promt» }", "DSLX0107 task.family wants one of shared_token_pair, teacher_prompt, distinct_queries, common_target, head_update, sphere_regression, integer_sequences, associations, lookup_table, text_classification, text_to_text, question_answering, multiple_choice, language_modelling, custom, not 'teacher_promt'; did you mean 'teacher_prompt'?"),
        Case("unknown weight", "methods: { full: { on: [q, «w»] } }\nexpect: [min(full.train.mse) >= 0]", "DSLX0107 methods.full.on wants one of q, k, v, o, mlp_in, mlp_out, mlp_gate, cross_q, cross_k, cross_v, cross_o, attention, cross, mlp, all, not 'w'; did you mean 'q'?"),
        Case("unknown function", "training: { schedule: «cosin(0.1)» }", "DSLX0108 training.schedule wants one of constant, linear(final = 0), cosine(final = 0), not 'cosin(0.1)'; did you mean 'cosine'?"),
        Case("function without its argument", "methods: { prompt: { init: «uniform» } }", "DSLX0109 methods.prompt.init: uniform has no arguments; write uniform(bound)"),
        Case("function with too many arguments", "training: { schedule: «'cosine(0.1, 0.2)'» }", "DSLX0109 training.schedule: cosine has 2 arguments; write cosine(final = 0)"),
        Case("function with an argument too much", "training: { schedule: «constant(1)» }", "DSLX0109 training.schedule: constant has 1 argument; write constant"),
        Case("unclosed call", "training:\n  schedule: «cosine(0.1»", "DSLX0109 training.schedule: 'cosine(0.1' is not a function with its arguments, such as linear(final = 0); inside { } and [ ] YAML splits at commas, so put the call in quotes"),
        Case("argument of the wrong type", "training: { schedule: «cosine(half)» }", "DSLX0105 training.schedule: cosine's final wants a number of at least 0 and up to 1, not 'half'"),
        Case("argument out of range", "task: { family: shared_token_pair, targets: «teacher(0)» }", "DSLX0110 task.targets: teacher's length wants a whole number from 1 to 1000000, not 0"),
        Case("zero depth", "backbone: { kind: transformer, width: 8, depth: «0» }", "DSLX0110 backbone.depth wants a whole number from 1 to 1024, not 0"),
        Case("one token", "task: { family: shared_token_pair, length: «1» }", "DSLX0110 task.length wants a whole number from 2 to 1000000, not 1"),
        Case("absurd prompt", "methods: { prompt: { length: «2_000_000» } }\n", "DSLX0110 methods.prompt.length wants a whole number from 1 to 1000000, not 2000000"),
        Case("learning rate of zero", "training: { learning_rate: «0» }", "DSLX0110 training.learning_rate wants a number above 0 and up to 1000000, not 0"),
        Case("decay of one", "training: { learning_rate: 0.1, beta1: «1» }", "DSLX0110 training.beta1 wants a number of at least 0 and below 1, not 1"),
        Case("negative seed", "seeds: «-1»", "DSLX0110 seeds wants a whole number of at least 0, not -1"),
        Case("long summary", $"summary: «{new string('a', 2001)}»", "DSLX0110 summary has 2001 characters; at most 2000 are allowed"),
        Case("no metrics", "metrics: «[]»", "DSLX0111 metrics is empty; an experiment measures something"),
        Case("no methods", "methods: «{}»", "DSLX0111 methods is empty; an experiment needs at least one method"),
        Case("empty summary", "summary: «''»", "DSLX0111 summary is empty"),
        Case("empty axis", "training: { learning_rate: «[]» }", "DSLX0111 training.learning_rate is an empty list; a sweep needs at least one value"),
        Case("empty list of weights", "methods: { full: { on: «[]» } }\nexpect: [min(full.train.mse) >= 0]", "DSLX0111 methods.full.on is an empty list"),
        Case("method without a value", "methods:\n  prompt: { length: [1, 2] }\n  «full»:", "DSLX0112 'full' has no value; a null removes what was there before, and here was nothing (for all defaults write {})"),
        Case("null in a profile that removes nothing", "profiles: { ci: { training.«warmup»: ~ } }", "DSLX0112 'warmup' has no value; a null removes what was there before, and here was nothing (for all defaults write {})"),
        Case("null profile", "profiles: { «ci»: ~ }", "DSLX0112 'ci' has no value; a null removes what was there before, and here was nothing (for all defaults write {})"),
        Case("metric twice", "metrics: [train.mse, «train.mse»]", "DSLX0113 metrics has 'train.mse' twice"),
        Case("metrics with one C# name", "metrics: [train.mse, custom.a_b, «custom.aB»]", "DSLX0113 metrics 'custom.aB' and 'custom.a_b' are both CustomAB in C#"),
        Case("weight twice", "methods: { full: { on: [q, «q»] } }\nexpect: [min(full.train.mse) >= 0]", "DSLX0113 methods.full.on: 'q' repeats what the list already has"),
        Case("weight and its group", "methods: { full: { on: [mlp, «mlp_in»] } }\nexpect: [min(full.train.mse) >= 0]", "DSLX0113 methods.full.on: 'mlp_in' repeats what the list already has"),
        Case("unknown metric", "metrics: [«train.rmse»]", "DSLX0114 unknown metric 'train.rmse'; did you mean 'train.mse'?"),
        Case("bad name of a custom metric", "metrics: [train.mse, «custom.1st»]", "DSLX0114 unknown metric 'custom.1st'; valid are train.mse, train.max_error, eval.mse, floor.mse, optimisation_gap.mse, input_gap, output_gap, output_gap.certified, train.loss, eval.loss, exact_match, accuracy, macro_f1, majority.accuracy, ensemble.accuracy, token_f1, rouge_l, perplexity, transfer.loss, transfer.accuracy, transfer.macro_f1, transfer.exact_match, transfer.token_f1, accuracy_gap, parity_gap, odds_gap, energy, co2, exact_match.ascending, exact_match.descending, exact_match.add1, exact_match.add2, exact_match.ascending_add1, exact_match.double_hist, bits_stored, features.gap, certificate.mass, certificate.residual, certificate.rounding, teacher.mass, attention.relative_change; a metric of your own is custom. and letters, digits or _"),
        Case("unknown method", "methods: { «promt»: { length: 1 } }", "DSLX0115 unknown method 'promt'; did you mean 'prompt'?"),
        Case("unknown method, far", "methods: { «adapter»: {} }", "DSLX0115 unknown method 'adapter'; valid are prompt, prefix, lora, full, frozen, iapt, hard_prompt, prompt_lora, prefix_lora"),
        Case("bad type name", "task: { family: custom, type: «My..Grid» }", "DSLX0117 task.type wants the full name of a C# class, such as My.Namespace.Family, not 'My..Grid'"),
        Case("keyword as type name", "task: { family: custom, type: «My.class» }", "DSLX0117 task.type wants the full name of a C# class, such as My.Namespace.Family, not 'My.class'"),
    ];

    private static IEnumerable<DiagnosticCase> Sweeps() =>
    [
        Case("value twice in other spelling", "training: { learning_rate: [0.1, «1e-1»] }", "DSLX0201 training.learning_rate has the value '0.1' twice"),
        Case("seed twice", "seeds: [1, 2, «1»]", "DSLX0201 seeds has the value '1' twice"),
        Case("list twice", "methods: { full: { on: [[q], [k], «[q]»] } }\nexpect: [min(full.train.mse) >= 0]", "DSLX0201 methods.full.on has the value '[q]' twice"),
        Case("backward range", "seeds: «4..0»", "DSLX0202 seeds: the range 4..0 runs backwards; write 0..4"),
        Case("range of words", "seeds: «a..b»", "DSLX0202 seeds: 'a..b' is not a range of whole numbers; write 0..4 for 0, 1, 2, 3, 4"),
        Case("huge range", "seeds: «0..2147483647»", "DSLX0202 seeds: the range 0..2147483647 has 2147483648 values; at most 4096 are allowed"),
        Case("range in a list", "seeds: [7, «0..4»]", "DSLX0202 seeds: the range '0..4' must stand alone, not inside a list"),
        Case("call in a list", "training: { learning_rate: [«'log(1e-4, 1e-1, 7)'»] }", "DSLX0202 training.learning_rate: the range 'log(1e-4, 1e-1, 7)' must stand alone, not inside a list"),
        Case("log range from zero", "training: { learning_rate: 0.1, clip: «'log(0, 1, 5)'» }", "DSLX0202 training.clip: both ends of log(…) must be above 0"),
        Case("range of one value", "training: { learning_rate: «'log(0.1, 1, 1)'» }", "DSLX0202 training.learning_rate: a range has from 2 to 4096 values, not 1"),
        Case("range without count", "training: { learning_rate: «'linear(0.1, 1)'» }", "DSLX0202 training.learning_rate: 'linear(0.1, 1)' is not a range; write linear(first, last, count)"),
        Case("range that reaches out", "methods: { prompt: { length: «0..2» } }", "DSLX0110 methods.prompt.length wants a whole number from 1 to 1000000, not 0"),
        Case("swept source", "source: { paper: «[wang2023, petrov2024]» }", "DSLX0203 source.paper cannot be swept; it wants a text"),
        Case("swept kind", "backbone: { kind: «[transformer]» }", "DSLX0203 backbone.kind wants one of transformer, llama, gpt2, t5; it cannot be swept"),
        Case("swept type", "task: { family: custom, type: «[A, B]» }", "DSLX0203 task.type cannot be swept; it wants the full name of a C# class, such as My.Namespace.Family"),
        Case("too many arms", "methods: { prompt: { length: 1..100 } }\nseeds: «0..1000»", "DSLX0204 profile 'full' has 100100 arms; at most 4096 are allowed (prompt: 100 length × 1001 seeds)"),
        Case(
            "too many arms in a profile",
            """
            training: { steps: [10, 20], learning_rate: [0.1, 0.2] }
            zip: [[training.steps, training.learning_rate]]
            profiles:
              big: { methods.prompt.length: «1..4096» }
            """,
            "DSLX0204 profile 'big' has 16384 arms; at most 4096 are allowed (prompt: 4096 length × 2 learning_rate+steps × 2 seeds)"),
        Case("zip of a single value", "zip: [[methods.prompt.length, «training.steps»]]", "DSLX0205 zip: 'training.steps' is not a swept key; valid are methods.prompt.length"),
        Case("zip of a misspelt key", "training: { steps: [1, 2] }\nzip: [[methods.prompt.length, «training.stps»]]", "DSLX0205 zip: 'training.stps' is not a swept key; did you mean 'training.steps'?"),
        Case(
            "zip of unequal lists",
            "training: { learning_rate: «[0.1, 0.2, 0.3]» }\nzip: [[methods.prompt.length, training.learning_rate]]",
            "DSLX0206 zip: methods.prompt.length has 2 values and training.learning_rate has 3 values; keys that move together need equally many"),
        Case(
            "zip of unequal lists in a profile",
            "training: { learning_rate: «[0.1, 0.2]» }\nzip: [[methods.prompt.length, training.learning_rate]]\nprofiles: { ci: { methods.prompt.length: 1 } }",
            "DSLX0206 zip: methods.prompt.length has 1 value and training.learning_rate has 2 values in profile 'ci'; keys that move together need equally many"),
        Case("zip of one key", "zip: [«[methods.prompt.length]»]", "DSLX0207 zip: a group joins at least two keys"),
        Case(
            "key in two groups",
            "training: { steps: [1, 2] }\nzip: [[methods.prompt.length, training.steps], [«training.steps», «methods.prompt.length»]]",
            "DSLX0207 zip: the key 'training.steps' is already in a group on line 10, column 31",
            "DSLX0207 zip: the key 'methods.prompt.length' is already in a group on line 10, column 8"),
        Case(
            "zip over methods",
            """
            methods:
              prompt: { length: [1, 2] }
              lora: { rank: [1, 2] }
            zip: [[«methods.prompt.length», methods.lora.rank]]
            """,
            "DSLX0207 zip: no method has two of the group's keys, so the group joins nothing"),
        Case("profile full", "profiles: { «full»: {} }", "DSLX0210 the profile 'full' is the spec itself; choose another name"),
        Case("profile that is no name", "profiles: { «2fast»: {} }", "DSLX0210 '2fast' is no name for a profile: letters, digits, _ and -, a letter first, at most 100 characters"),
        Case("profiles with one C# name", "profiles: { quick-check: {}, «quick_check»: {} }", "DSLX0210 the profiles 'quick-check' and 'quick_check' are both QuickCheck in C#"),
        Case("profile changes metrics", "profiles: { ci: { «metrics»: [train.mse] } }", "DSLX0211 profile 'ci' cannot change 'metrics'; it may change backbone, pretrain, task, methods, training, search, seeds"),
        Case("profile changes the family", "profiles: { ci: { task.«family»: custom } }", "DSLX0211 profile 'ci' cannot change 'task.family'"),
        Case("profile changes the kind", "profiles: { ci: { backbone: { «kind»: transformer } } }", "DSLX0211 profile 'ci' cannot change 'backbone.kind'"),
        Case("profile removes seeds", "profiles: { ci: { «seeds»: ~ } }", "DSLX0211 profile 'ci' cannot remove 'seeds'"),
        Case("profile adds a method", "profiles: { ci: { methods.«full»: {} } }", "DSLX0212 profile 'ci' cannot add the method 'full'; valid are prompt"),
        Case("profile removes a method", "profiles: { ci: { methods.«prompt»: ~ } }", "DSLX0212 profile 'ci' cannot remove the method 'prompt'; all profiles have the same methods"),
        Case("unknown base", "extends: «bsae»", "DSLX0220 extends: no spec is called 'bsae'; did you mean 'base'?"),
        Case("unknown base, and errors of its own", "extends: «nowhere»\ntraining: { «stps»: 1 }", "DSLX0220 extends: no spec is called 'nowhere'", "DSLX0101 unknown key 'stps' in training; did you mean 'steps'?"),
        Case("ambiguous base", "extends: «twin»", "DSLX0221 extends: 'twin' may be 'one/twin' or 'two/twin'; write folder and name"),
        Case("cycle of one", "extends: «sample»", "DSLX0222 a spec extends itself: sample → sample"),
        Case("cycle of two", "extends: «loop»", "DSLX0222 a spec extends itself: sample → loop → sample"),
        Case("broken base", "extends: «broken»", "DSLX0223 extends: 'broken' has 1 error; see specs/broken.yaml"),
        Case("contradiction with what is inherited", "extends: base\nbackbone: { heads: «3» }", "DSLX0301 backbone.heads 3 does not divide backbone.width 8"),
    ];
}
