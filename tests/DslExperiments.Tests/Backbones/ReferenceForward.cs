using DslExperiments.Backbones;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>
/// The transformer as the papers write it, one arm, one sequence and one head at a time, the prompt concatenated, nothing
/// kept, nothing shared, nothing masked by padding. Slow and obviously right; what the runtime computes must equal it.
/// </summary>
public sealed class ReferenceForward(Transformer backbone, Adapter adapter, int arm)
{
    private readonly TransformerOptions options = backbone.Options;

    private readonly int headWidth = backbone.Options.HeadWidth > 0 ? backbone.Options.HeadWidth : backbone.Options.Width / backbone.Options.Heads;

    /// <summary>Query heads per head of keys and values.</summary>
    private readonly int sharing = backbone.Options.KeyValueHeads > 0 ? backbone.Options.Heads / backbone.Options.KeyValueHeads : 1;

    /// <summary>Position of the content's first token.</summary>
    private int first;

    private int instruction;

    /// <summary>Weights of one arm's attention by layer and head, [M, M], of the last sequence that ran.</summary>
    public List<Tensor> Attention { get; } = [];

    private bool Counts => options.VirtualPositions == VirtualPositions.Counted;

    /// <summary>Virtual tokens of the arm, in front or in the layers.</summary>
    private int VirtualTokens => adapter.Prompt?.Lengths[arm] ?? adapter.PrefixLengths?[arm] ?? 0;

    /// <summary>Scores of the vocabulary after the given tokens of one sequence of tokens, -1 for the virtual token before it: [reads, V].</summary>
    public Tensor Logits(IReadOnlyList<long> ids, IReadOnlyList<int> reads, int firstPosition)
    {
        var embedding = adapter.Embedding is { } trained ? trained[arm] : Own(backbone.Embedding!);
        var unembedding = options.Tied ? embedding : adapter.Unembedding is { } trainedScores ? trainedScores[arm] : Own(backbone.Unembedding!);
        return Run(stack(ids.Select(id => embedding[id])), reads, firstPosition).matmul(unembedding.t());
    }

    /// <summary>Outputs at the given positions of one sequence [T, D] whose first token stands at a position: [reads, D].</summary>
    public Tensor Run(Tensor sequence, IReadOnlyList<int> reads, int firstPosition = 0)
    {
        Attention.Clear();
        first = Counts ? Math.Max(firstPosition, VirtualTokens) : firstPosition;
        instruction = reads.Min() + 1;
        int length = (int)sequence.shape[0];
        var content = Marked(sequence, first);
        int prompt = adapter.Prompt?.Lengths[arm] ?? 0;
        var tokens = content;
        if (prompt > 0)
        {
            var rows = adapter.Prompt!.Rows[arm].narrow(0, 0, prompt);
            tokens = cat([Counts ? Marked(rows, first - prompt) : rows, content], 0);
        }

        for (int layer = 0; layer < options.Depth; layer++)
        {
            tokens = Layer(layer, tokens, prompt);
        }

        tokens = NormsFirst ? Normalize(tokens, options.Depth, NormPlace.Final) : tokens;
        return stack(reads.Select(read => tokens[prompt + read]));
    }

    private bool NormsFirst => options.Norm is Norm.Pre or Norm.Rms or Norm.PreMlp;

    private bool NormsAttention => NormsFirst && options.Norm != Norm.PreMlp;

    private int Group => arm / (adapter.Arms / backbone.Groups.Count);

    private Tensor Layer(int layer, Tensor tokens, int prompt)
    {
        int m = (int)tokens.shape[0];
        var normed = NormsAttention ? Normalize(tokens, layer, NormPlace.Attention) : tokens;
        var (q, k, v) = (Projected(layer, Projection.Q, normed), Projected(layer, Projection.K, normed), Projected(layer, Projection.V, normed));
        double scale = options.Attention.Scale == AttentionScale.None ? 1 : 1 / Math.Sqrt(headWidth);
        var mixed = Enumerable.Range(0, options.Heads).Select(head =>
        {
            int keyHead = head / sharing;
            var (qh, kh, vh) = (Turned(OfHead(q, head), prompt), Turned(OfHead(k, keyHead), prompt), OfHead(v, keyHead));
            var scores = qh.matmul(kh.t()) * scale;
            if (options.Causal)
            {
                scores = scores + full(m, m, double.NegativeInfinity, float64).triu(1);
            }

            if ((Made(layer, tokens) ?? Prefix(layer)) is { } prefix)
            {
                scores = cat([qh.matmul(Before(OfHead(prefix.Keys, keyHead)).t()) * scale, scores], 1);
                vh = cat([OfHead(prefix.Values, keyHead), vh], 0);
            }

            var masses = (scores - scores.detach().amax([1], keepdim: true)).exp();
            var weights = masses / masses.sum(1, keepdim: true);
            Attention.Add(weights.detach());
            return weights.matmul(vh);
        });
        var joined = cat([.. mixed], 1);
        var attended = tokens + (options.Attention.Output ? Projected(layer, Projection.O, joined) : joined);
        return Mlp(layer, options.Norm == Norm.Post ? Normalize(attended, layer, NormPlace.Attention) : attended);
    }

