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

    public static readonly DiagnosticRule Tokens = new(
        "DSLX0309",
        "tokens and vectors",
        SpecSeverity.Error,
        "integer_sequences, associations and lookup_table are of tokens and need backbone.vocabulary; the other tasks are of vectors, without vocabulary and learned positions.",
        """
        task: { family: associations }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 16 }
        task: { family: associations }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """);

    public static readonly DiagnosticRule Vocabulary = new(
        "DSLX0310",
        "vocabulary too small for the task",
        SpecSeverity.Error,
        "Inputs and answers are tokens: integers and the two above them, counts up to the length, labels, and as many different strings as there are sequences.",
        """
        backbone: { kind: transformer, width: 8, vocabulary: 4 }
        task: { family: associations, labels: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 8 }
        task: { family: associations, labels: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """);

    public static readonly DiagnosticRule NotCausal = new(
        "DSLX0311",
        "answer in sight",
        SpecSeverity.Error,
        "The answer of integer_sequences stands behind the input; without a causal mask its tokens could be copied instead of computed.",
        """
        backbone: { kind: transformer, width: 8, vocabulary: 10 }
        task: { family: integer_sequences }
        training: { learning_rate: 0.1, batch: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 10, causal: true }
        task: { family: integer_sequences }
        training: { learning_rate: 0.1, batch: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """);

    public static readonly DiagnosticRule NoBatch = new(
        "DSLX0312",
        "no batch of a task without end",
        SpecSeverity.Error,
        "integer_sequences draws new sequences for every step, so there is no 'all of them'. It holds for steps: 0 and for frozen too, whose train.loss is that of a single batch.",
        """
        backbone: { kind: transformer, width: 8, vocabulary: 10, causal: true }
        task: { family: integer_sequences }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 10, causal: true }
        task: { family: integer_sequences }
        training: { learning_rate: 0.1, batch: 8 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """);

    public static readonly DiagnosticRule Context = new(
        "DSLX0313",
        "context too short",
        SpecSeverity.Error,
        "Learned positions have a row for every token that is read: placeholders + 2 · length - 1 for integer_sequences, whose last token is asked for but never read; length for associations. Virtual tokens carry no position.",
        """
        backbone: { kind: transformer, width: 8, vocabulary: 8, positions: learned, context: 3 }
        task: { family: associations, length: 4 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 8, positions: learned, context: 4 }
        task: { family: associations, length: 4 }
        metrics: [train.loss]
        expect: [min(prompt.train.loss) >= 0]
        """);

    public static readonly DiagnosticRule Subspace = new(
        "DSLX0314",
        "no room for tokens",
        SpecSeverity.Error,
        "The tokens of distinct_queries leave as many coordinates free as there are sequences, and need at least one themselves.",
        "task: { family: distinct_queries, sequences: 8 }",
        "task: { family: distinct_queries, sequences: 7 }");

    public static readonly DiagnosticRule Shape = new(
        "DSLX0315",
        "shape that the construction does not have",
        SpecSeverity.Error,
        "The weights of a construction are computed for one shape of the backbone.",
        "backbone: { kind: transformer, construct: value_head, width: 3, attention: { scale: none, output: false }, mlp: { hidden: 0 }, norm: none }",
        "backbone: { kind: transformer, construct: value_head, width: 2, attention: { scale: none, output: false }, mlp: { hidden: 0 }, norm: none }");

    public static readonly DiagnosticRule WrongConstruction = new(
        "DSLX0316",
        "task of another construction",
        SpecSeverity.Error,
        "head_update with value(gain) is of construct: value_head, with query(strength) of query_head; lookup_table is of construct: lookup, its table sentence of lookup(94, 0, 20) or of any other alphabet from 87 symbols on.",
        """
        backbone: { kind: transformer, construct: value_head, width: 2, attention: { scale: none, output: false }, mlp: { hidden: 0 }, norm: none }
        task: { family: head_update, update: query(2) }
        """,
        """
        backbone: { kind: transformer, construct: query_head, width: 2, attention: { scale: none, output: false }, mlp: { hidden: 0 }, norm: none }
        task: { family: head_update, update: query(2) }
        """);

    public static readonly DiagnosticRule Written = new(
        "DSLX0317",
        "prompt that nothing writes",
        SpecSeverity.Error,
        "init: written is what a backbone of construct: lookup computes from the table of the task lookup_table; with steps: 0 it is measured as it was written.",
        "methods: { prompt: { init: written } }",
        "methods: { prompt: { init: normal } }");

    public static readonly DiagnosticRule NoTokenizer = new(
        "DSLX0318",
        "text without a tokenizer",
        SpecSeverity.Error,
        "Tasks on text files need tokens: those of backbone.weights, or a backbone.tokenizer.",
        """
        backbone: { kind: llama, depth: 1, width: 8, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, context: 64 }
        task: { family: language_modelling, train: a.txt, eval: b.txt }
        training: { batch: 8 }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """,
        """
        backbone: { kind: llama, depth: 1, width: 8, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, context: 64, tokenizer: bytes }
        task: { family: language_modelling, train: a.txt, eval: b.txt }
        training: { batch: 8 }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """);

    public static readonly DiagnosticRule TokenizerSize = new(
        "DSLX0319",
        "vocabulary of another size",
        SpecSeverity.Error,
        "The embedding has a row per token: bytes makes 259, words(corpus, size) as many as its size.",
        """
        backbone: { kind: transformer, width: 8, vocabulary: 256, tokenizer: bytes }
        task: { family: associations }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, vocabulary: 259, tokenizer: bytes }
        task: { family: associations }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """);

    public static readonly DiagnosticRule Labels = new(
        "DSLX0320",
        "labels that do not fit",
        SpecSeverity.Error,
        "A classification has two labels or more, and a verbalizer for each of them or for none; a multiple choice has two columns or more.",
        """
        backbone: { kind: llama, depth: 1, width: 8, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, context: 64, tokenizer: bytes }
        task: { family: text_classification, train: a.tsv, eval: b.tsv, labels: [neg, pos], verbalizers: [bad] }
        training: { batch: 8 }
        metrics: [accuracy]
        expect: [min(prompt.accuracy) >= 0]
        """,
        """
        backbone: { kind: llama, depth: 1, width: 8, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, context: 64, tokenizer: bytes }
        task: { family: text_classification, train: a.tsv, eval: b.tsv, labels: [neg, pos], verbalizers: [bad, good] }
        training: { batch: 8 }
        metrics: [accuracy]
        expect: [min(prompt.accuracy) >= 0]
        """);

    public static readonly DiagnosticRule StartUnfit = new(
        "DSLX0321",
        "start that the task does not have",
        SpecSeverity.Error,
        "init: class_labels needs labels of a text_classification, from_text(words) a tokenizer, and sampled_vocabulary(first) a vocabulary.",
        "methods: { prompt: { init: class_labels } }",
        "methods: { prompt: { init: normal } }");

    public static readonly DiagnosticRule KeyValueHeads = new(
        "DSLX0322",
        "heads of keys that do not divide those of queries",
        SpecSeverity.Error,
        "Each head of keys and values serves the same number of query heads.",
        """
        backbone: { kind: llama, depth: 1, width: 8, heads: 4, kv_heads: 3, mlp: { hidden: 16 }, vocabulary: 16, context: 64 }
        task: { family: associations }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """,
        """
        backbone: { kind: llama, depth: 1, width: 8, heads: 4, kv_heads: 2, mlp: { hidden: 16 }, vocabulary: 16, context: 64 }
        task: { family: associations }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """);

    public static readonly DiagnosticRule NoSuchLayer = new(
        "DSLX0323",
        "layer that does not exist",
        SpecSeverity.Error,
        "Layers count from 0 to depth - 1; those of a decoder follow after them.",
        """
        methods: { prefix: { layers: [0, 1] } }
        expect: [min(prefix.train.mse) >= 0]
        """,
        """
        methods: { prefix: { layers: [0] } }
        expect: [min(prefix.train.mse) >= 0]
        """);

    public static readonly DiagnosticRule MethodUnfit = new(
        "DSLX0324",
        "method that the task or the backbone does not have",
        SpecSeverity.Error,
        "iapt and hard_prompt read the text of an instruction: text_classification, text_to_text, question_answering or multiple_choice, and hard_prompt without examples any text; a reparametrization makes keys and values, so form: key_value.",
        """
        methods: { iapt: { length: 4 } }
        expect: [min(iapt.train.mse) >= 0]
        """,
        """
        methods: { prefix: { length: 4 } }
        expect: [min(prefix.train.mse) >= 0]
        """);

    public static readonly DiagnosticRule NoContinuation = new(
        "DSLX0325",
        "backbone that does not continue texts",
        SpecSeverity.Error,
        "Tasks whose answer is text need a causal backbone or a decoder; a bidirectional one can classify. Language modelling is of causal backbones.",
        """
        backbone: { kind: transformer, width: 8, heads: 2, vocabulary: 259, tokenizer: bytes }
        task: { family: language_modelling, train: a.txt, eval: b.txt }
        training: { batch: 8 }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """,
        """
        backbone: { kind: transformer, width: 8, heads: 2, vocabulary: 259, tokenizer: bytes, causal: true }
        task: { family: language_modelling, train: a.txt, eval: b.txt }
        training: { batch: 8 }
        metrics: [eval.loss]
        expect: [min(prompt.eval.loss) >= 0]
        """);

    public static readonly DiagnosticRule SearchMetric = new(
        "DSLX0326",
        "search by what cannot be compared",
        SpecSeverity.Error,
        "Arms are compared by one of the metrics of the spec that training changes and that is the same in every run.",
        """
        search: { halving: { metric: train.max_error, min_steps: 100 } }
        metrics: [train.mse]
        """,
        """
        search: { halving: { metric: train.mse, min_steps: 100 } }
        metrics: [train.mse]
        """);

    public static readonly DiagnosticRule NoRung = new(
        "DSLX0327",
        "search without a rung",
        SpecSeverity.Error,
        "The first rung is after min_steps updates, and nobody is dropped after the last one.",
        """
        search: { halving: { metric: train.mse, min_steps: 100 } }
        training: { learning_rate: 0.1, steps: 100 }
        """,
        """
        search: { halving: { metric: train.mse, min_steps: 25 } }
        training: { learning_rate: 0.1, steps: 100 }
        """);

    public static readonly DiagnosticRule WatchedMetric = new(
        "DSLX0328",
        "early stopping by what cannot be watched",
        SpecSeverity.Error,
        "Early stopping watches one of the metrics of the spec that training changes and that is known on the way; the training loss it watches without a metric.",
        """
        training: { learning_rate: 0.1, early_stopping: { metric: energy, patience: 3 } }
        metrics: [train.mse, energy]
        """,
        """
        training: { learning_rate: 0.1, early_stopping: { metric: train.mse, patience: 3 } }
        metrics: [train.mse, energy]
        """);

    public static readonly DiagnosticRule NoEvaluation = new(
        "DSLX0329",
        "early stopping without an evaluation",
        SpecSeverity.Error,
        "The metric is evaluated before the first update and after every so many: there must be one on the way to the last.",
        """
        training: { learning_rate: 0.1, steps: 100, early_stopping: { metric: train.mse, patience: 3, every: 100 } }
        """,
        """
        training: { learning_rate: 0.1, steps: 100, early_stopping: { metric: train.mse, patience: 3, every: 10 } }
        """);

    public static readonly DiagnosticRule UnequalSteps = new(
        "DSLX0330",
        "search among unequal numbers of steps",
        SpecSeverity.Error,
        "Successive halving compares settings that have had equally many updates. One with fewer steps than the rest of its race (its method's settings, or with among: all those of all methods) would be at its end before the last rungs, and be left without having won.",
        """
        search: { halving: { metric: train.mse, min_steps: 25 } }
        training: { learning_rate: 0.1, steps: [100, 400] }
        """,
        """
        search: { halving: { metric: train.mse, min_steps: 25 } }
        training: { learning_rate: 0.1, steps: 400 }
        """);

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
        Tokens,
        Vocabulary,
        NotCausal,
        NoBatch,
        Context,
        Subspace,
        Shape,
        WrongConstruction,
        Written,
        NoTokenizer,
        TokenizerSize,
        Labels,
        StartUnfit,
        KeyValueHeads,
        NoSuchLayer,
        MethodUnfit,
        NoContinuation,
        SearchMetric,
        NoRung,
        WatchedMetric,
        NoEvaluation,
        UnequalSteps,
    };
}
