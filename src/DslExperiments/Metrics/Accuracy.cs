using DslExperiments.Metrics.Text;
using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary><c>accuracy</c>: the share of the evaluation's rows whose label or choice is right.</summary>
public sealed class Accuracy : Metric
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfClasses(TextSplit.Eval, ClassRates.Accuracy);
}

/// <summary><c>transfer.accuracy</c>: the same on the rows of another domain.</summary>
public sealed class TransferAccuracy : Metric
{
    /// <inheritdoc/>
    public override string Name => "transfer.accuracy";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfClasses(TextSplit.Transfer, ClassRates.Accuracy);
}

/// <summary>
/// <c>macro_f1</c>: the mean over labels of the harmonic mean of precision and recall; labels that are neither given nor
/// right anywhere are left out.
/// </summary>
public sealed class MacroF1 : Metric
{
    /// <inheritdoc/>
    public override string Name => "macro_f1";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfClasses(TextSplit.Eval, ClassRates.MacroF1);
}

/// <summary><c>transfer.macro_f1</c>: the same on the rows of another domain.</summary>
public sealed class TransferMacroF1 : Metric
{
    /// <inheritdoc/>
    public override string Name => "transfer.macro_f1";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfClasses(TextSplit.Transfer, ClassRates.MacroF1);
}

/// <summary>
/// <c>majority.accuracy</c>: the share of the evaluation's most frequent label, the accuracy of whoever gives it always.
/// An arm that is not above it has learned nothing from the texts.
/// </summary>
public sealed class MajorityAccuracy : Metric
{
    /// <inheritdoc/>
    public override string Name => "majority.accuracy";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Task is IRankedAnswers task
        ? [.. Enumerable.Repeat(ClassRates.Majority(TextEvaluation.Labels(task, TextSplit.Eval)), trained.Cohort.Count)]
        : trained.Texts.Nothing();
}
