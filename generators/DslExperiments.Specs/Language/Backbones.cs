namespace DslExperiments.Specs;

/// <summary>The networks that are adapted: <c>backbone: { kind: … }</c>.</summary>
internal static class Backbones
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
        new Word("float64", "Float64", "64 bits, for statements that are exact up to rounding"));

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

    public static readonly Variant Transformer = new("transformer", "A transformer that the spec describes and a seed draws.", new Section(
        Namespace + "TransformerOptions",
        new Field("depth", "Depth", new IntType(1, 1024), new SpecValue.Int(1), "Number of layers."),
        new Field("width", "Width", new IntType(1, 65_536), new SpecValue.Int(10), "Size of a token."),
        new Field("heads", "Heads", new IntType(1, 1024), new SpecValue.Int(1), "Attention heads; divides width."),
        Field.Of("attention", "Attention", "How a head scores and what follows it.", new Section(
            Namespace + "AttentionOptions",
            new Field("scale", "Scale", AttentionScale, AttentionScale.Of("inverse_sqrt"), "Factor on the scores."),
            new Field("output", "Output", new BoolType(), new SpecValue.Bool(true), "True for an output matrix after the heads are joined; false for the identity."))),
        Field.Of("mlp", "Mlp", "The feed-forward part of each layer.", new Section(
            Namespace + "MlpOptions",
            new Field("hidden", "Hidden", new IntType(0, Limits.MaxSize), new SpecValue.Int(40), "Hidden units; 0 leaves the MLP out."),
            new Field("activation", "Activation", Activation, Activation.Of("relu"), "Activation of the hidden units."),
            new Field("residual", "Residual", new BoolType(), new SpecValue.Bool(true), "True when the MLP adds to its input."))),
        new Field("norm", "Norm", Norm, Norm.Of("pre"), "Where layers are normalised."),
        new Field("causal", "Causal", new BoolType(), new SpecValue.Bool(false), "True when a token attends only to itself and to earlier tokens; the prompt comes first."),
        new Field("positions", "Positions", Positions, Positions.Of("none"), "Position signal of content tokens; virtual tokens carry none."),
        new Field("vocabulary", "Vocabulary", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Rows of the embedding and of the unembedding; 0 when tokens are vectors."),
        new Field("context", "Context", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Most tokens of a sequence, placeholders included: rows of the table of learned positions."),
        new Field("dtype", "Dtype", Precision, Precision.Of("float32"), "Precision of weights, activations and adapters."),
        Field.Of("init", "Init", "Distributions of the frozen weights.", new Section(
            Namespace + "BackboneInit",
            new Field("attention", "Attention", Initializers.Type, Initializers.Of("scaled_normal", 1), "Query, key, value and output matrices."),
            new Field("mlp", "Mlp", Initializers.Type, Initializers.Of("scaled_normal", 1), "Both matrices of the MLP."),
            new Field("bias", "Bias", Initializers.Type, Initializers.Of("zeros"), "Both biases of the MLP."),
            new Field("query", "Query", Initializers.OfMember, Initializers.OfMember.Of("same"), "The query matrix, where it differs from attention."),
            new Field("key", "Key", Initializers.OfMember, Initializers.OfMember.Of("same"), "The key matrix, where it differs from attention."),
            new Field("value", "Value", Initializers.OfMember, Initializers.OfMember.Of("same"), "The value matrix, where it differs from attention."),
            new Field("output", "Output", Initializers.OfMember, Initializers.OfMember.Of("same"), "The output matrix, where it differs from attention."),
            new Field("mlp_out", "MlpOut", Initializers.OfMember, Initializers.OfMember.Of("same"), "The MLP's second matrix, where it differs from mlp."),
            new Field("embedding", "Embedding", Initializers.Type, Initializers.Of("normal", 0.02), "Embedding, unembedding and learned positions."))),
        new Field("construct", "Construct", Construct, Construct.Of("none"), "Weights that are computed instead of drawn.")));

    /// <summary>All kinds.</summary>
    public static readonly Variant[] All = { Transformer };
}
