namespace DslExperiments.Backbones.Generation;

/// <summary>
/// Draws a token of its scores. A draw depends on the seed, the text, the sample and the step alone: not on what else is
/// in the batch.
/// </summary>
public static class TokenSampler
{
    /// <summary>
    /// The tokens that may be drawn and their chances, in order of tokens; chances sum to 1.
    /// </summary>
    /// <param name="scores">A score per token of the vocabulary.</param>
    /// <param name="temperature">What they are divided by, above 0.</param>
    /// <param name="topK">See <see cref="GenerationOptions.TopK"/>.</param>
    /// <param name="topP">See <see cref="GenerationOptions.TopP"/>.</param>
    public static (int[] Tokens, double[] Chances) Kept(ReadOnlySpan<double> scores, double temperature, int topK, double topP)
    {
        double largest = double.NegativeInfinity;
        foreach (double score in scores)
        {
            largest = Math.Max(largest, score);
        }

        double least = topK > 0 && topK < scores.Length ? KthLargest(scores, topK) : double.NegativeInfinity;
        var tokens = new List<int>();
        var masses = new List<double>();
        double sum = 0;
        for (int token = 0; token < scores.Length; token++)
        {
            double mass = scores[token] >= least ? Math.Exp((scores[token] - largest) / temperature) : 0;
            if (mass > 0)
            {
                tokens.Add(token);
                masses.Add(mass);
                sum += mass;
            }
        }

        if (topP < 1)
        {
            (tokens, masses) = Nucleus(tokens, masses, sum, topP);
            sum = masses.Sum();
        }

        return ([.. tokens], [.. masses.Select(mass => mass / sum)]);
    }

    /// <summary>The token at a place between 0 and 1 of the chances, which lie end to end.</summary>
    public static int At(double place, (int[] Tokens, double[] Chances) kept)
    {
        double sum = 0;
        for (int index = 0; index < kept.Tokens.Length; index++)
        {
            sum += kept.Chances[index];
            if (place < sum)
            {
                return kept.Tokens[index];
            }
        }

        return kept.Tokens[^1];
    }

    /// <summary>What the draws of a text start from.</summary>
    /// <param name="seed">The seed of all.</param>
    /// <param name="ids">The text.</param>
    /// <param name="sample">Tells draws of the same text apart.</param>
    public static ulong StreamOf(int seed, IReadOnlyList<int> ids, int sample)
    {
        ulong state = Mix(Mix(unchecked((ulong)seed) + 0x9e3779b97f4a7c15) + unchecked((ulong)sample));
        foreach (int id in ids)
        {
            state = Mix(state + unchecked((ulong)id) + 0x9e3779b97f4a7c15);
        }

        return state;
    }

    /// <summary>A number from 0 to below 1 of a stream and a step.</summary>
    public static double UniformOf(ulong stream, int step) => (Mix(stream + (((ulong)step + 1) * 0x9e3779b97f4a7c15)) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The fewest largest masses that sum to a share of all; among equal ones those of smaller tokens.</summary>
    private static (List<int> Tokens, List<double> Masses) Nucleus(List<int> tokens, List<double> masses, double sum, double share)
    {
        // Masses below this are less than the rest together, and so never needed: few are left to be sorted.
        double floor = (1 - share) * sum / tokens.Count;
        int[] order = [.. Enumerable.Range(0, tokens.Count).Where(index => masses[index] >= floor).OrderByDescending(index => masses[index])];
        double reached = 0;
        int count = 0;
        while (count < order.Length && (count == 0 || reached < share * sum))
        {
            reached += masses[order[count++]];
        }

        int[] kept = [.. order.Take(count).Order()];
        return ([.. kept.Select(index => tokens[index])], [.. kept.Select(index => masses[index])]);
    }

    private static double KthLargest(ReadOnlySpan<double> scores, int k)
    {
        var best = new PriorityQueue<double, double>(k);
        foreach (double score in scores)
        {
            if (best.Count < k)
            {
                best.Enqueue(score, score);
            }
            else if (score > best.Peek())
            {
                best.EnqueueDequeue(score, score);
            }
        }

        return best.Peek();
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
