using DslExperiments.Metrics.Text;

namespace DslExperiments.Metrics;

/// <summary><c>accuracy_gap</c>: the largest difference of accuracy between two groups of the evaluation. NaN without groups.</summary>
public sealed class AccuracyGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "accuracy_gap";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfGroups(ClassRates.AccuracyGap);
}

/// <summary>
/// <c>parity_gap</c>: demographic parity, the largest difference between two groups in how often a label is given, over
/// all labels. NaN without groups.
/// </summary>
public sealed class ParityGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "parity_gap";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) =>
        trained.Texts.OfGroups(static (given, _, groups) => ClassRates.ParityGap(given, groups));
}

/// <summary>
/// <c>odds_gap</c>: equalised odds, the largest difference between two groups in how often a label is given where a
/// certain label is right, over all pairs of labels. NaN without groups.
/// </summary>
public sealed class OddsGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "odds_gap";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Texts.OfGroups(ClassRates.OddsGap);
}
