using DslExperiments.Metrics.Text;
using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary><c>token_f1</c>: the mean overlap of the words of the given answer and the nearest right one, as SQuAD's F1.</summary>
public sealed class TokenF1 : Metric
{
    /// <inheritdoc/>
    public override string Name => "token_f1";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) =>
        trained.Texts.OfTexts(TextSplit.Eval, static (_, given, wanted) => WordOverlap.TokenF1(given, wanted));
}

/// <summary><c>transfer.token_f1</c>: the same on the rows of another domain.</summary>
public sealed class TransferTokenF1 : Metric
{
    /// <inheritdoc/>
    public override string Name => "transfer.token_f1";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) =>
        trained.Texts.OfTexts(TextSplit.Transfer, static (_, given, wanted) => WordOverlap.TokenF1(given, wanted));
}

/// <summary><c>rouge_l</c>: the mean F1 of the longest common subsequence of the words of the given text and the nearest right one.</summary>
public sealed class RougeL : Metric
{
    /// <inheritdoc/>
    public override string Name => "rouge_l";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) =>
        trained.Texts.OfTexts(TextSplit.Eval, static (_, given, wanted) => WordOverlap.RougeL(given, wanted));
}

/// <summary><c>transfer.exact_match</c>: exact_match on the rows of another domain.</summary>
public sealed class TransferExactMatch : Metric
{
    /// <inheritdoc/>
    public override string Name => "transfer.exact_match";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfTexts(TextSplit.Transfer, ExactMatch.Of);
}
