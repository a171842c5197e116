namespace DslExperiments.Specs.Tests;

/// <summary>Language models, tasks on text files, and the methods that read texts.</summary>
public static partial class DiagnosticCases
{
    private const string Llama = "backbone: { kind: llama, depth: 2, width: 8, heads: 4, kv_heads: 2, mlp: { hidden: 16 }, vocabulary: 259, context: 64, tokenizer: bytes }\n";
    private const string Encoder = "backbone: { kind: transformer, width: 8, heads: 2, vocabulary: 259, tokenizer: bytes }\n";
    private const string T5 = "backbone: { kind: t5, depth: 1, decoder_depth: 2, width: 8, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, tokenizer: bytes }\n";
    private const string Batch = "training: { learning_rate: 0.1, batch: 8 }\n";
    private const string Classify = "task: { family: text_classification, train: a.tsv, eval: b.tsv, labels: [neg, pos] }\nmetrics: [accuracy]\nexpect: [min(prompt.accuracy) >= 0]\n" + Batch;
    private const string Model = "task: { family: language_modelling, train: a.txt, eval: b.txt }\nmetrics: [perplexity]\nexpect: [min(prompt.perplexity) >= 0]\n" + Batch;
    private const string Translate = "task: { family: text_to_text, train: a.jsonl, eval: b.jsonl }\nmetrics: [exact_match, token_f1, rouge_l]\nexpect: [min(prompt.rouge_l) >= 0]\n" + Batch;

