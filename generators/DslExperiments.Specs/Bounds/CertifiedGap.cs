namespace DslExperiments.Specs;

/// <summary>
/// The certified factor of D6 as far as a spec alone tells it: <c>∏ (1 - L_att)(1 - L_mlp)</c> with
/// <c>L_att = |W_v| (√m + s |W_k| |W_q| D² (√m + 1))</c> and <c>L_mlp = |W_1| |W_2|</c>, D the largest norm of a token that
/// enters the layer.
/// </summary>
internal static class CertifiedGap
{
    /// <summary>The factor; null where norms are not fixed by the spec or some layer is not contractive.</summary>
    public static double? Factor(BoundMethod method, TransformerFields backbone, BoundSection task, Point point)
    {
        double cap = point.Number(method.Options["norm_cap"]);
        if (cap == 0 || point.Call(task["inputs"]) is not { Function: "sphere" } inputs || !Covers(backbone, point))
        {
            return null;
        }

        double query = Norm(backbone, "query", "attention", point), key = Norm(backbone, "key", "attention", point);
        double value = Norm(backbone, "value", "attention", point);
        double contraction = point.Int(backbone.Hidden) == 0 ? 0 : Norm(backbone, "mlp", null, point) * Norm(backbone, "mlp_out", "mlp", point);
        double scale = point.Word(backbone.Section["attention.scale"]) == "none" ? 1 : 1 / Math.Sqrt(point.Int(backbone.Width));
        double root = Math.Sqrt(point.Int(task["length"]));
        double size = Math.Max(cap, ((SpecValue.Number)inputs.Arguments[0]).Value);
        double factor = 1;
        for (long layer = 0; layer < point.Int(backbone.Depth); layer++)
        {
            double attention = value * (root + (scale * query * key * size * size * (root + 1)));
            if (double.IsNaN(attention) || attention >= 1 || contraction >= 1)
            {
                return null;
            }

            factor *= (1 - attention) * (1 - contraction);
            size *= (1 + value) * (1 + contraction);
        }

        return factor;
    }

    /// <summary>The largest singular value of a group of weights, or NaN where it is drawn.</summary>
    /// <param name="backbone">The fields.</param>
    /// <param name="name">The initialiser's key.</param>
    /// <param name="group">What <c>same</c> stands for.</param>
    /// <param name="point">The arm.</param>
    public static double Norm(TransformerFields backbone, string name, string? group, Point point)
    {
        SpecValue.Call init = point.Call(Init(backbone, name));
        return init.Function switch
        {
            "same" when group is not null => Norm(backbone, group, null, point),
            "spectral_norm" or "identity" => Math.Abs(((SpecValue.Number)init.Arguments[0]).Value),
            "zeros" => 0,
            _ => double.NaN,
        };
    }

    /// <summary>The initialiser of a weight or of a group of them.</summary>
    public static BoundField Init(TransformerFields backbone, string name) => backbone.Section["init." + name];

    /// <summary>Causal layers <c>H -> H + Att(H) -> . + MLP(.)</c> of one head, biases zero so that sizes are known.</summary>
    private static bool Covers(TransformerFields backbone, Point point) =>
        point.Bool(backbone.Causal) && point.Int(backbone.Heads) == 1 && point.Word(backbone.Norm) == "none"
        && point.Word(backbone.Positions) == "none" && !point.Bool(backbone.Output) && point.Bool(backbone.Residual)
        && point.Word(backbone.Activation) is "relu" or "tanh" && point.Call(backbone.InitBias).Function == "zeros"
        && point.Call(backbone.Construct).Function == "none";
}
