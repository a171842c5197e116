namespace DslExperiments.Specs;

/// <summary>The types of backbones' keys.</summary>
internal static class BackboneTypes
{
    private const string Namespace = "global::DslExperiments.Backbones.";

    public static readonly ChoiceType AttentionScale = new(
        Namespace + "AttentionScale",
        new Word("none", "None", "1, as in the proofs on single layers"),
        new Word("inverse_sqrt", "InverseSqrt", "1 / sqrt(width / heads), as in practice"));

    public static readonly ChoiceType Activation = new(
        Namespace + "Activation",
        new Word("relu", "Relu", "max(0, x)"),
        new Word("gelu", "Gelu", "x Φ(x), exact"),
        new Word("gelu_tanh", "GeluTanh", "x Φ(x) by its approximation with tanh"),
        new Word("silu", "Silu", "x σ(x)"),
        new Word("tanh", "Tanh", "tanh x"));

    public static readonly ChoiceType Norm = new(
        Namespace + "Norm",
        new Word("none", "None", "nowhere, as in the proofs"),
        new Word("pre", "Pre", "layer normalisation before attention and MLP, and once at the end"),
        new Word("pre_mlp", "PreMlp", "layer normalisation before the MLP and once at the end; the attention reads raw rows"),
        new Word("post", "Post", "layer normalisation after each residual sum"),
        new Word("rms", "Rms", "root-mean-square normalisation before attention and MLP, and once at the end"));

    public static readonly ChoiceType Positions = new(
        Namespace + "Positions",
        new Word("none", "None", "no position signal"),
        new Word("sinusoidal", "Sinusoidal", "sines and cosines of growing wavelength, added to content tokens"),
        new Word("rotary", "Rotary", "rotation of queries and keys; virtual tokens are not rotated"),
        new Word("learned", "Learned", "a table of context rows, added to content tokens and trained with the backbone"));

    public static readonly ChoiceType Precision = new(
        Namespace + "Precision",
        new Word("float32", "Float32", "32 bits"),
        new Word("float64", "Float64", "64 bits, for statements that are exact up to rounding"),
        new Word("bfloat16", "BFloat16", "16 bits for backbone and activations, 32 bits for what is trained and for losses; meant for GPUs"));

    public static readonly CallType Construct = new(
        Namespace + "Construction",
        new CallFunction("none", Namespace + "NoConstruction", "weights are drawn"),
        new CallFunction(
            "lookup",
            Namespace + "LookupNetwork",
            "any table from strings of inputs symbols to strings of answers symbols can be written into it through virtual tokens (Petrov et al. 2024)",
            new Parameter("symbols", new IntType(2, 256)),
            new Parameter("inputs", new IntType(0, 2)),
            new Parameter("answers", new IntType(1, 256))),
        new CallFunction("value_head", Namespace + "ValueHead", "width 2, W_q = [1 0], W_k = 0, W_v = [0 1] (Mondal and Shihab, corollary 7)"),
        new CallFunction("query_head", Namespace + "QueryHead", "width 2, W_q = 0, keys and values are a token's second number (Mondal and Shihab, theorem 9)"));

    private static readonly CallType Tokenizers = new(
        Namespace + "TokenizerSource",
        new CallFunction("none", Namespace + "NoTokenizer", "the task's tokens are numbers; with weights, the tokenizer in their folder"),
        new CallFunction("bytes", Namespace + "ByteTokens", "a token per byte of UTF-8, three more to begin, end and pad a text: vocabulary 259"),
        new CallFunction(
            "words",
            Namespace + "WordTokens",
            "the size - 4 most frequent words of a text file, relative to the spec, and four tokens to pad, begin, end and for unknown words",
            new Parameter("corpus", new TextType(Limits.MaxText)),
            new Parameter("size", new IntType(5, Limits.MaxSize))),
        new CallFunction("file", Namespace + "TokenizerFile", "a tokenizer's file or folder, relative to the spec", new Parameter("path", new TextType(Limits.MaxText))));

    public static readonly Field Tokenizer = new("tokenizer", "Tokenizer", Tokenizers, Tokenizers.Of("none"), "What makes tokens of texts.") { IsSweepable = false };

    public static readonly Field Seed = new("seed", "Seed", new IntType(-1, int.MaxValue), new SpecValue.Int(-1), "Seed of the weights, drawn or pretrained, which all arms then share; -1 for each arm's own.");

    /// <summary>What a transformer that the spec describes does not have.</summary>
    public static readonly IReadOnlyDictionary<string, SpecValue> NoMarks = new Dictionary<string, SpecValue>
    {
        ["kv_heads"] = new SpecValue.Int(0),
        ["head_width"] = new SpecValue.Int(0),
        ["attention.bias"] = new SpecValue.Bool(false),
        ["mlp.gated"] = new SpecValue.Bool(false),
        ["mlp.bias"] = new SpecValue.Bool(true),
        ["norm_bias"] = new SpecValue.Bool(false),
        ["tied"] = new SpecValue.Bool(false),
        ["decoder_depth"] = new SpecValue.Int(0),
        ["relative_buckets"] = new SpecValue.Int(0),
        ["weights"] = new SpecValue.Text(""),
    };
}
