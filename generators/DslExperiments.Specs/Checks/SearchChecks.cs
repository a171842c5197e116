namespace DslExperiments.Specs;

/// <summary>Checks <c>search:</c>: that its metric is measured and can decide, that there are rungs, arms to drop there, and one end for all of a race.</summary>
internal sealed class SearchChecks(DiagnosticBag bag, List<MetricSpec> metrics)
{
    /// <summary>Checks the search of every profile against its arms.</summary>
    public void Check(IEnumerable<Grid> grids)
    {
        foreach (IGrouping<BoundProfile, Grid> profile in grids.GroupBy(grid => grid.Profile))
        {
            if (profile.Key.Search is BoundSection search && Array.TrueForAll(search.Fields, field => field.IsValid && field.IsGiven | !field.Leaf.Field.IsRequired))
            {
                new MetricKeys(bag, metrics).Check(search["halving.metric"], CrossRules.SearchMetric, "compared", Metrics.WhyUncompared);
                bool amongAll = ValueText.Of(search["halving.among"].Values[0]) == "all";
                CheckRungs(search["halving.min_steps"], amongAll, profile.Key.Name, profile.ToList());
                foreach (IGrouping<string, Grid> race in profile.Where(grid => grid.Method.Name != "frozen").GroupBy(grid => amongAll ? "" : grid.Method.Name))
                {
                    CheckSteps(race);
                }
            }
        }
    }

    /// <summary>The options with what the compiler knows of the metric.</summary>
    public static OptionsSpec Told(OptionsSpec search, EquatableArray<MetricSpec> metrics) =>
        MetricKeys.Told(((SpecValue.Options)search.Values[0].Value).Value, metrics);

    private static int Rivals(Grid grid) => grid.Method.Name == "frozen" ? 0 : grid.Points.Count;

    private void CheckRungs(BoundField first, bool amongAll, string profile, List<Grid> grids)
    {
        long rung = ((SpecValue.Int)first.Values[0]).Value;
        BoundField? longest = null;
        long most = -1;
        foreach (Grid grid in grids.FindAll(grid => grid.Method.Name != "frozen"))
        {
            BoundField steps = Array.Find(grid.Method.Training, field => field.Leaf.Path == "steps")!;
            if (!steps.IsValid)
            {
                return;
            }

            foreach (SpecValue value in steps.Values)
            {
                (most, longest) = ((SpecValue.Int)value).Value > most ? (((SpecValue.Int)value).Value, steps) : (most, longest);
            }
        }

        if (longest is not null && rung >= most)
        {
            bag.Report(CrossRules.NoRung, first.Node!, $"{first.Key} {NumberText.Format(rung)} must be below {longest.Key} {NumberText.Format(most)}: there is no rung");
        }
        else if (profile == SpecLanguage.FullProfile && (amongAll ? grids.Sum(Rivals) : grids.Max(Rivals)) < 2)
        {
            bag.Report(WarningRules.NothingToDrop, first.Node!, $"search drops nothing: {(amongAll ? "there are not" : "no method has")} two arms that differ in more than their seed");
        }
    }

    /// <summary>Whoever has fewer steps would be at the end before others are compared, and never be dropped.</summary>
    private void CheckSteps(IEnumerable<Grid> race)
    {
        BoundField[] fields = race.Select(grid => Array.Find(grid.Method.Training, field => field.Leaf.Path == "steps")!).ToArray();
        if (!Array.TrueForAll(fields, field => field.IsValid))
        {
            return;
        }

        (BoundField Field, int At, long Steps)[] all = fields
            .SelectMany(field => field.Values.Select((value, at) => (field, at, ((SpecValue.Int)value).Value)))
            .ToArray();
        (BoundField Field, int At, long Steps) first = all[0], other = Array.Find(all, each => each.Steps != first.Steps);
        if (other.Field is not null)
        {
            SpecNode place = other.Field.NodeOf(other.At) ?? first.Field.NodeOf(first.At)!;
            bag.Report(
                CrossRules.UnequalSteps,
                place,
                $"{first.Field.Key} {NumberText.Format(first.Steps)} and {other.Field.Key} {NumberText.Format(other.Steps)} are in one race; settings that are compared need equally many steps");
        }
    }
}