    /// <summary>The arm's own virtual tokens of one layer as keys and values, [P, D], or null.</summary>
    private (Tensor Keys, Tensor Values)? Prefix(int layer)
    {
        if (adapter.PrefixOf(layer) is not { } prefix)
        {
            return null;
        }

        int length = (int)adapter.Tensors[0].ShapeOf(arm)[0];
        if (prefix.Rows is null)
        {
            return (prefix.Keys![arm].narrow(0, 0, length), prefix.Values![arm].narrow(0, 0, length));
        }

        var rows = prefix.Rows[arm].narrow(0, 0, length);
        var normed = NormsAttention ? Normalize(rows, layer, NormPlace.Attention) : rows;
        return (Projected(layer, Projection.K, normed), Projected(layer, Projection.V, normed));
    }

    /// <summary>What IAPT makes of the instruction's rows, as keys and values, [P, D]; or null.</summary>
    private (Tensor Keys, Tensor Values)? Made(int layer, Tensor tokens)
    {
        if (adapter is not Iapt)
        {
            return null;
        }

        int count = (int)Own("pool.weight").ShapeOf(arm)[0];
        var h = tokens.narrow(0, 0, instruction);
        var masses = h.matmul(Own("pool.weight").Leaf[arm].narrow(1, 0, count)).exp();
        var pooled = (masses / masses.sum(0, keepdim: true)).t().matmul(h.matmul(Own("down.weight").Leaf[arm]));
        var (p, q) = (Own("numerator").Leaf[arm][0], Own("denominator").Leaf[arm][0]);
        var above = Enumerable.Range(0, 7).Select(i => p[i] * pooled.pow(i)).Aggregate((sum, term) => sum + term);
        var below = Enumerable.Range(1, 5).Select(j => q[j - 1] * pooled.pow(j)).Aggregate((sum, term) => sum + term);
        var rows = (above / (1 + below.abs())).matmul(Own("up.weight").Leaf[arm]);
        var normed = NormsAttention ? Normalize(rows, layer, NormPlace.Attention) : rows;
        return (Projected(layer, Projection.K, normed), Projected(layer, Projection.V, normed));

        AdapterTensor Own(string part) => adapter.Tensors.Single(tensor => tensor.Name == $"layers.{layer}.iapt.{part}" || tensor.Name == $"iapt.{part}");
    }

    private Tensor Mlp(int layer, Tensor tokens)
    {
        if (options.Mlp.Hidden == 0)
        {
            return tokens;
        }

        var input = NormsFirst ? Normalize(tokens, layer, NormPlace.Mlp) : tokens;
        var hidden = Projected(layer, Projection.MlpIn, input);
        hidden = options.Mlp.Gated ? Activated(Projected(layer, Projection.MlpGate, input)) * hidden : Activated(hidden);
        var output = Projected(layer, Projection.MlpOut, hidden);
        output = options.Mlp.Residual ? tokens + output : output;
        return options.Norm == Norm.Post ? Normalize(output, layer, NormPlace.Mlp) : output;
    }

