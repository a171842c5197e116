using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The tokens of the vocabulary whose rows point most nearly where a virtual token does: the largest cosines, by which Lester
/// et al. (2021) read what prompts have become.
/// </summary>
public static class NearestTokens
{
    /// <summary>The nearest tokens of every virtual token of an arm, the nearest first: [P][k].</summary>
    /// <param name="adapter">The adapter, with a prompt before the content.</param>
    /// <param name="backbone">The backbone, with a vocabulary.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="count">Tokens per virtual token, k; at most the vocabulary.</param>
    /// <param name="vocabulary">
    /// Tokens that the tokenizer has; null for all rows of the embedding, which may have more of them (T5's has 28).
    /// </param>
    /// <exception cref="InvalidOperationException">There is no prompt or no vocabulary.</exception>
    public static Neighbour[][] Of(Adapter adapter, Transformer backbone, int arm, int count, int? vocabulary = null)
    {
        var prompt = adapter.Prompt ?? throw new InvalidOperationException("The adapter has no prompt.");
        var table = backbone.Embedding ?? throw new InvalidOperationException("The backbone has no vocabulary.");
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var rows = backbone.Groups.Of(table, arm);
        rows = rows.narrow(0, 0, Math.Min(rows.shape[0], vocabulary ?? rows.shape[0]));
        return Of(prompt.Rows[arm].narrow(0, 0, prompt.Lengths[arm]).to(float64), rows.to(float64), count);
    }

    /// <summary>The same of rows [P, D] and a table [V, D]. A row of zeros points nowhere: its cosines are 0.</summary>
    public static Neighbour[][] Of(Tensor rows, Tensor table, int count)
    {
        using var scope = NewDisposeScope();
        int most = (int)Math.Min(count, table.shape[0]);
        var (cosines, tokens) = Directions(rows).matmul(Directions(table).t()).topk(most, 1);
        double[] values = cosines.cpu().contiguous().data<double>().ToArray();
        long[] ids = tokens.cpu().contiguous().data<long>().ToArray();
        return [.. Enumerable.Range(0, (int)rows.shape[0]).Select(row =>
            Enumerable.Range(row * most, most).Select(i => new Neighbour((int)ids[i], values[i])).ToArray())];
    }

    private static Tensor Directions(Tensor rows) => rows / rows.square().sum(-1, keepdim: true).sqrt().clamp(min: 1e-300);
}

/// <summary>A token of the vocabulary near a virtual one.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Cosine">Of the angle between their rows.</param>
public readonly record struct Neighbour(int Token, double Cosine);
