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
        new Word("post", "Post", "layer normalisation after each residual sum"),
        new Word("rms", "Rms", "root-mean-square normalisation before attention and MLP, and once at the end"));

    public static readonly ChoiceType Positions = new(
        Namespace + "Positions",
        new Word("none", "None", "no position signal"),
        new Word("sinusoidal", "Sinusoidal", "sines and cosines of growing wavelength, added to content tokens"),
        new Word("rotary", "Rotary", "rotation of queries and keys; virtual tokens are not rotated"));

    public static readonly ChoiceType Precision = new(
        Namespace + "Precision",
        new Word("float32", "Float32", "32 bits"),
        new Word("float64", "Float64", "64 bits, for statements that are exact up to rounding"));

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
        new Field("dtype", "Dtype", Precision, Precision.Of("float32"), "Precision of weights, activations and adapters."),
        Field.Of("init", "Init", "Distributions of the frozen weights.", new Section(
            Namespace + "BackboneInit",
            new Field("attention", "Attention", Initializers.Type, Initializers.Of("scaled_normal", 1), "Query, key, value and output matrices."),
            new Field("mlp", "Mlp", Initializers.Type, Initializers.Of("scaled_normal", 1), "Both matrices of the MLP."),
            new Field("bias", "Bias", Initializers.Type, Initializers.Of("zeros"), "Both biases of the MLP.")))));

    /// <summary>All kinds.</summary>
    public static readonly Variant[] All = { Transformer };
}
