using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>Texts that a decoder answers: encoded once, with the keys and values of the cross-attention kept.</summary>
internal sealed class DecoderContinuation : Continuation
{
    private readonly TransformerOptions options;
    private readonly CachedLayers layers;
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> crosses = [];
    private readonly Dictionary<int, Tensor?> biases = [];
    private readonly Tensor? mask;
    private readonly Tensor start;
    private readonly long arms;
    private readonly int sequences;
    private int step;

    /// <summary>Encodes the texts.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="ids">[A, N, T], padded at the end.</param>
    /// <param name="lengths">Tokens before the padding, [A, N].</param>
    /// <param name="mostTokens">Most tokens of a continuation.</param>
    /// <param name="start">The token that the decoder starts from.</param>
    public DecoderContinuation(EncoderDecoder backbone, Adapter adapter, Tensor ids, Tensor lengths, int mostTokens, int start)
        : base(backbone, adapter)
    {
        options = backbone.Options;
        arms = ids.shape[0];
        sequences = (int)ids.shape[1];
        this.start = full([arms, sequences], (long)start, int64, backbone.Device);
        var bias = new RelativeBias(backbone, adapter, decoder: true);
        layers = new CachedLayers(backbone, adapter, options.Depth, options.Depth + options.DecoderDepth, sequences);
        using var inner = NewDisposeScope();
        var reads = zeros([arms, sequences, 1], int64, backbone.Device);
        bool ragged = lengths.min().item<long>() < ids.shape[2];
        var content = new Content(ids, () => ids, reads, ragged ? lengths : null, null, 0);
        (var encoded, mask) = new EncoderDecoderPass(backbone, content, adapter, Batch.All).Encoded();
        mask = mask?.MoveToOuterDisposeScope();
        int m = (int)encoded.shape[1];
        for (int layer = options.Depth; layer < options.Depth + options.DecoderDepth; layer++)
        {
            crosses[layer] = (OfEncoder(layer, Projection.CrossK), OfEncoder(layer, Projection.CrossV));
            layers.BeginWithPrefix(layer, keys => keys);
            int before = layers.FrontOf(layer).Count;
            if (!biases.ContainsKey(before))
            {
                biases[before] = options.Positions == Positions.Relative ? bias.Of(mostTokens, mostTokens, Before(before))?.alias().MoveToOuterDisposeScope() : null;
            }
        }

        Tensor OfEncoder(int layer, Projection projection) => layers.PerSequence(layers.Heads(
            layers.Math.Project(layer, projection, encoded, m), sequences, options.KeyValueHeadCount())).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor First() => Next(start);

    /// <inheritdoc/>
    public override Tensor Next(Tensor tokens)
    {
        var rows = Backbone.RowsOfArms(tokens.unsqueeze(2), Adapter).view(arms, sequences, options.Width);
        rows = layers.Run(rows, heads => heads, Seen, crossed: Crossed);
        step++;
        int end = options.Depth + options.DecoderDepth;
        return Scores(layers.Math.NormsBefore(NormPlace.DecoderFinal) ? layers.Math.Normalize(rows, end, NormPlace.DecoderFinal) : rows);
    }

    /// <summary>The biases of the new row, and −∞ for padding of a prefix.</summary>
    private Tensor? Seen(int layer)
    {
        var front = layers.FrontOf(layer);
        var added = biases[front.Count]?.narrow(3, step, 1).narrow(4, 0, front.Count + step + 1);
        if (front.Mask is null)
        {
            return added;
        }

        var hidden = cat([front.Mask, zeros([arms, step + 1], Backbone.Dtype, Backbone.Device)], 1).view(arms, 1, 1, 1, front.Count + step + 1);
        return added is null ? hidden : added + hidden;
    }

    private RowsBefore Before(int count) => count == 0
        ? RowsBefore.None
        : new RowsBefore(
            count, Adapter.PrefixLengths ?? [.. Enumerable.Repeat(count, (int)arms)], options.VirtualPositions == VirtualPositions.Counted);

    private Tensor Crossed(int layer, Tensor rows)
    {
        var math = layers.Math;
        var query = math.Project(layer, Projection.CrossQ, math.Before(rows, layer, NormPlace.Cross), sequences);
        var (keys, values) = crosses[layer];
        var mixed = layers.Mix(layers.Heads(query, sequences, options.Heads), keys, values, mask);
        return math.After(
            options.Attention.Output ? math.Project(layer, Projection.CrossO, mixed, sequences, rows) : rows + mixed, layer, NormPlace.Cross);
    }
}
