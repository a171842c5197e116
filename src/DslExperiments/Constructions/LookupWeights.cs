using DslExperiments.Backbones;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Constructions;

/// <summary>
/// The weights of a <see cref="LookupNetwork"/> and the virtual tokens that make it answer from a table (after Petrov, Torr,
/// Bibi 2024, constructions a to d; the layout and the digits are ours). In the coordinates of <see cref="LookupLayout"/>:
/// <list type="number">
/// <item>The first head of layer 0 reads the memory of the virtual token whose slot is the token's own: score
/// <c>S · slot · slot − 2 S</c> for content keys and <c>S · slot · slot</c> for virtual ones; S is so large that the softmax is
/// exact. The second head reads the symbol of the first content token into <c>question</c>.</item>
/// <item>The MLP of layer 0 keeps one number of the memory: <c>Σ_j relu(memory_j + selector_j − 1)</c>.</item>
/// <item>With one input or none that number is answer / V. With two, it holds V digits (<see cref="LookupDigits"/>), one for
/// every second symbol; layer 1 + i takes off digit i, and adds it to <c>score</c> where the token's symbol is i.</item>
/// <item>The unembedding scores symbol i by <c>2 (i/V) z − (i/V)²</c>, largest for the i nearest to V z.</item>
/// </list>
/// </summary>
internal sealed class LookupWeights
{
    /// <summary>S: e^(−S) is 0 in 64 bits.</summary>
    private const double Sharpness = 1000;

    private readonly LookupLayout layout;
    private readonly int symbols;
    private readonly int answers;

    /// <summary>For a network.</summary>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public LookupWeights(LookupNetwork network)
    {
        layout = new LookupLayout(network);
        (symbols, answers) = (network.Symbols, network.Answers);
    }

    /// <summary>All weights by <see cref="WeightNames"/>.</summary>
    public Dictionary<string, Tensor> Build()
    {
        var weights = new Dictionary<string, Tensor>
        {
            [WeightNames.Embedding] = Embedding().ToTensor(),
            [WeightNames.Unembedding] = Unembedding().ToTensor(),
            [WeightNames.Positions] = Positions().ToTensor(),
        };
        for (int layer = 0; layer < layout.Depth; layer++)
        {
            var (q, k, v) = layer == 0 ? Attention() : (Square(), Square(), Square());
            weights[WeightNames.Matrix(layer, Projection.Q)] = q.ToTensor();
            weights[WeightNames.Matrix(layer, Projection.K)] = k.ToTensor();
            weights[WeightNames.Matrix(layer, Projection.V)] = v.ToTensor();
            var mlp = layer == 0 ? Selection() : Digit(layer - 1);
            weights[WeightNames.Matrix(layer, Projection.MlpIn)] = mlp.In.ToTensor();
            weights[WeightNames.Bias(layer, Projection.MlpIn)] = mlp.InBias.ToTensor();
            weights[WeightNames.Matrix(layer, Projection.MlpOut)] = mlp.Out.ToTensor();
            weights[WeightNames.Bias(layer, Projection.MlpOut)] = mlp.OutBias.ToTensor();
        }

        return weights;
    }

    /// <summary>The virtual tokens that hold a table, [P, D].</summary>
    /// <param name="table">Answers of all questions in lexicographic order, V^inputs · n symbols.</param>
    public Tensor Prompt(ReadOnlySpan<int> table)
    {
        var rows = new double[layout.VirtualTokens, layout.Width];
        for (int slot = 0; slot < layout.VirtualTokens; slot++)
        {
            for (int j = 0; j < layout.MemorySize; j++)
            {
                rows[slot, j] = layout.Network.Inputs switch
                {
                    0 => (double)table[j] / symbols,
                    1 => (double)table[(j * answers) + slot] / symbols,
                    _ => LookupDigits.Encode(table.Slice(j * symbols, symbols)),
                };
            }

            // Without inputs all slots read the one virtual token, which then needs none of its own.
            rows[slot, layout.Slots + slot] = layout.Network.Inputs == 0 ? 0 : 1;
        }

        return rows.ToTensor();
    }

    private double[,] Square() => new double[layout.Width, layout.Width];

