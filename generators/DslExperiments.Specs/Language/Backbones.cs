namespace DslExperiments.Specs;

/// <summary>The networks that are adapted: <c>backbone: { kind: … }</c>.</summary>
internal static class Backbones
{
    private const string Namespace = "global::DslExperiments.Backbones.";

    public static readonly Variant Transformer = new("transformer", "A transformer that the spec describes and a seed draws.", new Section(
        Namespace + "TransformerOptions",
        new Field("depth", "Depth", new IntType(1, 1024), new SpecValue.Int(1), "Number of layers."),
        new Field("width", "Width", new IntType(1, 65_536), new SpecValue.Int(10), "Size of a token."),
        new Field("heads", "Heads", new IntType(1, 1024), new SpecValue.Int(1), "Attention heads; divides width."),
        Field.Of("attention", "Attention", "How a head scores and what follows it.", new Section(
            Namespace + "AttentionOptions",
            new Field("scale", "Scale", BackboneTypes.AttentionScale, BackboneTypes.AttentionScale.Of("inverse_sqrt"), "Factor on the scores."),
            new Field("output", "Output", new BoolType(), new SpecValue.Bool(true), "True for an output matrix after the heads are joined; false for the identity."))),
        Field.Of("mlp", "Mlp", "The feed-forward part of each layer.", new Section(
            Namespace + "MlpOptions",
            new Field("hidden", "Hidden", new IntType(0, Limits.MaxSize), new SpecValue.Int(40), "Hidden units; 0 leaves the MLP out."),
            new Field("activation", "Activation", BackboneTypes.Activation, BackboneTypes.Activation.Of("relu"), "Activation of the hidden units."),
            new Field("residual", "Residual", new BoolType(), new SpecValue.Bool(true), "True when the MLP adds to its input."))),
        new Field("norm", "Norm", BackboneTypes.Norm, BackboneTypes.Norm.Of("pre"), "Where layers are normalised."),
        new Field("causal", "Causal", new BoolType(), new SpecValue.Bool(false), "True when a token attends only to itself and to earlier tokens; the prompt comes first."),
        new Field("positions", "Positions", BackboneTypes.Positions, BackboneTypes.Positions.Of("none"), "Position signal of content tokens; virtual tokens carry none."),
        new Field("vocabulary", "Vocabulary", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Rows of the embedding and of the unembedding; 0 when tokens are vectors."),
        new Field("context", "Context", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Most tokens of a sequence, placeholders included: rows of the table of learned positions."),
        new Field("dtype", "Dtype", BackboneTypes.Precision, BackboneTypes.Precision.Of("float32"), "Precision of weights and activations, and of adapters unless it is `bfloat16`: then they are `float32`."),
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
        new Field("construct", "Construct", BackboneTypes.Construct, BackboneTypes.Construct.Of("none"), "Weights that are computed instead of drawn."),
        BackboneTypes.Seed,
        BackboneTypes.Tokenizer)
    {
        Implied = BackboneTypes.NoMarks,
    });

    /// <summary>All kinds.</summary>
    public static readonly Variant[] All = { Transformer, LanguageBackbones.Llama, LanguageBackbones.Gpt2, LanguageBackbones.T5 };
}
