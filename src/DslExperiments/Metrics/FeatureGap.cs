namespace DslExperiments.Metrics;

/// <summary>
/// <c>features.gap</c>: the smallest distance between the frozen attention's outputs on the shared token in two sequences.
/// What follows the attention memorises the sequences only if these features are distinct (D5 of the fact sheet); where
/// the shared token takes nearly all of its own attention they coincide, and no update of the MLP helps.
/// </summary>
public sealed class FeatureGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "features.gap";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        if (SharedQuery.Of(trained) is not { } problems)
        {
            return [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];
        }

        double[] groups = [.. problems.Select(Smallest)];
        return [.. Enumerable.Range(0, trained.Cohort.Count).Select(arm => groups[trained.Backbone.Groups.GroupOf(arm)])];
    }

    private static double Smallest(SharedQuery problem)
    {
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < problem.Sequences; i++)
        {
            for (int j = 0; j < i; j++)
            {
                smallest = Math.Min(smallest, Math.Sqrt(Enumerable.Range(0, problem.Width).Sum(k =>
                    Math.Pow(Feature(i, k) - Feature(j, k), 2))));
            }
        }

        return smallest;

        double Feature(int sequence, int entry) => problem.Sums[(sequence * problem.Width) + entry] / problem.Mass[sequence];
    }
}
