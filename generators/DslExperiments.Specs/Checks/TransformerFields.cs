namespace DslExperiments.Specs;

/// <summary>The fields of a transformer that checks look at, found once.</summary>
internal sealed class TransformerFields(BoundSection section)
{
    /// <summary>All fields.</summary>
    public BoundSection Section => section;

    public BoundField Depth { get; } = section["depth"];

    public BoundField Width { get; } = section["width"];

    public BoundField Heads { get; } = section["heads"];

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

    /// <summary>Rows (out) and columns (in) of a weight; zeros when the backbone does not have it.</summary>
    public (long Out, long In) Shape(string weight, Point point)
    {
        long width = point.Int(Width);
        long hidden = point.Int(Hidden);
        return weight switch
        {
            "o" => point.Bool(Output) ? (width, width) : (0, 0),
            "mlp_in" => hidden > 0 ? (hidden, width) : (0, 0),
            "mlp_out" => hidden > 0 ? (width, hidden) : (0, 0),
            _ => (width, width),
        };
    }

    /// <summary>The weights that a list of words names and that exist.</summary>
    public List<string> Weights(SpecValue words, Point point)
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
}
