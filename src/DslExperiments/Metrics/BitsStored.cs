using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>bits_stored</c>: the gain in log-likelihood of the labels over guessing evenly, in bits, summed over the strings:
/// <c>N log2 C − Σ CE / ln 2</c> (after Meyer et al. 2025, our measure). At most N log2 C; negative for an arm that is
/// worse than guessing.
/// </summary>
public sealed class BitsStored : Metric
{
    /// <inheritdoc/>
    public override string Name => "bits_stored";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        var options = ((Associations)trained.Task).Options;
        return [.. TokenEvaluation.CrossEntropy(trained, trained.Tokens.Test)
            .Select(nats => options.Sequences * (Math.Log2(options.Labels) - (nats / Math.Log(2))))];
    }
}
