using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>Means over sequences of tokens, a few at a time.</summary>
internal static class TokenEvaluation
{
    /// <summary>Sequences at a time, so that activations of a whole evaluation never lie in memory at once.</summary>
    private const int Chunk = 256;

    /// <summary>The mean over sequences of what <paramref name="measure"/> gives for each, [A, B] in 64 bits; one per arm.</summary>
    public static double[] Mean(TrainedCohort trained, TokenData data, Func<TokenData, Tensor> measure)
    {
        var sums = new double[trained.Adapter.Arms];
        for (int first = 0; first < data.Sequences; first += Chunk)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var part = data.Sequences <= Chunk ? data : data.Slice(first, Math.Min(Chunk, data.Sequences - first));
            double[] measured = measure(part).sum(1).cpu().data<double>().ToArray();
            for (int arm = 0; arm < sums.Length; arm++)
            {
                sums[arm] += measured[arm];
            }
        }

        return [.. sums.Select(sum => sum / data.Sequences)];
    }

    /// <summary>The share of sequences whose whole answer greedy decoding gives; one per arm.</summary>
    public static double[] ExactMatch(TrainedCohort trained, TokenData data) =>
        Mean(trained, data, part => trained.Tokens.IsRight(trained.Adapter, part).all(-1).to(float64));

    /// <summary>Mean cross-entropy of a token, in nats; one per arm.</summary>
    public static double[] CrossEntropy(TrainedCohort trained, TokenData data) =>
        Mean(trained, data, part => trained.Tokens.CrossEntropy(trained.Adapter, part).to(float64).mean([-1]));
}
