using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary><c>train.loss</c>: mean cross-entropy of the answer's tokens on the last batch, in nats.</summary>
public sealed class TrainLoss : Metric
{
    /// <inheritdoc/>
    public override string Name => "train.loss";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => [.. trained.Cohort.LastLosses];
}

/// <summary><c>eval.loss</c>: mean cross-entropy of the answer's tokens on the evaluation's sequences, in nats.</summary>
public sealed class EvalLoss : Metric
{
    /// <inheritdoc/>
    public override string Name => "eval.loss";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => Of(trained);

    /// <summary>Every token of texts counts the same; so does every sequence of other tasks.</summary>
    internal static double[] Of(TrainedCohort trained) => trained.Task is TextTask
        ? trained.Texts.Losses(TextSplit.Eval)
        : TokenEvaluation.CrossEntropy(trained, trained.Tokens.Test);
}
