namespace DslExperiments.Specs;

/// <summary>
/// Warns about expectations that ask an arm for less than what is proven to be possible. Understood are comparisons of a
/// metric, of its ratio to the metric that a bound is a multiple of, or of an aggregate of either, with a number; and their
/// conjunctions. Anything else is left to the run.
/// </summary>
internal sealed class UnreachableExpectations(DiagnosticBag bag)
{
    /// <summary>
    /// A loss below this counts as memorised: bounds that are positive by an amount that the data decides are held against
    /// thresholds up to here.
    /// </summary>
    private const double Memorised = 1e-6;

    /// <summary>Checks one expectation against the arms of a profile.</summary>
    /// <param name="line">Where it stands.</param>
    /// <param name="node">Its meaning.</param>
    /// <param name="grids">The arms.</param>
    /// <returns>True after a warning.</returns>
    public bool Check(ScalarNode line, ExpectNode node, Grid[] grids) => node switch
    {
        ExpectNode.Logical { Operator: "and" } both => Check(line, both.Left, grids) || Check(line, both.Right, grids),
        ExpectNode.Comparison { Operator: "<" or "<=", Right: ExpectNode.Literal literal } below =>
            CheckBelow(line, below.Left, literal.Value, below.Operator == "<", grids),
        ExpectNode.Comparison { Operator: ">" or ">=", Left: ExpectNode.Literal literal } above =>
            CheckBelow(line, above.Right, literal.Value, above.Operator == ">", grids),
        _ => false,
    };

    private bool CheckBelow(ScalarNode line, ExpectNode operand, double threshold, bool strictly, Grid[] grids)
    {
        string function = "max";
        if (operand is ExpectNode.Aggregate { Over: null, Function: "max" or "min" or "mean" or "median" or "best" } aggregate)
        {
            function = aggregate.Function;
            operand = aggregate.Operand;
        }

        (ExpectNode.Path Path, string? Per)? measured = operand switch
        {
            ExpectNode.Path path => (path, null),
            ExpectNode.Arithmetic { Operator: "/", Left: ExpectNode.Path path, Right: ExpectNode.Path per }
                when per.Method == path.Method && per.Filters.Equals(path.Filters) => (path, per.Metric),
            _ => null,
        };
        if (measured is not var (subject, ratio) || Array.Find(grids, grid => grid.Method.Name == subject.Method) is not Grid arms)
        {
            return false;
        }

        List<(ProvenBoundSpec? Bound, int[] Point)> selected = new();
        foreach (int[] indices in arms.Points)
        {
            if (FilterBinder.Passes(arms, indices, subject.Filters))
            {
                selected.Add((Strongest(ProvenBounds.Of(arms.Profile, arms.Method, new Point(arms, indices)), subject.Metric, ratio), indices));
            }
        }

        bool Exceeds((ProvenBoundSpec? Bound, int[] Point) arm) => arm.Bound is ProvenBoundSpec bound && Contradicts(bound, ratio, threshold, strictly);
        int impossible = selected.Count(Exceeds);
        bool fails = function switch
        {
            "max" => impossible > 0,
            "median" => impossible > selected.Count / 2,
            "mean" => selected.Count > 0 && (impossible == selected.Count || selected.Sum(arm => arm.Bound?.Value ?? 0) / selected.Count > threshold),
            _ => selected.Count > 0 && impossible == selected.Count,
        };
        if (fails)
        {
            (ProvenBoundSpec? bound, int[] indices) = selected.Find(Exceeds) is { Bound: not null } found ? found : selected[0];
            Report(line, subject.Metric, ratio, bound!, arms, indices);
        }

        return fails;
    }

    private static ProvenBoundSpec? Strongest(List<ProvenBoundSpec> bounds, string metric, string? per) =>
        bounds.FindAll(bound => bound.Metric == metric && bound.Per == per).OrderByDescending(bound => bound.Value).FirstOrDefault();

    private static bool Contradicts(ProvenBoundSpec bound, string? per, double threshold, bool strictly) =>
        bound.Value == 0 && per is null
            ? threshold <= Memorised
            : strictly ? bound.Value >= threshold : bound.Value > threshold;

    private void Report(ScalarNode line, string metric, string? per, ProvenBoundSpec bound, Grid arms, int[] indices)
    {
        string point = string.Concat(arms.Axes.Axes.Select((axis, i) => $" {axis.Name}={ValueText.Of(arms.Fields[i].Values[indices[i]])}"));
        string quantity = per is null ? metric : $"{metric} / {per}";
        string least = bound.Value == 0 ? "is above 0 for every draw of the data but exceptional ones" : $"is at least {NumberText.Format(Math.Round(bound.Value, 6))}";
        bag.Report(
            WarningRules.Unreachable,
            line,
            $"no training can make this hold: {quantity} of {arms.Method.Name}{point} {least} ({bound.Statement})");
    }
}
