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

    private readonly int headWidth = backbone.Options.Width / backbone.Options.Heads;

    private int first;

    /// <summary>Weights of one arm's attention by layer and head, [M, M], of the last sequence that ran.</summary>
    public List<Tensor> Attention { get; } = [];

    /// <summary>Scores of the vocabulary after the given tokens of one sequence of tokens: [reads, V].</summary>
    public Tensor Logits(IReadOnlyList<long> ids, IReadOnlyList<int> reads, int firstPosition)
    {
        var embedding = adapter.Embedding is { } trained ? trained[arm] : backbone.Embedding![Group];
        var unembedding = adapter.Unembedding is { } trainedScores ? trainedScores[arm] : backbone.Unembedding![Group];
        return Run(stack(ids.Select(id => embedding[id])), reads, firstPosition).matmul(unembedding.t());
    }

    /// <summary>Outputs at the given positions of one sequence [T, D] whose first token stands at a position: [reads, D].</summary>
    public Tensor Run(Tensor sequence, IReadOnlyList<int> reads, int firstPosition = 0)
    {
        Attention.Clear();
        first = firstPosition;
        int length = (int)sequence.shape[0];
        var content = sequence + Sinusoidal(length);
        if (options.Positions == Positions.Learned)
        {
            var table = adapter.PositionTable is { } trained ? trained[arm] : backbone.PositionTable![Group];
            content = stack(Enumerable.Range(0, length).Select(t => sequence[t] + table[first + t]));
        }

        int prompt = adapter.Prompt?.Lengths[arm] ?? 0;
        var tokens = prompt == 0 ? content : cat([adapter.Prompt!.Rows[arm].narrow(0, 0, prompt), content], 0);
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
        var (q, k, v) = (normed.matmul(Weight(layer, Projection.Q).t()), normed.matmul(Weight(layer, Projection.K).t()), normed.matmul(Weight(layer, Projection.V).t()));
        double scale = options.Attention.Scale == AttentionScale.None ? 1 : 1 / Math.Sqrt(headWidth);
        var mixed = Enumerable.Range(0, options.Heads).Select(head =>
        {
            var (qh, kh, vh) = (Turned(OfHead(q, head), prompt), Turned(OfHead(k, head), prompt), OfHead(v, head));
            var scores = qh.matmul(kh.t()) * scale;
            if (options.Causal)
            {
                scores = scores + full(m, m, double.NegativeInfinity, float64).triu(1);
            }

            if (Prefix(layer) is { } prefix)
            {
                scores = cat([qh.matmul(OfHead(prefix.Keys, head).t()) * scale, scores], 1);
                vh = cat([OfHead(prefix.Values, head), vh], 0);
            }

            var masses = (scores - scores.detach().amax([1], keepdim: true)).exp();
            var weights = masses / masses.sum(1, keepdim: true);
            Attention.Add(weights.detach());
            return weights.matmul(vh);
        });
        var joined = cat([.. mixed], 1);
        var attended = tokens + (options.Attention.Output ? joined.matmul(Weight(layer, Projection.O).t()) : joined);
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
        return (normed.matmul(Weight(layer, Projection.K).t()), normed.matmul(Weight(layer, Projection.V).t()));
    }

    private Tensor Mlp(int layer, Tensor tokens)
    {
        if (options.Mlp.Hidden == 0)
        {
            return tokens;
        }

        var input = NormsFirst ? Normalize(tokens, layer, NormPlace.Mlp) : tokens;
        var hidden = input.matmul(Weight(layer, Projection.MlpIn).t()) + Bias(layer, Projection.MlpIn);
        hidden = options.Mlp.Activation switch
        {
            Activation.Relu => hidden.clamp(min: 0),
            Activation.Gelu => hidden * 0.5 * (1 + (hidden / Math.Sqrt(2)).erf()),
            Activation.Silu => hidden / (1 + (-hidden).exp()),
            _ => 1 - (2 / (1 + (2 * hidden).exp())),
        };
        var output = hidden.matmul(Weight(layer, Projection.MlpOut).t()) + Bias(layer, Projection.MlpOut);
        output = options.Mlp.Residual ? tokens + output : output;
        return options.Norm == Norm.Post ? Normalize(output, layer, NormPlace.Mlp) : output;
    }

    private Tensor Normalize(Tensor tokens, int layer, NormPlace place)
    {
        var centred = options.Norm == Norm.Rms ? tokens : tokens - tokens.mean([1], keepdim: true);
        var normed = centred / (centred.pow(2).mean([1], keepdim: true) + 1e-5).sqrt();
        if (adapter.Gain(layer, place) is { } trained)
        {
            return normed * trained[arm][0];
        }

        return backbone.Gain(layer, place) is { } gain ? normed * gain[Group][0] : normed;
    }

    private Tensor Sinusoidal(int length)
    {
        var signal = new double[length, options.Width];
        for (int t = 0; t < length && options.Positions == Positions.Sinusoidal; t++)
        {
            for (int i = 0; i < options.Width; i++)
            {
                double angle = (first + t) / Math.Pow(10000, (i / 2 * 2) / (double)options.Width);
                signal[t, i] = i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }
        }

        return tensor(signal, backbone.Dtype);
    }

    private Tensor OfHead(Tensor rows, int head) => rows.narrow(1, head * headWidth, headWidth);

    /// <summary>Turns the content rows behind the prompt, pair by pair.</summary>
    private Tensor Turned(Tensor rows, int prompt)
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

            for (int i = 0; i < half && row >= prompt; i++)
            {
                double angle = (first + row - prompt) * Math.Pow(10000, -2.0 * i / (2 * half));
                turn[row, i, i] = turn[row, i + half, i + half] = Math.Cos(angle);
                turn[row, i, i + half] = -Math.Sin(angle);
                turn[row, i + half, i] = Math.Sin(angle);
            }
        }

        return tensor(turn, float64).matmul(rows.unsqueeze(2)).squeeze(2);
    }

    private Tensor Weight(int layer, Projection projection)
    {
        if (adapter.Replacement(layer, projection) is { } trained)
        {
            return trained.Transposed[arm].t();
        }

        var frozen = backbone.Layers[layer][projection].Matrix[Group];
        if (adapter.Change(layer, projection) is not { } change)
        {
            return frozen;
        }

        double scale = change.Scale * (change.Scales is null ? 1 : change.Scales[arm].item<double>());
        return frozen + (scale * change.Up[arm].t().matmul(change.Down[arm].t()));
    }

    private Tensor Bias(int layer, Projection projection) =>
        adapter.Replacement(layer, projection) is { } trained ? trained.BiasRow![arm][0] : backbone.Layers[layer][projection].Bias![Group];
}
