using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <content>What rows see, which of them are read, and how far they are turned: constant, or kept for this pass.</content>
internal sealed partial class LivePass
{
    /// <summary>True when what rows see differs from sequence to sequence.</summary>
    private bool AreOwn(bool last) =>
        options.Causal ? last && content.ReadsPerSequence is not null : content.Lengths is not null;

    /// <summary>
    /// What rows of each sequence see of it, with columns of virtual tokens in front, beyond what all do, broadcastable to
    /// [G, A/G, H, B, Tq, P + T].
    /// </summary>
    private Tensor OwnMask(LiveRows input, bool last, int virtuals) => Own(new(Stage.OwnMask, (last ? 1 : 0) + (2 * virtuals), groups, input.T, input.Front), () =>
    {
        var mask = options.Causal ? content.SeenByReads(batch, backbone.Dtype) : content.Unpadded(batch, backbone.Dtype)!;
        long[] shape = mask.shape;
        int before = input.Front + virtuals;
        mask = before == 0 ? mask : cat([zeros([.. shape[..3], before], backbone.Dtype, backbone.Device), mask], 3);
        return mask.unsqueeze(1).unsqueeze(1);
    });

    /// <summary>Rows of [A·M, D] that are read, [A·B·R].</summary>
    private Tensor OwnReads(LiveRows input) => Own(new(Stage.Reads, arms, input.P, input.T, input.Front), () =>
    {
        var reads = backbone.Groups.PerArm(batch.Select(content.ReadsPerSequence!), arms);
        var arm = arange(arms, int64, reads.device).mul(input.Count).view(arms, 1, 1);
        var sequence = arm + arange(input.B, int64, reads.device).mul(input.T).view(1, input.B, 1);
        var rows = sequence + reads + (input.P + input.Front);
        if (content.ReadsPrompt)
        {
            // The last virtual token is the arm's own, or in front of the sequence.
            var ends = tensor(adapter.Prompt!.Lengths.Select(length => length - 1L).ToArray(), int64, reads.device).view(arms, 1, 1);
            rows = where(reads.lt(0), (input.Front > 0 ? sequence : arm) + ends, rows);
        }

        return rows.reshape(-1);
    });

    /// <summary>Kept with the content when it depends on nothing else, else for this pass.</summary>
    private Tensor Own(ConstantKey key, Func<Tensor> compute)
    {
        if (batch.IsAll && !content.ReadsPrompt)
        {
            return content.Constants.Get(key, compute);
        }

        return own.TryGetValue(key, out var known) ? known : own[key] = compute();
    }

    private Tensor Rotation(LiveRows input, bool last)
    {
        if (last && content.ReadsPerSequence is not null)
        {
            return OwnRotation();
        }

        return adapter.Constants.Get(new(Stage.Rotation, last ? 1 : 0, input.B, input.T, input.P, content.Outline), () =>
        {
            bool counts = !last && places.Turn && input.P + input.Front > 0;
            return Tiled(places.PerLength(counts ? adapter.Prompt!.Lengths : [0], length =>
            {
                var sequence = last ? content.Reads : Enumerable.Range(0, input.T).Select(row => row - input.Front);
                int[] one = [.. sequence.Select(row => row < 0 ? Virtual(row + input.Front) : content.FirstPosition + row)];
                var own = Enumerable.Range(0, last ? 0 : input.P).Select(Virtual);
                return [.. own.Concat(Enumerable.Repeat(one, input.B).SelectMany(row => row))];

                int Virtual(int row) => counts ? places.PositionOf(row, length) : PositionSignals.Unturned;
            }));
        });
    }

    /// <summary>Turns of a head, [2, M, Dh] or [2, A, 1, M, Dh], of all heads joined: [2, M, H·Dh] or [2, A, M, H·Dh].</summary>
    private Tensor Tiled(Tensor signal)
    {
        var each = (signal.dim() == 5 ? signal.squeeze(2) : signal).unsqueeze(-2);
        long[] shape = each.shape;
        return each.expand([.. shape[..^2], heads, headWidth]).reshape([.. shape[..^2], heads * headWidth]);
    }

    /// <summary>Turns of tokens that are read at each sequence's own places, [2, A, B·R, H·Dh].</summary>
    private Tensor OwnRotation() => Own(new(Stage.Rotation, 2, arms), () =>
    {
        var table = adapter.Constants.Get(new(Stage.Rotation, 3, content.Length, content.FirstPosition), () =>
        {
            int before = places.Turn ? content.FirstPosition - 1 : PositionSignals.Unturned;
            return PositionSignals.Rotary([before, .. Enumerable.Range(content.FirstPosition, content.Length)], options).to(backbone.Dtype, backbone.Device);
        });
        var reads = backbone.Groups.PerArm(batch.Select(content.ReadsPerSequence!), arms);
        return Tiled(table.index_select(1, (reads + 1).reshape(-1)).view(2, arms, 1, -1, headWidth));
    });