    private static IEnumerable<DiagnosticCase> Texts() =>
    [
        Case("classification", Llama + Classify),
        Case("classification by an encoder", Encoder + Classify),
        Case("classification by an encoder-decoder", T5 + Classify),
        Case("language modelling", Llama + Model),
        Case("activation of a checkpoint", Llama.Replace("llama", "gpt2", StringComparison.Ordinal).Replace("kv_heads: 2, ", "", StringComparison.Ordinal).Replace("hidden: 16", "hidden: 16, activation: relu", StringComparison.Ordinal) + Model),
        Case("activation that a family fixes", Llama.Replace("hidden: 16", "hidden: 16, «activation»: relu", StringComparison.Ordinal) + Model, "DSLX0101 unknown key 'activation' in backbone.mlp; valid are hidden, bias"),
        Case("text to text", T5 + Translate),
        Case("checkpoint without a tokenizer of its own", Llama.Replace("tokenizer: bytes", "weights: models/tiny", StringComparison.Ordinal) + Model),
        Case("no tokenizer", Llama.Replace(", tokenizer: bytes", "", StringComparison.Ordinal) + Model.Replace("language_modelling", "«language_modelling»", StringComparison.Ordinal), "DSLX0318 task.family language_modelling reads texts, and neither backbone.tokenizer nor backbone.weights makes tokens of them"),
        Case("bytes of another vocabulary", Llama.Replace("259", "«260»", StringComparison.Ordinal) + Model, "DSLX0319 backbone.vocabulary must be 259 for backbone.tokenizer bytes, not 260"),
        Case("words of another vocabulary", Llama.Replace("259", "«260»", StringComparison.Ordinal).Replace("tokenizer: bytes", "tokenizer: 'words(a.txt, 512)'", StringComparison.Ordinal) + Model, "DSLX0319 backbone.vocabulary must be 512 for backbone.tokenizer words(a.txt, 512), not 260"),
        Case("one label", Llama + Classify.Replace("[neg, pos]", "«[neg]»", StringComparison.Ordinal), "DSLX0320 task.labels has 1; a classification has two labels or more"),
        Case("verbalizers for some labels", Llama + Classify.Replace("pos] }", "pos], verbalizers: «[bad]» }", StringComparison.Ordinal), "DSLX0320 task.verbalizers has 1, but task.labels has 2"),
        Case("labels twice", Llama + Classify.Replace("pos]", "«neg»]", StringComparison.Ordinal), "DSLX0113 task.labels: 'neg' repeats what the list already has"),
        Case("class labels of another task", Llama + Model + "methods: { prompt: { init: «class_labels» } }\n", "DSLX0321 methods.prompt.init class_labels needs labels of a text_classification, but task.family is language_modelling"),
        Case("class labels in a hybrid", Llama + Model.Replace("prompt.perplexity", "prompt_lora.perplexity", StringComparison.Ordinal) + "methods: { prompt_lora: { prompt: { init: «class_labels» } } }\n", "DSLX0321 methods.prompt_lora.prompt.init class_labels needs labels of a text_classification, but task.family is language_modelling"),
        Case("start of vectors", "methods: { prompt: { init: «sampled_vocabulary» } }\n", "DSLX0321 methods.prompt.init sampled_vocabulary(5000) needs a vocabulary, but backbone.vocabulary is 0"),
        Case("key heads that do not divide", Llama.Replace("kv_heads: 2", "kv_heads: «3»", StringComparison.Ordinal) + Model, "DSLX0322 backbone.kv_heads 3 does not divide backbone.heads 4"),
        Case("layer that is not there", T5 + Translate.Replace("prompt.rouge", "prefix.rouge", StringComparison.Ordinal) + "methods: { prefix: { layers: «[0, 3]» } }\n", "DSLX0323 methods.prefix.layers: there is no layer 3; the backbone's are 0 to 2"),
        Case("generator without an instruction", Llama + Model.Replace("prompt.", "iapt.", StringComparison.Ordinal) + "methods: { «iapt»: { length: 4 } }\n", "DSLX0324 methods.iapt reads an instruction's text, and task.family language_modelling has none"),
        Case("search of no tokens", Llama + Classify.Replace("prompt.", "hard_prompt.", StringComparison.Ordinal) + "methods: { hard_prompt: { candidates: «4» } }\n", "DSLX0324 methods.hard_prompt.candidates 4 searches tokens, and methods.hard_prompt.length is 0; give a length, or candidates: 0 for text and examples as they are"),
        Case("hard prompt as it is", Llama + Classify.Replace("prompt.", "hard_prompt.", StringComparison.Ordinal) + "methods: { hard_prompt: { candidates: 0, text: is it good } }\n"),
        Case("reparametrized rows", "methods: { prefix: { form: block_input, reparametrization: «8» } }\nexpect: [min(prefix.train.mse) >= 0]\n", "DSLX0324 methods.prefix.reparametrization makes keys and values, and methods.prefix.form is block_input"),
        Case("encoder that shall continue", Encoder + Model.Replace("language_modelling", "«language_modelling»", StringComparison.Ordinal), "DSLX0325 task.family language_modelling continues texts, and the backbone is not causal and has no decoder"),
        Case("encoder-decoder that shall continue", T5 + Model.Replace("language_modelling", "«language_modelling»", StringComparison.Ordinal), "DSLX0325 task.family language_modelling continues texts, and the backbone has an encoder"),
        Case("cross-attention without a decoder", Llama + Model.Replace("prompt.", "lora.", StringComparison.Ordinal) + "methods: { lora: { on: «[cross_q]» } }\n", "DSLX0304 methods.lora.on: there is no weight cross_q, because the backbone has no decoder"),
        Case("gate of a plain MLP", "methods: { lora: { on: «[mlp_gate]» } }\nexpect: [min(lora.train.mse) >= 0]\n", "DSLX0304 methods.lora.on: there is no weight mlp_gate, because the backbone's MLP has no gate"),
        Case("accuracy of a language model", Llama + Model.Replace("[perplexity]", "[perplexity, «accuracy»]", StringComparison.Ordinal), "DSLX0306 metric 'accuracy' needs the task text_classification or multiple_choice, but task.family is language_modelling"),
        Case("transfer to nothing", Llama + Classify.Replace("[accuracy]", "[accuracy, «transfer.accuracy»]", StringComparison.Ordinal), "DSLX0306 metric 'transfer.accuracy' needs task.transfer, but it is not set"),
        Case("gap without groups", Llama + Classify.Replace("[accuracy]", "[accuracy, «accuracy_gap»]", StringComparison.Ordinal), "DSLX0306 metric 'accuracy_gap' needs task.group, but it is not set"),
        Case(
            "groups and another domain that nothing measures",
            Llama + Classify.Replace("family: text_classification,", "family: text_classification, group: «town», transfer: «c.tsv»,", StringComparison.Ordinal),
            "DSLX0603 task.group has no effect: no metric compares groups",
            "DSLX0603 task.transfer has no effect: no metric is of another domain"),
        Case(
            "groups that are measured",
            Llama + Classify.Replace("family: text_classification,", "family: text_classification, group: town,", StringComparison.Ordinal).Replace("[accuracy]", "[accuracy, odds_gap]", StringComparison.Ordinal)),
        Case(
            "groups of choices",
            Llama + Classify.Replace("labels: [neg, pos]", "choices: [neg, pos], group: town", StringComparison.Ordinal).Replace("text_classification", "multiple_choice", StringComparison.Ordinal).Replace("[accuracy]", "[accuracy, accuracy_gap]", StringComparison.Ordinal)),
        Case("no batch of texts", Llama + Model.Replace(", batch: 8", "", StringComparison.Ordinal).Replace("family: language_modelling", "family: «language_modelling»", StringComparison.Ordinal), "DSLX0312 task.family language_modelling draws its own sequences for every step, so training.batch must say how many"),
        Case("key of another family of backbones", Llama.Replace("context", "«causal»: true, context", StringComparison.Ordinal) + Model, "DSLX0101 unknown key 'causal' in backbone; valid are depth, width, heads, kv_heads, head_width, attention, mlp, vocabulary, context, tied, rotary_base, rotary_scaling, norm_epsilon, dtype, weights, seed, tokenizer, kind"),
    ];
}
