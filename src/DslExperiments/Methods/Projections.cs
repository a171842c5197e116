using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>What the names of weights and groups of weights stand for.</summary>
public static class Projections
{
    /// <summary>The single weights behind a list of names, each once, in a fixed order, as far as the backbone has them.</summary>
    public static IReadOnlyList<Projection> Expand(IEnumerable<Projection> names, TransformerOptions backbone) =>
        [.. names.SelectMany(Members).Distinct().Where(p => Exists(p, backbone)).Order()];

    /// <summary>The same by layer, those of a decoder after the others; only a decoder's layers have a cross-attention.</summary>
    public static IEnumerable<(int Layer, Projection Projection)> Places(IEnumerable<Projection> names, TransformerOptions backbone)
    {
        var expanded = Expand(names, backbone);
        return from layer in Enumerable.Range(0, backbone.Depth + backbone.DecoderDepth)
               from projection in expanded
               where layer >= backbone.Depth || !IsCross(projection)
               select (layer, projection);
    }

    /// <summary>True for the weights of a cross-attention.</summary>
    public static bool IsCross(Projection projection) =>
        projection is Projection.CrossQ or Projection.CrossK or Projection.CrossV or Projection.CrossO;

    /// <summary>Outputs and inputs of a weight.</summary>
    public static (long Outputs, long Inputs) ShapeOf(Projection projection, TransformerOptions backbone) => projection switch
    {
        Projection.Q or Projection.CrossQ => (backbone.QueryWidth(), backbone.Width),
        Projection.K or Projection.V or Projection.CrossK or Projection.CrossV => (backbone.KeyValueWidth(), backbone.Width),
        Projection.O or Projection.CrossO => (backbone.Width, backbone.QueryWidth()),
        Projection.MlpIn or Projection.MlpGate => (backbone.Mlp.Hidden, backbone.Width),
        Projection.MlpOut => (backbone.Width, backbone.Mlp.Hidden),
        _ => throw new ArgumentOutOfRangeException(nameof(projection), projection, "A group of weights has no single shape."),
    };

    /// <summary>True when a weight has a bias.</summary>
    public static bool HasBias(Projection projection, TransformerOptions backbone) => projection switch
    {
        Projection.MlpIn or Projection.MlpGate or Projection.MlpOut => backbone.Mlp.Bias,
        _ => backbone.Attention.Bias,
    };

    /// <summary>The name in saved adapters: <c>mlp_in</c>.</summary>
    public static string NameOf(Projection projection) => projection switch
    {
        Projection.Q => "q",
        Projection.K => "k",
        Projection.V => "v",
        Projection.O => "o",
        Projection.MlpIn => "mlp_in",
        Projection.MlpOut => "mlp_out",
        Projection.MlpGate => "mlp_gate",
        Projection.CrossQ => "cross_q",
        Projection.CrossK => "cross_k",
        Projection.CrossV => "cross_v",
        Projection.CrossO => "cross_o",
        _ => throw new ArgumentOutOfRangeException(nameof(projection), projection, "A group of weights has no single name."),
    };

    private static Projection[] Members(Projection name) => name switch
    {
        Projection.Attention => [Projection.Q, Projection.K, Projection.V, Projection.O],
        Projection.Cross => [Projection.CrossQ, Projection.CrossK, Projection.CrossV, Projection.CrossO],
        Projection.Mlp => [Projection.MlpIn, Projection.MlpOut, Projection.MlpGate],
        Projection.All => [.. Members(Projection.Attention), .. Members(Projection.Mlp), .. Members(Projection.Cross)],
        _ => [name],
    };

    private static bool Exists(Projection projection, TransformerOptions backbone) => projection switch
    {
        Projection.O => backbone.Attention.Output,
        Projection.MlpIn or Projection.MlpOut => backbone.Mlp.Hidden > 0,
        Projection.MlpGate => backbone.Mlp.Hidden > 0 && backbone.Mlp.Gated,
        Projection.CrossQ or Projection.CrossK or Projection.CrossV => backbone.DecoderDepth > 0,
        Projection.CrossO => backbone.DecoderDepth > 0 && backbone.Attention.Output,
        _ => true,
    };
}