    private Tensor CausalMask(int rows, int times = 1) => adapter.Constants.Get(
        new(Stage.CausalMask, 0, rows, times),
        () => Mask(times * rows, rows, (row, column) => column <= row % rows));

    /// <summary>Which prompt keys exist, [A·H, 1, P], or null for all.</summary>
    private Tensor? KeyMask() => PerHead(adapter.Prompt?.KeyMask, variant: 0);

    /// <summary>[A, P] as [A·H, 1, P].</summary>
    private Tensor? PerHead(Tensor? keyMask, int variant) => keyMask is not { } mask ? null : adapter.Constants.Get(
        new(Stage.KeyMask, variant),
        () => mask.unsqueeze(1).expand(arms, heads, mask.shape[1]).reshape(arms * heads, 1, mask.shape[1]));

    /// <summary>What rows of one sequence see of it, broadcastable to [A·H/n·B, n·Tq, P + T], or null for all.</summary>
    /// <param name="input">The sequences.</param>
    /// <param name="last">True for the tokens that are read.</param>
    /// <param name="times">Heads one under another, n.</param>
    /// <param name="virtuals">Columns of virtual tokens in front, P.</param>
    /// <param name="virtualMask">Which of them exist, [A, P], or null for all.</param>
    private Tensor? SequenceMask(LiveRows input, bool last, int times, int virtuals, Tensor? virtualMask)
    {
        // Reads that differ have masks of their own.
        bool causes = options.Causal && !AreOwn(last);
        var keys = input.Front > 0 ? adapter.Prompt?.KeyMask : virtualMask;
        if (!causes && keys is null)
        {
            return null;
        }

        int variant = (last ? 1 : 0) + (4 * (times + (heads * virtuals)));
        return adapter.Constants.Get(new(Stage.Mask, variant, input.B, input.T, input.Front, content.Outline), () =>
        {
            int tq = last ? content.ReadCount : input.T, columns = virtuals + input.T;
            var causal = Mask(times * tq, columns, (row, column) =>
                !causes || column - virtuals <= (last ? content.Reads[row % tq] + input.Front : row % tq));
            if (keys is null)
            {
                return causal.unsqueeze(0);
            }

            var padded = cat([keys, zeros([arms, columns - keys.shape[1]], backbone.Dtype, backbone.Device)], 1);
            return (padded.view(arms, 1, 1, 1, columns) + causal)
                .expand(arms, heads / times, input.B, times * tq, columns).reshape(arms * heads / times * input.B, times * tq, columns);
        });
    }

    /// <summary>What packed rows see, broadcastable to [A·H, Mq, M], or null for everything.</summary>
    private Tensor? PackedMask(LiveRows input, bool last)
    {
        bool padded = adapter.Prompt?.KeyMask is not null;
        if (!options.Causal && input.B == 1 && !padded)
        {
            return null;
        }

        return adapter.Constants.Get(new(Stage.Mask, last ? 3 : 2, input.B, input.T, input.P, content.Outline), () =>
        {
            int p = input.P, t = input.T, m = input.Count, reads = content.ReadCount, mq = last ? input.B * reads : m;
            var structure = Mask(mq, m, (queryIndex, key) =>
            {
                int query = last ? p + (queryIndex / reads * t) + input.Front + content.Reads[queryIndex % reads] : queryIndex;
                if (key < p)
                {
                    return query >= p || key <= query;
                }

                return query >= p && (query - p) / t == (key - p) / t && (!options.Causal || key <= query);
            }).unsqueeze(0);
            if (!padded)
            {
                return structure;
            }

            // [A, front or prompt] repeated where prompt rows stand.
            var keys = adapter.Prompt!.KeyMask!;
            var columns = p > 0
                ? cat([keys, zeros([arms, input.B * t], backbone.Dtype, backbone.Device)], 1)
                : cat([keys, zeros([arms, t - input.Front], backbone.Dtype, backbone.Device)], 1).repeat(1, input.B);
            return (columns.view(arms, 1, 1, m) + structure).expand(arms, heads, mq, m).reshape(arms * heads, mq, m);
        });
    }

    private Tensor Mask(int rows, int columns, Func<int, int, bool> sees)
    {
        var values = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                values[(row * columns) + column] = sees(row, column) ? 0 : double.NegativeInfinity;
            }
        }

        return tensor(values, [rows, columns], float64).to(backbone.Dtype, backbone.Device);
    }
}
