namespace DslExperiments.Specs;

/// <summary>Families of published language models; shape is stated in the spec, weights may come from a checkpoint.</summary>
internal static class LanguageBackbones
{
    private const string Namespace = "global::DslExperiments.Backbones.";

    private static readonly CallType RotaryScaling = new(
        Namespace + "RotaryScaling",
        new CallFunction("none", Namespace + "NoRotaryScaling", "wavelengths as they are"),
        new CallFunction("linear", Namespace + "LinearRotaryScaling", "all stretched by the same factor", new Parameter("factor", new NumberType(1, 1e6))),
        new CallFunction(
            "llama3",
            Namespace + "Llama3RotaryScaling",
            "long ones stretched, as Llama 3.1 and later do",
            new Parameter("factor", new NumberType(1, 1e6)),
            new Parameter("low", new NumberType(0, 1e6)),
            new Parameter("high", new NumberType(0, 1e6)),
            new Parameter("original", new IntType(1, Limits.MaxSize))));

    public static readonly Variant Llama = new("llama", "A backbone of the LLaMA family: causal, RMSNorm, SwiGLU, rotary positions, no biases unless asked for.", new Section(
        Namespace + "LlamaOptions",
        Shared(
            new[]
            {
                KeyValueHeads,
                HeadWidth,
                Field.Of("attention", "Attention", "What the family's attention has or has not.", new Section(
                    Namespace + "AttentionOptions",
                    new Field("bias", "Bias", new BoolType(), new SpecValue.Bool(false), "True for biases of the query, key, value and output matrices."))),
                Hidden("SwiGlu", new Field("bias", "Bias", new BoolType(), new SpecValue.Bool(false), "True for biases of all three matrices.")),
            },
            Context,
            new Field("tied", "Tied", new BoolType(), new SpecValue.Bool(false), "True when the unembedding is the embedding."),
            new Field("rotary_base", "RotaryBase", new NumberType(1, 1e12), new SpecValue.Number(10_000), "Base of the wavelengths of rotary positions."),
            new Field("rotary_scaling", "RotaryScaling", RotaryScaling, RotaryScaling.Of("none"), "How wavelengths are stretched for a longer context."),
            Epsilon(1e-5)))
    {
        Implied = Marks(norm: "rms", positions: "rotary", causal: true, activation: "silu", gated: true, mlpBias: false),
    });

    public static readonly Variant Gpt2 = new("gpt2", "A GPT-2 backbone: causal, layer normalisation, biases, learned positions, tied embedding.", new Section(
        Namespace + "Gpt2Options",
        Shared(
            new[]
            {
                Hidden("GeluMlp", new Field("activation", "Activation", BackboneTypes.Activation, BackboneTypes.Activation.Of("gelu_tanh"), "Activation of the hidden units.")),
            },
            Context,
            Epsilon(1e-5)))
    {
        Implied = Marks(norm: "pre", positions: "learned", causal: true, activation: null, gated: false, mlpBias: true, biases: true, tied: true),
    });

    public static readonly Variant T5 = new("t5", "A T5 v1.1 backbone: encoder and decoder, RMSNorm, gated GELU, relative positions, no biases; a prompt stands before the encoder's input.", new Section(
        Namespace + "T5Options",
        Shared(
            new[]
            {
                new Field("decoder_depth", "DecoderDepth", new IntType(1, 1024), new SpecValue.Int(1), "Layers of the decoder; depth counts those of the encoder."),
                HeadWidth,
                Hidden("GatedGelu"),
            },
            new Field("tied", "Tied", new BoolType(), new SpecValue.Bool(false), "True when the unembedding is the embedding."),
            new Field("relative_buckets", "RelativeBuckets", new IntType(2, 4096), new SpecValue.Int(32), "Buckets of distances."),
            new Field("relative_distance", "RelativeDistance", new IntType(2, Limits.MaxSize), new SpecValue.Int(128), "Distance from which on there is one bucket."),
            Epsilon(1e-6)))
    {
        Implied = Marks(norm: "rms", positions: "relative", causal: false, activation: "gelu_tanh", gated: true, mlpBias: false),
    });

