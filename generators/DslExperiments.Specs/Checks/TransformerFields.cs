namespace DslExperiments.Specs;

/// <summary>The fields of a transformer that checks look at, found once.</summary>
internal sealed class TransformerFields(BoundSection section)
{
    /// <summary>All fields.</summary>
    public BoundSection Section => section;

    public BoundField Depth { get; } = section["depth"];

    public BoundField Width { get; } = section["width"];

    public BoundField Heads { get; } = section["heads"];

    public BoundField KeyValueHeads { get; } = section["kv_heads"];

    public BoundField HeadWidth { get; } = section["head_width"];

    public BoundField DecoderDepth { get; } = section["decoder_depth"];

    public BoundField RelativeBuckets { get; } = section["relative_buckets"];

    public BoundField Tied { get; } = section["tied"];

    public BoundField Weights { get; } = section["weights"];

    public BoundField Tokenizer { get; } = section["tokenizer"];

    public BoundField AttentionBias { get; } = section["attention.bias"];

    public BoundField NormBias { get; } = section["norm_bias"];

    public BoundField Gated { get; } = section["mlp.gated"];

    public BoundField MlpBias { get; } = section["mlp.bias"];

    public BoundField Output { get; } = section["attention.output"];

    public BoundField Hidden { get; } = section["mlp.hidden"];

    public BoundField Activation { get; } = section["mlp.activation"];

    public BoundField Residual { get; } = section["mlp.residual"];

    public BoundField Norm { get; } = section["norm"];

    public BoundField Positions { get; } = section["positions"];

    public BoundField Vocabulary { get; } = section["vocabulary"];

    public BoundField Context { get; } = section["context"];

    public BoundField Causal { get; } = section["causal"];

    public BoundField Construct { get; } = section["construct"];

    public BoundField InitAttention { get; } = section["init.attention"];

    public BoundField InitValue { get; } = section["init.value"];

    public BoundField InitMlpOut { get; } = section["init.mlp_out"];

    public BoundField InitEmbedding { get; } = section["init.embedding"];

    public BoundField InitMlp { get; } = section["init.mlp"];

    public BoundField InitBias { get; } = section["init.bias"];

    /// <summary>Size of all heads of keys, or of values, together.</summary>
    public long KeyValueWidth(Point point) => HeadSize(point) * (point.Int(KeyValueHeads) is > 0 and long heads ? heads : point.Int(Heads));

    /// <summary>Layers of encoder and decoder together.</summary>
    public long Layers(Point point) => point.Int(Depth) + point.Int(DecoderDepth);

    /// <summary>Rows (out) and columns (in) of a weight; zeros when the backbone does not have it.</summary>
    public (long Out, long In) Shape(string weight, Point point)
    {
        long width = point.Int(Width);
        long hidden = point.Int(Hidden);
        long queries = HeadSize(point) * point.Int(Heads);
        if (weight.StartsWith("cross_", StringComparison.Ordinal))
        {
            return point.Int(DecoderDepth) > 0 ? Shape(weight.Substring("cross_".Length), point) : (0, 0);
        }

        return weight switch
        {
            "q" => (queries, width),
            "k" or "v" => (KeyValueWidth(point), width),
            "o" => point.Bool(Output) ? (width, queries) : (0, 0),
            "mlp_in" => hidden > 0 ? (hidden, width) : (0, 0),
            "mlp_gate" => hidden > 0 && point.Bool(Gated) ? (hidden, width) : (0, 0),
            _ => hidden > 0 ? (width, hidden) : (0, 0),
        };
    }

    /// <summary>In how many layers a weight exists.</summary>
    public long LayersOf(string weight, Point point) =>
        weight.StartsWith("cross_", StringComparison.Ordinal) ? point.Int(DecoderDepth) : Layers(point);

    /// <summary>True when a weight has a bias.</summary>
    public bool HasBias(string weight, Point point) =>
        point.Bool(weight.StartsWith("mlp", StringComparison.Ordinal) ? MlpBias : AttentionBias);

    /// <summary>The weights that a list of words names and that exist.</summary>
    public List<string> Named(SpecValue words, Point point)
    {
        List<string> weights = new();
        foreach (SpecValue item in ((SpecValue.List)words).Items)
        {
            string word = ((SpecValue.Choice)item).Word;
            string[] members = Methods.Members(word);
            foreach (string weight in members.Length == 0 ? new[] { word } : members)
            {
                if (Shape(weight, point).Out > 0)
                {
                    weights.Add(weight);
                }
            }
        }

        return weights;
    }

    private long HeadSize(Point point) => point.Int(HeadWidth) is > 0 and long own ? own : point.Int(Width) / Math.Max(1, point.Int(Heads));
}
