using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Scores, softmax and mixing of values, on batches [X, rows, Dh].</summary>
internal static class AttentionMath
{
    /// <summary>Heads of keys or values repeated for the query heads that share each: […, Hkv, M, Dh] to […, H, M, Dh].</summary>
    public static Tensor ForQueries(Tensor shared, int heads)
    {
        long[] shape = shared.shape;
        int axis = shape.Length - 3;
        long count = shape[axis];
        return count == heads
            ? shared
            : shared.unsqueeze(axis + 1).expand([.. shape[..axis], count, heads / count, .. shape[(axis + 1)..]])
                .reshape([.. shape[..axis], heads, .. shape[(axis + 1)..]]);
    }

    /// <summary><c>scale · q kᵀ + mask</c>.</summary>
    public static Tensor Scores(Tensor q, Tensor k, Tensor? mask, double scale)
    {
        var keys = k.transpose(1, 2);
        if (mask is not null)
        {
            return RowMath.AddScaled(mask, q, keys, scale);
        }

        return scale == 1 ? q.bmm(keys) : (q * scale).bmm(keys);
    }

    /// <summary><c>softmax(scale · q kᵀ + mask)</c>.</summary>
    public static Tensor Weights(Tensor q, Tensor k, Tensor? mask, double scale) => Scores(q, k, mask, scale).softmax(-1);

    /// <summary>
    /// Attention over prompt and content together when content scores are known: one softmax over both, then the sum of
    /// both mixtures (D1 of the fact sheet).
    /// </summary>
    /// <param name="q">Queries, [X, M, Dh].</param>
    /// <param name="promptK">[X, P, Dh].</param>
    /// <param name="promptV">[X, P, Dh].</param>
    /// <param name="keyMask">[X, 1, P], or null.</param>
    /// <param name="scale">The factor on scores.</param>
    /// <param name="contentScores">Scores of content, scaled and masked, [X, M, C]; or the logarithm of their mass, C = 1.</param>
    /// <param name="mixContent">Mixes content values with weights [X, M, C]: [X, M, Dh].</param>
    public static Tensor Merge(
        Tensor q, Tensor promptK, Tensor promptV, Tensor? keyMask, double scale, Tensor contentScores, Func<Tensor, Tensor> mixContent)
    {
        var prompt = Scores(q, promptK, keyMask, scale);
        long p = prompt.shape[2];
        var weights = cat([prompt, contentScores], 2).softmax(-1).split([p, contentScores.shape[2]], 2);
        return mixContent(weights[1]).baddbmm(weights[0], promptV);
    }

    /// <summary>True when one masked product over all rows of an arm costs less than a product per sequence.</summary>
    public static bool PaysToPack(LiveRows rows, int queries, int headWidth, long callCost) =>
        rows.B == 1 || (long)rows.B * queries * rows.B * rows.T * headWidth <= (rows.B - 1) * callCost;
}
