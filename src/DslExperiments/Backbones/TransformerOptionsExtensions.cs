using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Facts that follow from a transformer's options.</summary>
public static class TransformerOptionsExtensions
{
    /// <summary>The normalisations in the order in which tokens meet them; none without <see cref="TransformerOptions.Norm"/>.</summary>
    public static IEnumerable<(int Layer, NormPlace Place)> NormPlaces(this TransformerOptions options)
    {
        if (options.Norm == Norm.None)
        {
            yield break;
        }

        for (int layer = 0; layer < options.Depth + options.DecoderDepth; layer++)
        {
            if (options.Norm != Norm.PreMlp)
            {
                yield return (layer, NormPlace.Attention);
            }

            if (layer >= options.Depth && options.Norm != Norm.PreMlp)
            {
                yield return (layer, NormPlace.Cross);
            }

            if (options.Mlp.Hidden > 0)
            {
                yield return (layer, NormPlace.Mlp);
            }
        }

        if (options.Norm == Norm.Post)
        {
            yield break;
        }

        yield return (options.Depth, NormPlace.Final);
        if (options.DecoderDepth > 0)
        {
            yield return (options.Depth + options.DecoderDepth, NormPlace.DecoderFinal);
        }
    }

    /// <summary>The factor on attention scores.</summary>
    public static double ScoreScale(this TransformerOptions options) =>
        options.Attention.Scale == AttentionScale.InverseSqrt ? 1 / Math.Sqrt((double)options.Width / options.Heads) : 1;

    /// <summary>The tensors' type.</summary>
    public static ScalarType ToScalarType(this Precision precision) => precision == Precision.Float64 ? float64 : float32;
}
