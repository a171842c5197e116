using DslExperiments.Methods;

namespace DslExperiments.Backbones;

/// <summary>The names of a transformer's weights, in saved backbones and adapters and in constructions.</summary>
public static class WeightNames
{
    /// <summary>[V, D].</summary>
    public const string Embedding = "embedding.weight";

    /// <summary>[V, D].</summary>
    public const string Unembedding = "unembedding.weight";

    /// <summary>[context, D].</summary>
    public const string Positions = "positions.weight";

    /// <summary>[out, in]: <c>layers.0.mlp_in.weight</c>.</summary>
    public static string Matrix(int layer, Projection projection) => $"layers.{layer}.{Projections.NameOf(projection)}.weight";

    /// <summary>[out]: <c>layers.0.mlp_in.bias</c>.</summary>
    public static string Bias(int layer, Projection projection) => $"layers.{layer}.{Projections.NameOf(projection)}.bias";

    /// <summary>[buckets, H], of the layers that read each other's rows: <c>relative.weight</c>.</summary>
    public const string Relative = "relative.weight";

    /// <summary>[buckets, H] of a decoder.</summary>
    public const string DecoderRelative = "decoder_relative.weight";

    /// <summary>[D]: <c>layers.0.attention_norm.weight</c>, <c>final_norm.weight</c>.</summary>
    public static string Gain(int layer, NormPlace place) => NormOf(layer, place) + ".weight";

    /// <summary>[D]: <c>layers.0.attention_norm.bias</c>, <c>final_norm.bias</c>.</summary>
    public static string Shift(int layer, NormPlace place) => NormOf(layer, place) + ".bias";

    private static string NormOf(int layer, NormPlace place) => place switch
    {
        NormPlace.Attention => $"layers.{layer}.attention_norm",
        NormPlace.Cross => $"layers.{layer}.cross_norm",
        NormPlace.Mlp => $"layers.{layer}.mlp_norm",
        NormPlace.DecoderFinal => "decoder_final_norm",
        _ => "final_norm",
    };
}
