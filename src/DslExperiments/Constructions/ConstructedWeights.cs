using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Constructions;

/// <summary>The weights of <see cref="Construction"/>s, the same for every seed.</summary>
internal static class ConstructedWeights
{
    /// <summary>The weights that the options ask for, or null when they are to be drawn.</summary>
    /// <exception cref="ArgumentException">The options' shape is not the construction's.</exception>
    public static BackboneWeights? Of(TransformerOptions options)
    {
        if (options.Construct is NoConstruction)
        {
            return null;
        }

        var needed = Shape(options);
        if (options != needed)
        {
            throw new ArgumentException($"{options.Construct} has the shape {needed}, not {options}.", nameof(options));
        }

        return Same(options.Construct switch
        {
            LookupNetwork lookup => new LookupWeights(lookup).Build(),
            ValueHead => HeadWeights.Value(),
            QueryHead => HeadWeights.Query(),
            _ => throw new NotSupportedException($"No weights are defined for the construction {options.Construct}."),
        });
    }

    /// <summary>The same weights for every seed.</summary>
    public static BackboneWeights Same(IReadOnlyDictionary<string, Tensor> weights) => new(_ => weights);

    /// <summary>The options with everything that the construction prescribes.</summary>
    public static TransformerOptions Shape(TransformerOptions options)
    {
        var plain = options with { Norm = Norm.None, Attention = new() { Scale = AttentionScale.None, Output = false } };
        if (options.Construct is not LookupNetwork lookup)
        {
            return plain with { Depth = 1, Width = 2, Heads = 1, Mlp = options.Mlp with { Hidden = 0 }, Positions = Positions.None, Vocabulary = 0 };
        }

        var layout = new LookupLayout(lookup);
        return plain with
        {
            Depth = layout.Depth,
            Width = layout.Width,
            Heads = layout.Heads,
            Mlp = new() { Hidden = layout.Hidden, Activation = Activation.Relu, Residual = true },
            Positions = Positions.Learned,
            Causal = true,
            Vocabulary = lookup.Symbols,
            Context = layout.Context,
            Dtype = lookup.Inputs == 2 ? Precision.Float64 : options.Dtype,
        };
    }

    /// <summary>Rows of numbers as a tensor of 64 bits.</summary>
    public static Tensor ToTensor(this double[,] rows) =>
        tensor(rows.Cast<double>().ToArray(), [rows.GetLength(0), rows.GetLength(1)], float64);

    /// <summary>Numbers as a tensor of 64 bits.</summary>
    public static Tensor ToTensor(this double[] numbers) => tensor(numbers, [numbers.Length], float64);
}