    private Tensor Activated(Tensor units) => options.Mlp.Activation switch
    {
        Activation.Relu => units.clamp(min: 0),
        Activation.Gelu => units * 0.5 * (1 + (units / Math.Sqrt(2)).erf()),
        Activation.GeluTanh => units * 0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (units + (0.044715 * units.pow(3)))).tanh()),
        Activation.Silu => units / (1 + (-units).exp()),
        _ => 1 - (2 / (1 + (2 * units).exp())),
    };

    private Tensor Normalize(Tensor tokens, int layer, NormPlace place)
    {
        var centred = options.Norm == Norm.Rms ? tokens : tokens - tokens.mean([1], keepdim: true);
        var normed = centred / (centred.pow(2).mean([1], keepdim: true) + options.NormEpsilon).sqrt();
        var gain = adapter.Gain(layer, place) is { } trained ? trained[arm][0] : backbone.Gain(layer, place) is { } given ? Own(given)[0] : null;
        var shift = adapter.Shift(layer, place) is { } moved ? moved[arm][0] : backbone.Shift(layer, place) is { } added ? Own(added)[0] : null;
        normed = gain is null ? normed : normed * gain;
        return shift is null ? normed : normed + shift;
    }

    /// <summary>Rows with what marks their positions from a first one on added.</summary>
    private Tensor Marked(Tensor rows, int position)
    {
        int length = (int)rows.shape[0];
        if (options.Positions != Positions.Learned)
        {
            return rows + Sinusoidal(length, position);
        }

        var table = adapter.PositionTable is { } trained ? trained[arm] : Own(backbone.PositionTable!);
        return stack(Enumerable.Range(0, length).Select(t => rows[t] + table[position + t]));
    }

    private Tensor Sinusoidal(int length, int position)
    {
        var signal = new double[length, options.Width];
        for (int t = 0; t < length && options.Positions == Positions.Sinusoidal; t++)
        {
            for (int i = 0; i < options.Width; i++)
            {
                double angle = (position + t) / Math.Pow(10000, (i / 2 * 2) / (double)options.Width);
                signal[t, i] = i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }
        }

        return tensor(signal, backbone.Dtype);
    }

    private Tensor OfHead(Tensor rows, int head) => rows.narrow(1, head * headWidth, headWidth);

    /// <summary>Turns the content rows behind the prompt, and the prompt's where they count.</summary>
    private Tensor Turned(Tensor rows, int prompt) => TurnedFrom(rows, first - prompt, Counts ? 0 : prompt);

    /// <summary>Keys of a prefix stand at position 0, that is P before a content without placeholders.</summary>
    private Tensor Before(Tensor keys) => Counts
        ? cat([.. Enumerable.Range(0, (int)keys.shape[0]).Select(row => TurnedFrom(keys.narrow(0, row, 1), first - VirtualTokens, 0))], 0)
        : keys;

    /// <summary>Turns rows pair by pair; the first row stands at a position, and the first so many do not turn.</summary>
    private Tensor TurnedFrom(Tensor rows, int position, int still)
    {
        if (options.Positions != Positions.Rotary)
        {
            return rows;
        }

        int half = headWidth / 2, m = (int)rows.shape[0];
        var turn = new double[m, headWidth, headWidth];
        for (int row = 0; row < m; row++)
        {
            for (int i = 0; i < headWidth; i++)
            {
                turn[row, i, i] = 1;
            }

            for (int i = 0; i < half && row >= still; i++)
            {
                double angle = (position + row) * Frequency(1 / Math.Pow(options.RotaryBase, i / (double)half));
                turn[row, i, i] = turn[row, i + half, i + half] = Math.Cos(angle);
                turn[row, i, i + half] = -Math.Sin(angle);
                turn[row, i + half, i] = Math.Sin(angle);
            }
        }

        return tensor(turn, float64).matmul(rows.unsqueeze(2)).squeeze(2);
    }

    /// <summary>As Hugging Face writes it, by wavelengths.</summary>
    private double Frequency(double frequency)
    {
        if (options.RotaryScaling is LinearRotaryScaling linear)
        {
            return frequency / linear.Factor;
        }

        if (options.RotaryScaling is not Llama3RotaryScaling llama)
        {
            return frequency;
        }

        double wavelength = 2 * Math.PI / frequency;
        if (wavelength > llama.Original / llama.Low)
        {
            return frequency / llama.Factor;
        }

        double smooth = ((llama.Original / wavelength) - llama.Low) / (llama.High - llama.Low);
        return wavelength < llama.Original / llama.High ? frequency : ((1 - smooth) * frequency / llama.Factor) + (smooth * frequency);
    }

    private Tensor Projected(int layer, Projection projection, Tensor rows)
    {
        var product = rows.matmul(Weight(layer, projection).t());
        return Bias(layer, projection) is { } bias ? product + bias : product;
    }

    /// <summary>The slice of the arm's seed, or of all seeds.</summary>
    private Tensor Own(Tensor grouped) => grouped[grouped.shape[0] == 1 ? 0 : Group];

    private Tensor Weight(int layer, Projection projection)
    {
        if (adapter.Replacement(layer, projection) is { } trained)
        {
            return trained.Transposed[arm].t();
        }

        var frozen = Own(backbone.Layers[layer][projection].Matrix);
        if (adapter.Change(layer, projection) is not { } change)
        {
            return frozen;
        }

        double scale = change.Scale * (change.Scales is null ? 1 : change.Scales[arm].item<double>());
        return frozen + (scale * change.Up[arm].t().matmul(change.Down[arm].t()));
    }

    private Tensor? Bias(int layer, Projection projection) => adapter.Replacement(layer, projection) is { } trained
        ? trained.BiasRow?[arm][0]
        : backbone.Layers[layer][projection].Bias is { } frozen ? Own(frozen) : null;
}
