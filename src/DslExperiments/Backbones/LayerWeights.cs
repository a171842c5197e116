using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>A matrix of a layer, one per seed group or one for all, with its bias.</summary>
/// <param name="Matrix">As in the papers, <c>y = W x</c>: [G, out, in], or [1, out, in] when all seeds share it.</param>
/// <param name="Bias">[G, out] or [1, out], or null.</param>
/// <param name="BiasIsZero">True when the bias need not be added.</param>
/// <param name="IsShared">True when all seeds share it; large as it may be, it then lies in memory once.</param>
public sealed record FrozenLinear(Tensor Matrix, Tensor? Bias, bool BiasIsZero, bool IsShared = false)
{
    /// <summary>[G, in, out] for rows of tokens: <c>y = x Wᵀ</c>; contiguous, or a view of <see cref="Matrix"/> when that is shared.</summary>
    public Tensor Transposed { get; } = IsShared ? Matrix.transpose(1, 2) : Matrix.transpose(1, 2).contiguous();

    /// <summary>[G, 1, out], or null when there is nothing to add.</summary>
    public Tensor? BiasRow { get; } = BiasIsZero ? null : Bias?.unsqueeze(1);
}

/// <summary>The frozen weights of one layer, stacked over seed groups.</summary>
public sealed class LayerWeights
{
    private static readonly Projection[] QueryKeyValue = [Projection.Q, Projection.K, Projection.V];

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
            if (options.Mlp.Gated)
            {
                Add(Projection.MlpGate, init.Mlp);
            }
        }

        QkvTransposed = SideBySide(QueryKeyValue);
        int queries = options.QueryWidth(), keysAndValues = 2 * options.KeyValueWidth();
        KvTransposed = QkvTransposed.narrow(2, queries, keysAndValues);
        QkvBiasRow = BiasesSideBySide(options);
        KvBiasRow = QkvBiasRow?.narrow(2, queries, keysAndValues);

        static Initializer Own(Initializer own, Initializer group) => own is Same ? group : own;

        void Add(Projection projection, Initializer matrixInit)
        {
            var (outputs, inputs) = Methods.Projections.ShapeOf(projection, options);
            string concern = $"backbone/{layer}/{Methods.Projections.NameOf(projection)}";
            string name = WeightNames.Matrix(layer, projection), bias = WeightNames.Bias(layer, projection);
            var matrix = source.Stack(name, concern, matrixInit, [outputs, inputs]);
            linears[projection] = Methods.Projections.HasBias(projection, options)
                ? new FrozenLinear(
                    matrix, source.Stack(bias, concern + "/bias", init.Bias, [outputs], inputs), init.Bias is Zeros && !source.Gives(bias), source.Shares(name))
                : new FrozenLinear(matrix, null, BiasIsZero: true, source.Shares(name));
        }
    }

    /// <summary>The weights that exist in this layer, in a fixed order.</summary>
    public IEnumerable<Projection> Projections => linears.Keys.Order();

    /// <summary>W_q, W_k and W_v side by side for one product: [G, D, H·Dh + 2·Hkv·Dh].</summary>
    internal Tensor QkvTransposed { get; }

    /// <summary>W_k and W_v side by side: [G, D, 2·Hkv·Dh].</summary>
    internal Tensor KvTransposed { get; }

    /// <summary>The biases of <see cref="QkvTransposed"/>, [G, 1, H·Dh + 2·Hkv·Dh], or null.</summary>
    internal Tensor? QkvBiasRow { get; }

    /// <summary>The biases of <see cref="KvTransposed"/>, or null.</summary>
    internal Tensor? KvBiasRow { get; }

    /// <summary>The tensors that lie in memory for themselves: none of them is a view of another.</summary>
    internal IEnumerable<Tensor> Stored =>
        from projection in Projections
        let linear = linears[projection]
        from weight in (Tensor?[])[linear.Matrix, linear.IsShared ? null : linear.Transposed, linear.Bias]
        where weight is not null
        select weight;

    /// <summary>One of the layer's weights.</summary>
    public FrozenLinear this[Projection projection] => linears[projection];

    /// <summary>True when the layer has this weight.</summary>
    public bool Has(Projection projection) => linears.ContainsKey(projection);

    /// <summary>Weights side by side, [G, in, Σ out]; shared ones become views of what is stored here once, not copies.</summary>
    private Tensor SideBySide(Projection[] projections)
    {
        var parts = projections.Select(projection => linears[projection]).ToArray();
        if (!parts.All(part => part.IsShared))
        {
            long groups = parts.Max(part => part.Matrix.shape[0]);
            return cat([.. parts.Select(part => part.Transposed.expand(groups, -1, -1))], 2);
        }

        var all = cat([.. parts.Select(part => part.Matrix)], 1);
        long first = 0;
        foreach (var (projection, part) in projections.Zip(parts))
        {
            long outputs = part.Matrix.shape[1];
            linears[projection] = new FrozenLinear(all.narrow(1, first, outputs), part.Bias, part.BiasIsZero, IsShared: true);
            part.Transposed.Dispose();
            part.Matrix.Dispose();
            first += outputs;
        }

        return all.transpose(1, 2);
    }

    private Tensor? BiasesSideBySide(TransformerOptions options)
    {
        var parts = QueryKeyValue.Select(projection => linears[projection]).ToArray();
        if (!options.Attention.Bias || parts.All(part => part.BiasIsZero))
        {
            return null;
        }

        long groups = parts.Max(part => part.Bias!.shape[0]);
        return cat([.. parts.Select(part => part.Bias!.unsqueeze(1).expand(groups, -1, -1))], 2);
    }
}