    private static Field KeyValueHeads => new("kv_heads", "KeyValueHeads", new IntType(0, 1024), new SpecValue.Int(0), "Heads of keys and values, each shared by a group of query heads; divides heads; 0 for as many as those.");

    private static Field HeadWidth => new("head_width", "HeadWidth", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Size of a head; 0 for width / heads.");

    private static Field Context => new("context", "Context", new IntType(1, Limits.MaxSize), null, "Most tokens of a sequence, virtual tokens included.");

    private static Field Epsilon(double value) => new("norm_epsilon", "NormEpsilon", new NumberType(0, 1), new SpecValue.Number(value), "Added to variances before their root.");

    private static Field Hidden(string type, params Field[] others) => Field.Of("mlp", "Mlp", "The feed-forward part of each layer.", new Section(
        Namespace + type,
        others.Prepend(new Field("hidden", "Hidden", new IntType(1, Limits.MaxSize), null, "Hidden units.")).ToArray())
    {
        IsDerived = true,
    });

    private static Field[] Shared(Field[] shape, params Field[] others) => new[]
    {
        new Field("depth", "Depth", new IntType(1, 1024), null, "Number of layers."),
        new Field("width", "Width", new IntType(1, 65_536), null, "Size of a token."),
        new Field("heads", "Heads", new IntType(1, 1024), null, "Attention heads."),
    }.Concat(shape).Concat(new[]
    {
        new Field("vocabulary", "Vocabulary", new IntType(1, Limits.MaxSize), null, "Rows of the embedding."),
    }).Concat(others).Concat(new[]
    {
        new Field("dtype", "Dtype", BackboneTypes.Precision, BackboneTypes.Precision.Of("float32"), "Precision of weights and activations, and of adapters unless it is `bfloat16`: then they are `float32`."),
        new Field("weights", "Weights", new TextType(Limits.MaxText), new SpecValue.Text(""), "Folder of a checkpoint in Hugging Face's layout, relative to the spec; without it a seed draws the weights."),
        BackboneTypes.Seed,
        BackboneTypes.Tokenizer,
    }).ToArray();

    /// <summary>What the family fixes, under the names that a transformer's keys have.</summary>
    private static Dictionary<string, SpecValue> Marks(
        string norm, string positions, bool causal, string? activation, bool gated, bool mlpBias, bool biases = false, bool tied = false)
    {
        Dictionary<string, SpecValue> marks = new()
        {
            ["norm"] = BackboneTypes.Norm.Of(norm),
            ["positions"] = new SpecValue.Choice(positions, Namespace + "Positions", positions),
            ["causal"] = new SpecValue.Bool(causal),
            ["mlp.residual"] = new SpecValue.Bool(true),
            ["mlp.gated"] = new SpecValue.Bool(gated),
            ["mlp.bias"] = new SpecValue.Bool(mlpBias),
            ["attention.output"] = new SpecValue.Bool(true),
            ["attention.scale"] = BackboneTypes.AttentionScale.Of("inverse_sqrt"),
            ["attention.bias"] = new SpecValue.Bool(biases),
            ["norm_bias"] = new SpecValue.Bool(biases),
            ["construct"] = BackboneTypes.Construct.Of("none"),
        };
        if (activation is not null)
        {
            marks["mlp.activation"] = BackboneTypes.Activation.Of(activation);
        }

        foreach (string init in new[] { "attention", "mlp", "embedding" })
        {
            marks["init." + init] = Initializers.Of("normal", 0.02);
        }

        foreach (string init in new[] { "value", "mlp_out" })
        {
            marks["init." + init] = Initializers.OfMember.Of("same");
        }

        marks["init.bias"] = Initializers.Of("zeros");
        marks["context"] = new SpecValue.Int(0);
        marks["tied"] = new SpecValue.Bool(tied);
        foreach (KeyValuePair<string, SpecValue> mark in BackboneTypes.NoMarks.Where(mark => !marks.ContainsKey(mark.Key)))
        {
            marks.Add(mark.Key, mark.Value);
        }

        return marks;
    }
}
