using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>A matrix of a layer, one per seed group, with its bias.</summary>
/// <param name="Matrix">As in the papers, <c>y = W x</c>: [G, out, in].</param>
/// <param name="Bias">[G, out], or null.</param>
/// <param name="BiasIsZero">True when the bias need not be added.</param>
public sealed record FrozenLinear(Tensor Matrix, Tensor? Bias, bool BiasIsZero)
{
    /// <summary>[G, in, out], contiguous, for rows of tokens: <c>y = x Wᵀ</c>.</summary>
    public Tensor Transposed { get; } = Matrix.transpose(1, 2).contiguous();

    /// <summary>[G, 1, out], or null when there is nothing to add.</summary>
    public Tensor? BiasRow { get; } = BiasIsZero ? null : Bias?.unsqueeze(1);
}

/// <summary>The frozen weights of one layer, stacked over seed groups.</summary>
public sealed class LayerWeights
{
    private readonly Dictionary<Projection, FrozenLinear> linears = [];

    /// <summary>Takes the given weights of one layer and draws the others, every tensor from its own seed.</summary>
    /// <param name="options">Shape and distributions.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="source">Where weights come from.</param>
    internal LayerWeights(TransformerOptions options, int layer, WeightSource source)
    {
        var init = options.Init;
        Add(Projection.Q, Own(init.Query, init.Attention));
        Add(Projection.K, Own(init.Key, init.Attention));
        Add(Projection.V, Own(init.Value, init.Attention));
        if (options.Attention.Output)
        {
            Add(Projection.O, Own(init.Output, init.Attention));
        }

        if (layer >= options.Depth)
        {
            Add(Projection.CrossQ, Own(init.Query, init.Attention));
            Add(Projection.CrossK, Own(init.Key, init.Attention));
            Add(Projection.CrossV, Own(init.Value, init.Attention));
            if (options.Attention.Output)
            {
                Add(Projection.CrossO, Own(init.Output, init.Attention));
            }
        }

        if (options.Mlp.Hidden > 0)
        {
            Add(Projection.MlpIn, init.Mlp);
            Add(Projection.MlpOut, Own(init.MlpOut, init.Mlp));
        }

        QkvTransposed = cat([.. ((Projection[])[Projection.Q, Projection.K, Projection.V]).Select(p => linears[p].Transposed)], 2);
        KvTransposed = QkvTransposed.narrow(2, options.Width, 2 * options.Width);

        static Initializer Own(Initializer own, Initializer group) => own is Same ? group : own;

        void Add(Projection projection, Initializer matrixInit)
        {
            var (outputs, inputs) = Methods.Projections.ShapeOf(projection, options);
            string concern = $"backbone/{layer}/{Methods.Projections.NameOf(projection)}", bias = WeightNames.Bias(layer, projection);
            var matrix = source.Stack(WeightNames.Matrix(layer, projection), concern, matrixInit, [outputs, inputs]);
            linears[projection] = Methods.Projections.HasBias(projection)
                ? new FrozenLinear(matrix, source.Stack(bias, concern + "/bias", init.Bias, [outputs], inputs), init.Bias is Zeros && !source.Gives(bias))
                : new FrozenLinear(matrix, null, BiasIsZero: true);
        }
    }

    /// <summary>The weights that exist in this layer, in a fixed order.</summary>
    public IEnumerable<Projection> Projections => linears.Keys.Order();

    /// <summary>W_q, W_k and W_v side by side for one product: [G, D, 3D].</summary>
    internal Tensor QkvTransposed { get; }

    /// <summary>W_k and W_v side by side: [G, D, 2D].</summary>
    internal Tensor KvTransposed { get; }

    /// <summary>One of the layer's weights.</summary>
    public FrozenLinear this[Projection projection] => linears[projection];

    /// <summary>True when the layer has this weight.</summary>
    public bool Has(Projection projection) => linears.ContainsKey(projection);
}
