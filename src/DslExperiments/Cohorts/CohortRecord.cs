using System.Collections.Immutable;
using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// What the training of a cohort has shown so far: the measured losses, the values of a metric that is watched, and which
/// lanes left it. A lane that diverged or stopped early leaves: nobody looks at it any more, but it stays on the arm axis as
/// ballast, so that what the others compute does not change by a bit. One that stopped keeps the numbers that it had.
/// </summary>
internal sealed class CohortRecord
{
    private const string KeptPrefix = "lane ";

    private readonly List<MeasuredStep> curve = [];
    private readonly List<MeasuredStep> evaluations = [];
    private readonly EarlyStopping[] rules;
    private readonly bool[] restores;
    private readonly string watched;
    private readonly int[] divergedAt;
    private readonly int[] stoppedAt;
    private readonly Drop?[] dropped;
    private readonly Dictionary<int, LaneState> kept = [];
    private IReadOnlyList<double>? end;

    /// <summary>Begins a record.</summary>
    /// <param name="trainings">Settings of every lane, [A].</param>
    public CohortRecord(IReadOnlyList<TrainingOptions> trainings)
    {
        rules = [.. trainings.Select(static training => new EarlyStopping(training.EarlyStopping))];
        restores = [.. trainings.Select(static training => training.EarlyStopping.RestoreBest)];
        watched = trainings[0].EarlyStopping.Metric;
        divergedAt = [.. trainings.Select(static _ => -1)];
        stoppedAt = [.. divergedAt];
        dropped = new Drop?[divergedAt.Length];
    }

    /// <summary>The measured steps.</summary>
    public IReadOnlyList<MeasuredStep> Curve => curve;

    /// <summary>The values of the metric that early stopping watches; none where it watches the losses.</summary>
    public IReadOnlyList<MeasuredStep> Evaluations => evaluations;

    /// <summary>The losses that were measured last, one per lane: at the end those of the numbers that lanes end with.</summary>
    public IReadOnlyList<double> Last => end ?? (curve.Count > 0 ? curve[^1].Losses : []);

    /// <summary>What the lanes had at their best; null where nobody asks for it.</summary>
    public BestNumbers? Best { get; set; }

    /// <summary>Per lane the measured step at which its loss was no longer finite, or -1.</summary>
    public IReadOnlyList<int> DivergedAt => divergedAt;

    /// <summary>Per lane the measured step at which it stopped early, or -1.</summary>
    public IReadOnlyList<int> StoppedAt => stoppedAt;

    /// <summary>Per lane when a search dropped it, or null.</summary>
    public IReadOnlyList<Drop?> Dropped => dropped;

    /// <summary>How many lanes are still trained.</summary>
    public int Active => Enumerable.Range(0, divergedAt.Length).Count(lane => !HasLeft(lane));

    /// <summary>True when every lane left.</summary>
    public bool AllLeft => Enumerable.Range(0, divergedAt.Length).All(HasLeft);

    /// <summary>True when every lane diverged.</summary>
    public bool AllDiverged => divergedAt.All(static at => at >= 0);

    /// <summary>True when a lane diverged or stopped.</summary>
    public bool HasLeft(int lane) => divergedAt[lane] >= 0 || stoppedAt[lane] >= 0;

    /// <summary>Where a lane's best numbers lie, [A·n]; null when it does not end with them.</summary>
    public Tensor? BestOf(int lane) => restores[lane] ? Best?.Values : null;

    /// <summary>The step whose numbers a lane ends with in place of its last ones, or -1; known at the end.</summary>
    public int RestoredFrom(int lane)
    {
        bool stopped = stoppedAt[lane] >= 0;
        return restores[lane] && Best is not null && divergedAt[lane] < 0 && (stopped || dropped[lane] is null) && rules[lane].BestAt != (stopped ? stoppedAt[lane] : curve[^1].Step)
            ? rules[lane].BestAt
            : -1;
    }

    /// <summary>A copy of what a lane that stopped early keeps, or null.</summary>
    public LaneState? KeptOf(int lane) => kept.GetValueOrDefault(lane)?.Copy();

    /// <summary>The curve of one lane, up to where it stopped or was dropped.</summary>
    public IEnumerable<CurvePoint> CurveOf(int lane) => PointsOf(lane).TakeWhile(point => IsOf(lane, point.Step));

    /// <summary>The evaluations of one lane, up to where it left.</summary>
    public IEnumerable<Evaluation> EvaluationsOf(int lane) => PointsOf(lane, evaluations)
        .TakeWhile(point => IsOf(lane, point.Step) && (divergedAt[lane] < 0 || point.Step <= divergedAt[lane]))
        .Select(point => new Evaluation(point.Step, watched, point.Loss));

