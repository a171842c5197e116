using DslExperiments.Cohorts;
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

    /// <summary>Draws the weights of one layer, every tensor from its own seed.</summary>
    public LayerWeights(TransformerOptions options, int layer, SeedGroups groups)
    {
        long width = options.Width, hidden = options.Mlp.Hidden;
        linears[Projection.Q] = Linear("q", options.Init.Attention, width, width, bias: false);
        linears[Projection.K] = Linear("k", options.Init.Attention, width, width, bias: false);
        linears[Projection.V] = Linear("v", options.Init.Attention, width, width, bias: false);
        if (options.Attention.Output)
        {
            linears[Projection.O] = Linear("o", options.Init.Attention, width, width, bias: false);
        }

        if (hidden > 0)
        {
            linears[Projection.MlpIn] = Linear("mlp_in", options.Init.Mlp, hidden, width, bias: true);
            linears[Projection.MlpOut] = Linear("mlp_out", options.Init.Mlp, width, hidden, bias: true);
        }

        QkvTransposed = cat([.. ((Projection[])[Projection.Q, Projection.K, Projection.V]).Select(p => linears[p].Transposed)], 2);
        KvTransposed = QkvTransposed.narrow(2, width, 2 * width);

        FrozenLinear Linear(string name, Initializer init, long outputs, long inputs, bool bias)
        {
            string concern = $"backbone/{layer}/{name}";
            var matrix = groups.Stack(seed => init.Draw([outputs, inputs], Seeds.Derive(seed, concern)));
            var offset = bias
                ? groups.Stack(seed => options.Init.Bias.Draw([outputs], Seeds.Derive(seed, concern + "/bias"), inputs))
                : null;
            return new FrozenLinear(matrix, offset, options.Init.Bias is Zeros);
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
