using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Continues sequences of tokens.</summary>
public static class Decoding
{
    /// <summary>
    /// The most likely token after each sequence, then the most likely one after that, and so on: [A, N, steps]. Every
    /// step computes whole sequences, and those of all arms of a seed for each of them: for tests and for a look at what an
    /// arm does. The share of right answers is cheaper through <see cref="Tasks.TokenTask.IsRight"/>.
    /// </summary>
    /// <param name="backbone">A causal backbone with a vocabulary.</param>
    /// <param name="ids">What is continued, [G, N, T], 64-bit, without placeholders that virtual tokens replace.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="steps">Tokens to give.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    public static Tensor Greedy(Transformer backbone, Tensor ids, Adapter adapter, int steps, int firstPosition = 0)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        int groups = backbone.Groups.Count, perGroup = adapter.Arms / groups;
        long n = ids.shape[1], given = ids.shape[2];

        // Each arm goes its own way: its sequences are a part of its seed's content, [G, (A/G) N, T].
        var texts = backbone.Groups.PerArm(ids, adapter.Arms).reshape(groups, perGroup * n, given);
        for (int step = 0; step < steps; step++)
        {
            using var inner = NewDisposeScope();

            // What stands before the first answer stays what it was.
            int read = (int)given + step - 1;
            var content = backbone.Embed(texts, firstPosition, adapter.ReadsSequences && step > 0 ? [(int)given - 1, read] : [read]);
            var likeliest = backbone.Logits(content, adapter, Batch.All).select(2, -1).argmax(-1).view(groups, perGroup, perGroup, n);
            var own = likeliest.diagonal(0, 1, 2).transpose(1, 2).reshape(groups, perGroup * n, 1);
            texts = cat([texts, own], 2).MoveToOuterDisposeScope();
        }

        return texts.narrow(2, given, steps).reshape(adapter.Arms, n, steps).MoveToOuterDisposeScope();
    }
}