    /// <summary>What a lane takes along into another cohort.</summary>
    public LanePast PastOf(int lane, LaneState state, double joules) =>
        new([.. PointsOf(lane)], divergedAt[lane], stoppedAt[lane], state) { Evaluations = [.. PointsOf(lane, evaluations)], Dropped = dropped[lane], Joules = joules };

    /// <summary>Takes the losses of a pass, before its update: lanes may leave by them.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="losses">One per lane.</param>
    /// <param name="take">Copies a lane's numbers; null on the last pass, after which nobody can stop.</param>
    /// <returns>What is reported: NaN for a lane that diverged, for one that stopped its last loss.</returns>
    public double[] Add(int step, IReadOnlyList<double> losses, Func<int, LaneState>? take)
    {
        var reported = new double[losses.Count];
        for (int lane = 0; lane < reported.Length; lane++)
        {
            // Whom an evaluation stopped at this very step still has the loss of it.
            bool active = divergedAt[lane] < 0 && (stoppedAt[lane] < 0 || stoppedAt[lane] == step);
            if (active && !double.IsFinite(losses[lane]))
            {
                (divergedAt[lane], stoppedAt[lane]) = (step, -1);
                if (kept.Remove(lane, out var state))
                {
                    state.Dispose();
                }
            }

            reported[lane] = divergedAt[lane] >= 0 ? double.NaN : active || take is null ? losses[lane] : curve[^1].Losses[lane];
        }

        Append(curve, step, reported);
        if (watched.Length == 0)
        {
            Judge(step, reported, take);
        }

        return reported;
    }

    /// <summary>Takes the values of the metric that is watched, before a pass: lanes may leave by them.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="values">One per lane.</param>
    /// <param name="take">As of <see cref="Add"/>.</param>
    public void Evaluate(int step, IReadOnlyList<double> values, Func<int, LaneState>? take)
    {
        double[] reported = [.. values.Select((value, lane) => HasLeft(lane) && evaluations.Count > 0 ? evaluations[^1].Losses[lane] : value)];
        Append(evaluations, step, reported);
        Judge(step, reported, take);
    }

    /// <summary>Takes the losses of the numbers that lanes end with, once the end of the training was measured itself.</summary>
    public void End(IReadOnlyList<double> losses) => end = [.. losses.Select((loss, lane) => divergedAt[lane] >= 0 ? double.NaN : loss)];

    /// <summary>Goes on with lanes of other cohorts.</summary>
    public void Begin(IReadOnlyList<LanePast> pasts)
    {
        curve.AddRange(Joined([.. pasts.Select(static past => past.Curve)]));
        evaluations.AddRange(Joined([.. pasts.Select(static past => past.Evaluations)]));
        for (int lane = 0; lane < pasts.Count; lane++)
        {
            (divergedAt[lane], stoppedAt[lane], dropped[lane]) = (pasts[lane].DivergedAt, pasts[lane].StoppedAt, pasts[lane].Dropped);
            if (stoppedAt[lane] >= 0)
            {
                kept[lane] = pasts[lane].State.Copy();
            }
        }

        Replay();
    }

    /// <summary>Gives the lanes that stopped early back what they had then, or at their best; at the end also those that went on.</summary>
    public void PutBack(Adapter adapter, Optimizer optimizer, bool isEnd)
    {
        foreach (var (lane, state) in kept)
        {
            state.Put(lane, adapter, optimizer, BestOf(lane));
        }

        Best?.PutBack([.. Enumerable.Range(0, restores.Length).Select(lane => (isEnd || stoppedAt[lane] >= 0) && RestoredFrom(lane) >= 0)]);
    }

    /// <summary>Everything that determines the rest of the training.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="tensors">Adapter and optimiser.</param>
    public CohortState ToState(int step, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var all = kept.SelectMany(static lane => lane.Value.Tensors.Select(tensor => KeyValuePair.Create(NameOf(lane.Key, tensor.Key), tensor.Value)));
        return new CohortState(step, tensors.Concat(all).ToDictionary(), [.. divergedAt], [.. curve]) { StoppedAt = [.. stoppedAt], Evaluations = [.. evaluations] };
    }

    /// <summary>Goes on from a state; its tensors of kept lanes become this record's.</summary>
    public void Restore(CohortState state)
    {
        state.DivergedAt.ToArray().CopyTo(divergedAt, 0);
        state.StoppedAt.ToArray().CopyTo(stoppedAt, 0);
        curve.Clear();
        curve.AddRange(state.Curve);
        evaluations.AddRange(state.Evaluations);
        foreach (int lane in Enumerable.Range(0, stoppedAt.Length).Where(lane => stoppedAt[lane] >= 0))
        {
            kept[lane] = LaneOf(lane, state);
        }

        Replay();
    }

