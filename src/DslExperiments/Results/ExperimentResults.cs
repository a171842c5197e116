using System.Collections.Immutable;
using DslExperiments.Expectations;

namespace DslExperiments.Results;

/// <summary>What came of a run, with the experiment's own types.</summary>
public sealed class ExperimentResults<TArm, TMetrics>
    where TArm : ExperimentArm
    where TMetrics : struct
{
    private readonly ImmutableArray<TArm> _leftOut;
    private bool _touchedLeftOut;
    private bool _foundOnlyDropped;
    private int _dropped;

    internal ExperimentResults(
        string experiment,
        string profile,
        string? folder,
        ImmutableArray<ArmResult<TArm, TMetrics>> arms,
        ImmutableArray<TArm> leftOut)
    {
        Experiment = experiment;
        Profile = profile;
        Folder = folder;
        Arms = arms;
        _leftOut = leftOut;
    }

    /// <summary>The experiment's name.</summary>
    public string Experiment { get; }

    /// <summary>The profile that ran.</summary>
    public string Profile { get; }

    /// <summary>The run folder, or null when the run left nothing on disk.</summary>
    public string? Folder { get; }

    /// <summary>All arms in reporting order, those that a search dropped among them.</summary>
    public ImmutableArray<ArmResult<TArm, TMetrics>> Arms { get; }

    /// <summary>The verdicts in the order of the spec.</summary>
    public ImmutableArray<ExpectationOutcome> Expectations { get; private set; } = [];

    /// <summary>True when no expectation failed.</summary>
    public bool AllHeld => Expectations.All(static expectation => expectation.Held != false);

    /// <summary>The results of the arms of one kind that pass a filter, without those that a search dropped on the way.</summary>
    public ArmSelection<T, TMetrics> Of<T>(Func<T, bool>? filter = null)
        where T : TArm
    {
        _touchedLeftOut |= _leftOut.Any(arm => arm is T typed && (filter is null || filter(typed)));
        ArmResult<TArm, TMetrics>[] rows = [.. Arms.Where(row => row.Arm is T typed && (filter is null || filter(typed)))];
        var dropped = rows.Count(static row => row.Status == ArmStatus.Dropped);
        _foundOnlyDropped |= dropped > 0 && dropped == rows.Length;
        _dropped = Math.Max(_dropped, dropped);
        return new([.. rows
            .Where(static row => row.Status != ArmStatus.Dropped)
            .Select(static row => new ArmResult<T, TMetrics>((T)row.Arm, row.Status, row.TrainableParameters, row.Metrics)
            {
                DivergedAt = row.DivergedAt,
                StoppedAt = row.StoppedAt,
                RestoredFrom = row.RestoredFrom,
                Dropped = row.Dropped,
                Curve = row.Curve,
                Evaluations = row.Evaluations,
                Values = row.Values,
            })]);
    }

    /// <summary>
    /// The results as text that is the same on every machine: numbers to a few digits, and those that are zero but for
    /// rounding as zero. For snapshots beside tests.
    /// </summary>
    public string Summary() => SnapshotText.Of(this);

    /// <summary>Names of the metrics in the order of the spec.</summary>
    internal ImmutableArray<string> MetricNames { get; init; } = [];

    /// <summary>Checks the expectations. One that needs arms which the run was told to leave out is not judged.</summary>
    /// <param name="expectations">What the spec expects.</param>
    /// <param name="proven">What became of bounds that are proven; they come after the spec's own.</param>
    internal void Judge(ImmutableArray<Expectation<TArm, TMetrics>> expectations, IEnumerable<ExpectationOutcome>? proven = null) =>
        Expectations = [.. expectations.Select(Judge), .. proven ?? []];

    private ExpectationOutcome Judge(Expectation<TArm, TMetrics> expectation)
    {
        (_touchedLeftOut, _foundOnlyDropped, _dropped) = (false, false, 0);
        try
        {
            var verdict = expectation.Check(this);
            var open = _touchedLeftOut ? "not judged: the run left out arms that it speaks of"
                : _foundOnlyDropped ? "not judged: the search dropped all arms that a part of it speaks of"
                : null;
            var without = _dropped == 0 ? "" : $"; without {Hosting.ProgressDisplay.Count(_dropped, "dropped arm")}";
            return open is not null
                ? new(expectation.Text, null, verdict.Measured, verdict.Bound, open)
                : new(expectation.Text, verdict.Held, verdict.Measured, verdict.Bound, verdict.Detail + without);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(expectation.Text, false, double.NaN, double.NaN, $"could not be computed: {e.Message}");
        }
    }
}

/// <summary>An expectation and what became of it.</summary>
/// <param name="Text">As the spec has it.</param>
/// <param name="Held">Whether it held; null when the run left out arms that it speaks of.</param>
/// <param name="Measured">The measured side of its comparison; NaN when there is none.</param>
/// <param name="Bound">What <paramref name="Measured"/> was compared with; NaN when there is nothing.</param>
/// <param name="Detail">The numbers and the arm that decided.</param>
public sealed record ExpectationOutcome(string Text, bool? Held, double Measured, double Bound, string Detail);
