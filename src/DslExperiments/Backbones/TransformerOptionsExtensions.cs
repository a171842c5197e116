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

            if (layer >= options.Depth)
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
    public static double ScoreScale(this TransformerOptions options) => options.Attention.Scale != AttentionScale.InverseSqrt
        ? 1
        : 1 / Math.Sqrt(options.HeadWidth > 0 ? options.HeadWidth : (double)options.Width / options.Heads);

    /// <summary>Size of a head, Dh.</summary>
    public static int HeadSize(this TransformerOptions options) => options.HeadWidth > 0 ? options.HeadWidth : options.Width / options.Heads;

    /// <summary>Heads of keys and values.</summary>
    public static int KeyValueHeadCount(this TransformerOptions options) => options.KeyValueHeads > 0 ? options.KeyValueHeads : options.Heads;

    /// <summary>Numbers of a query, all heads together: H·Dh.</summary>
    public static int QueryWidth(this TransformerOptions options) => options.Heads * options.HeadSize();

    /// <summary>Numbers of a key or value, all heads together.</summary>
    public static int KeyValueWidth(this TransformerOptions options) => options.KeyValueHeadCount() * options.HeadSize();

    /// <summary>The type of weights and activations.</summary>
    public static ScalarType ToScalarType(this Precision precision) => precision switch
    {
        Precision.Float64 => float64,
        Precision.BFloat16 => bfloat16,
        _ => float32,
    };

    /// <summary>The precision of what adapters of such a backbone train: an update is smaller than 16 bits tell apart.</summary>
    public static Precision OfTrained(this Precision precision) => precision == Precision.BFloat16 ? Precision.Float32 : precision;

    /// <summary>16-bit numbers in 32 bits, for sums over many of them; others as they are.</summary>
    internal static Tensor Widened(this Tensor numbers) => numbers.dtype == bfloat16 ? numbers.to(float32) : numbers;
}