    /// <summary>The state of a cohort at a rung: every lane by itself.</summary>
    public static CohortState ToState(int step, RungEnd end) => new(
        step,
        end.Lanes.SelectMany(static (lane, at) => lane.State.Tensors.Select(tensor => KeyValuePair.Create(NameOf(at, tensor.Key), tensor.Value))).ToDictionary(),
        [.. end.Lanes.Select(static lane => lane.DivergedAt)],
        Joined([.. end.Lanes.Select(static lane => lane.Curve)]))
    {
        Evaluations = Joined([.. end.Lanes.Select(static lane => lane.Evaluations)]),
        StoppedAt = [.. end.Lanes.Select(static lane => lane.StoppedAt)],
        Values = end.Values,
        Joules = [.. end.Lanes.Select(static lane => lane.Joules)],
    };

    /// <summary>What <see cref="ToState(int, RungEnd)"/> was made of; its tensors become the lanes'.</summary>
    public static RungEnd ToRung(CohortState state) => new(
        [.. state.Values],
        [.. state.DivergedAt.Select((at, lane) => new LanePast(
            [.. PointsOf(lane, state.Curve)], at, state.StoppedAt[lane], LaneOf(lane, state))
        {
            Evaluations = [.. PointsOf(lane, state.Evaluations)],
            Joules = state.Joules.Count > 0 ? state.Joules[lane] : 0,
        })]);

    /// <summary>True for the name of a tensor that a lane keeps.</summary>
    public static bool IsKept(string name) => name.StartsWith(KeptPrefix, StringComparison.Ordinal);

    /// <summary>Frees what the lanes kept.</summary>
    public void Release()
    {
        Best?.Dispose();
        foreach (var state in kept.Values)
        {
            state.Dispose();
        }

        kept.Clear();
    }

    private bool IsOf(int lane, int step) =>
        (stoppedAt[lane] < 0 || step <= stoppedAt[lane]) && (dropped[lane] is not { } drop || step <= drop.Step);

    private IEnumerable<CurvePoint> PointsOf(int lane) => PointsOf(lane, curve);

    private static IEnumerable<CurvePoint> PointsOf(int lane, IEnumerable<MeasuredStep> steps) => steps.Select(step => new CurvePoint(step.Step, step.Losses[lane]));

    private static void Append(List<MeasuredStep> steps, int step, double[] values)
    {
        if (steps.Count > 0 && steps[^1].Step == step)
        {
            // Lanes that were measured here before, at a rung.
            steps.RemoveAt(steps.Count - 1);
        }

        steps.Add(new MeasuredStep(step, values));
    }

    /// <summary>Who got better is kept, then whoever stops leaves.</summary>
    private void Judge(int step, IReadOnlyList<double> values, Func<int, LaneState>? take)
    {
        var better = new bool[values.Count];
        var stops = new List<int>();
        foreach (int lane in Enumerable.Range(0, better.Length).Where(lane => !HasLeft(lane) && dropped[lane] is null))
        {
            if (rules[lane].StopsAfter(step, values[lane]) && take is not null)
            {
                stops.Add(lane);
            }

            better[lane] = restores[lane] && rules[lane].BestAt == step;
        }

        Best?.Keep(better);
        foreach (int lane in stops)
        {
            stoppedAt[lane] = step;
            kept.Add(lane, take!(lane));
        }
    }

    /// <summary>What early stopping remembers follows from the values that it saw.</summary>
    private void Replay()
    {
        foreach (int lane in Enumerable.Range(0, rules.Length).Where(lane => divergedAt[lane] < 0))
        {
            foreach (var point in PointsOf(lane, watched.Length > 0 ? evaluations : curve).TakeWhile(point => stoppedAt[lane] < 0 || point.Step <= stoppedAt[lane]))
            {
                rules[lane].StopsAfter(point.Step, point.Loss);
            }
        }
    }

    /// <summary>The curves of lanes side by side; what a lane that left has no more values for repeats its last one.</summary>
    private static MeasuredStep[] Joined(IReadOnlyList<ImmutableArray<CurvePoint>> curves) => [.. curves.MaxBy(static points => points.Length).Select((point, at) =>
        new MeasuredStep(point.Step, [.. curves.Select(points => points[Math.Min(at, points.Length - 1)].Loss)]))];

    private static LaneState LaneOf(int lane, CohortState state)
    {
        string prefix = NameOf(lane, "");
        return new LaneState(state.Tensors
            .Where(tensor => tensor.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key[prefix.Length..], static tensor => tensor.Value.DetachFromDisposeScope()));
    }

    private static string NameOf(int lane, string tensor) => $"{KeptPrefix}{SpecText.Of(lane)} {tensor}";
}
