using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary><c>perplexity</c>: exp of the mean cross-entropy of a token of the evaluation, which reads every token once.</summary>
public sealed class Perplexity : Metric
{
    /// <inheritdoc/>
    public override string Name => "perplexity";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => [.. EvalLoss.Of(trained).Select(Math.Exp)];
}

/// <summary><c>transfer.loss</c>: eval.loss on the rows of another domain.</summary>
public sealed class TransferLoss : Metric
{
    /// <inheritdoc/>
    public override string Name => "transfer.loss";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.Losses(TextSplit.Transfer);
}
