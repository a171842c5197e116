using DslExperiments.Metrics.Text;
using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>ensemble.accuracy</c>: accuracy of the majority vote of the arms of a cohort that differ in their seed alone; equal
/// votes go to the label of the largest summed log-probability. The number stands on each of these arms. An arm that
/// diverged has no vote, and of an arm with restarts its best start votes.
/// </summary>
public sealed class EnsembleAccuracy : Metric
{
    /// <inheritdoc/>
    public override string Name => "ensemble.accuracy";

    /// <inheritdoc/>
    public override bool ComparesSeeds => true;

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        var values = trained.Texts.Nothing();
        if (trained.Task is not IRankedAnswers task)
        {
            return values;
        }

        var cohort = trained.Cohort;
        var ranked = trained.Texts.Ranked(TextSplit.Eval);
        int[] labels = TextEvaluation.Labels(task, TextSplit.Eval);
        var best = cohort.BestLanes().ToHashSet();
        foreach (var arms in Enumerable.Range(0, cohort.Count).GroupBy(arm => SettingsOf(cohort.Designs[arm])))
        {
            int[] voters = [.. arms.Where(arm => best.Contains(arm) && cohort.DivergedAt[arm] < 0)];
            if (voters.Length == 0)
            {
                continue;
            }

            double share = ClassRates.Accuracy([.. labels.Select((_, row) => ClassRates.Vote([.. voters.Select(arm => ranked[arm][row])]))], labels);
            foreach (int arm in arms)
            {
                values[arm] = share;
            }
        }

        return values;
    }

    private static string SettingsOf(ArmDesign design) =>
        string.Join(' ', design.Arm.Settings.Select(static setting => $"{setting.Name}={setting.Text}").Prepend(design.Arm.Method));
}