    private double[,] Embedding()
    {
        var rows = new double[symbols, layout.Width];
        for (int symbol = 0; symbol < symbols && layout.Network.Inputs > 0; symbol++)
        {
            rows[symbol, layout.Token + symbol] = 1;
        }

        return rows;
    }

    private double[,] Positions()
    {
        var rows = new double[layout.Context, layout.Width];
        for (int position = 0; position < layout.Context; position++)
        {
            rows[position, layout.One] = 1;
            if (position >= layout.FirstRead)
            {
                rows[position, layout.Slots + position - layout.FirstRead] = 1;
            }
        }

        if (layout.Network.Inputs > 0)
        {
            rows[0, layout.First] = 1;
        }

        return rows;
    }

    private double[,] Unembedding()
    {
        var rows = new double[symbols, layout.Width];
        for (int symbol = 0; symbol < symbols; symbol++)
        {
            double value = (double)symbol / symbols;
            rows[symbol, layout.Score] = 2 * value;
            rows[symbol, layout.One] = -value * value;
        }

        return rows;
    }

    private (double[,] Q, double[,] K, double[,] V) Attention()
    {
        var (q, k, v) = (Square(), Square(), Square());
        for (int slot = 0; slot < answers; slot++)
        {
            q[slot, layout.Slots + slot] = 1;
            k[slot, layout.Slots + slot] = Sharpness;
        }

        q[answers, layout.One] = 1;
        k[answers, layout.One] = -2 * Sharpness;
        for (int j = 0; j < layout.MemorySize; j++)
        {
            v[j, j] = 1;
        }

        if (layout.Heads == 2)
        {
            int second = layout.Width / 2;
            q[second, layout.One] = 1;
            k[second, layout.First] = Sharpness;
            for (int symbol = 0; symbol < symbols; symbol++)
            {
                v[layout.Question + symbol, layout.Token + symbol] = 1;
            }
        }

        return (q, k, v);
    }

    /// <summary>Keeps the number of the memory that the selector names.</summary>
    private MlpWeights Selection()
    {
        var mlp = new MlpWeights(layout.Hidden, layout.Width);
        for (int j = 0; j < layout.MemorySize; j++)
        {
            mlp.In[j, j] = 1;
            mlp.In[j, layout.Selector + j] = 1;
            mlp.InBias[j] = -1;
            mlp.Out[layout.Network.Inputs == 2 ? layout.Number : layout.Score, j] = 1;
        }

        return mlp;
    }

    /// <summary>Takes digit <paramref name="index"/> off the number, and adds it to the score where the token's symbol is that one.</summary>
    private MlpWeights Digit(int index)
    {
        var mlp = new MlpWeights(layout.Hidden, layout.Width);
        double radix = LookupDigits.Base(symbols), slope = LookupDigits.Slope(symbols);

        // Above every ramp, so that it closes those of other symbols.
        double gate = (slope * radix) + 1;

        // w becomes B w − a, less the steps.
        mlp.In[0, layout.Number] = 1;
        mlp.Out[layout.Number, 0] = radix - 1;
        mlp.OutBias[layout.Number] = -LookupDigits.Margin(symbols);
        for (int k = 1; k < symbols; k++)
        {
            // A step is the difference of two ramps.
            Ramp(4 * k - 3, k, 0.5, -1);
            Ramp(4 * k - 2, k, -0.5, 1);
        }

        return mlp;

        void Ramp(int unit, int at, double rise, double sign)
        {
            mlp.In[unit, layout.Number] = slope * radix;
            mlp.InBias[unit] = rise - (slope * at);
            mlp.Out[layout.Number, unit] = sign;

            mlp.In[unit + 2, layout.Number] = slope * radix;
            mlp.In[unit + 2, layout.Token + index] = gate;
            mlp.InBias[unit + 2] = rise - (slope * at) - gate;
            mlp.Out[layout.Score, unit + 2] = -sign / symbols;
        }
    }

    /// <summary>The MLP of a layer.</summary>
    private sealed class MlpWeights(int hidden, int width)
    {
        public double[,] In { get; } = new double[hidden, width];

        public double[] InBias { get; } = new double[hidden];

        public double[,] Out { get; } = new double[width, hidden];

        public double[] OutBias { get; } = new double[width];
    }
}
