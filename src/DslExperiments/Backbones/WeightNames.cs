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

    /// <summary>[D]: <c>layers.0.attention_norm.weight</c>, <c>final_norm.weight</c>.</summary>
    public static string Gain(int layer, NormPlace place) => place switch
    {
        NormPlace.Attention => $"layers.{layer}.attention_norm.weight",
        NormPlace.Mlp => $"layers.{layer}.mlp_norm.weight",
        _ => "final_norm.weight",
    };
}
