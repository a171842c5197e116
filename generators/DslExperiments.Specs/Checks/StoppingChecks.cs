namespace DslExperiments.Specs;

/// <summary>Checks <c>early_stopping:</c>: that its metric is measured and can be watched, and is evaluated on the way.</summary>
internal sealed class StoppingChecks(DiagnosticBag bag, List<MetricSpec> metrics)
{
    private const string Metric = "early_stopping.metric";

    /// <summary>Checks the training of a method in a profile, and that of its pretraining.</summary>
    public void Check(Grid grid)
    {
        if (grid.Profile.Pretrain?.Training[Metric] is { IsGiven: true, IsValid: true } pretraining && Name(pretraining).Length > 0)
        {
            bag.Report(CrossRules.WatchedMetric, pretraining.Node!, $"{pretraining.Key}: a pretraining measures its loss alone");
        }

        BoundField metric = Of(grid, Metric);
        if (grid.Method.Name == "frozen" || !metric.IsValid || Name(metric).Length == 0)
        {
            return;
        }

        new MetricKeys(bag, metrics).Check(metric, CrossRules.WatchedMetric, "watched", Metrics.WhyUnwatched);
        CheckEvery(grid);
    }

    /// <summary>The options of a training with what the compiler knows of the metric.</summary>
    public static OptionsSpec Told(OptionsSpec training, EquatableArray<MetricSpec> metrics) => training with
    {
        Values = training.Values.Select(value => value is { Key: "early_stopping", Value: SpecValue.Options early } ? value with { Value = new SpecValue.Options(MetricKeys.Told(early.Value, metrics)) } : value).ToEquatableArray(),
    };

    private void CheckEvery(Grid grid)
    {
        BoundField every = Of(grid, "early_stopping.every");
        BoundField steps = Of(grid, "steps");
        if (every is { IsValid: true, IsGiven: true } && steps.IsValid)
        {
            long most = steps.Values.Max(value => ((SpecValue.Int)value).Value);
            if (most > 0 && ((SpecValue.Int)every.Values[0]).Value is long updates && updates >= most)
            {
                bag.Report(CrossRules.NoEvaluation, every.Node!, $"{every.Key} {NumberText.Format(updates)} must be below {steps.Key} {NumberText.Format(most)}: there is no evaluation on the way");
            }
        }
    }

    private static string Name(BoundField field) => ValueText.Of(field.Values[0]);

    private static BoundField Of(Grid grid, string path) => Array.Find(grid.Method.Training, field => field.Leaf.Path == path)!;
}
