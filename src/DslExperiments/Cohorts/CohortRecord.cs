using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// What the training of a cohort has shown so far: the measured losses, and which lanes left it. A lane that diverged or
/// stopped early leaves: nobody looks at it any more, but it stays on the arm axis as ballast, so that what the others compute
/// does not change by a bit. One that stopped keeps the numbers that it had.
/// </summary>
internal sealed class CohortRecord
{
    private const string KeptPrefix = "lane ";

    private readonly List<MeasuredStep> curve = [];
    private readonly EarlyStopping[] rules;
    private readonly int[] divergedAt;
    private readonly int[] stoppedAt;
    private readonly Drop?[] dropped;
    private readonly Dictionary<int, LaneState> kept = [];

    /// <summary>Begins a record.</summary>
    /// <param name="trainings">Settings of every lane, [A].</param>
    public CohortRecord(IReadOnlyList<TrainingOptions> trainings)
    {
        rules = [.. trainings.Select(static training => new EarlyStopping(training.EarlyStopping))];
        divergedAt = [.. trainings.Select(static _ => -1)];
        stoppedAt = [.. divergedAt];
        dropped = new Drop?[divergedAt.Length];
    }

    /// <summary>The measured steps.</summary>
    public IReadOnlyList<MeasuredStep> Curve => curve;

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

    /// <summary>A copy of what a lane that stopped early keeps, or null.</summary>
    public LaneState? KeptOf(int lane) => kept.GetValueOrDefault(lane)?.Copy();

    /// <summary>The curve of one lane, up to where it stopped or was dropped.</summary>
    public IEnumerable<CurvePoint> CurveOf(int lane) => PointsOf(lane)
        .TakeWhile(point => (stoppedAt[lane] < 0 || point.Step <= stoppedAt[lane]) && (dropped[lane] is not { } drop || point.Step <= drop.Step));

    /// <summary>What a lane takes along into another cohort.</summary>
    public LanePast PastOf(int lane, LaneState state, double joules) =>
        new([.. PointsOf(lane)], divergedAt[lane], stoppedAt[lane], state) { Dropped = dropped[lane], Joules = joules };

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
            bool active = !HasLeft(lane);
            if (active && !double.IsFinite(losses[lane]))
            {
                divergedAt[lane] = step;
            }

            reported[lane] = divergedAt[lane] >= 0 ? double.NaN : active || take is null ? losses[lane] : curve[^1].Losses[lane];
            if (active && divergedAt[lane] < 0 && rules[lane].StopsAfter(losses[lane]) && take is not null)
            {
                stoppedAt[lane] = step;
                kept.Add(lane, take(lane));
            }
        }

        if (curve.Count > 0 && curve[^1].Step == step)
        {
            // Lanes that were measured here before, at a rung.
            curve.RemoveAt(curve.Count - 1);
        }

        curve.Add(new MeasuredStep(step, reported));
        return reported;
    }

    /// <summary>Goes on with lanes of other cohorts.</summary>
    public void Begin(IReadOnlyList<LanePast> pasts)
    {
        curve.AddRange(Joined(pasts));
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

    /// <summary>Gives the lanes that stopped early back what they had then.</summary>
    public void PutBack(Adapter adapter, Optimizer optimizer)
    {
        foreach (var (lane, state) in kept)
        {
            state.Put(lane, adapter, optimizer);
        }
    }

    /// <summary>Everything that determines the rest of the training.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="tensors">Adapter and optimiser.</param>
    public CohortState ToState(int step, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var all = kept.SelectMany(static lane => lane.Value.Tensors.Select(tensor => KeyValuePair.Create(NameOf(lane.Key, tensor.Key), tensor.Value)));
        return new CohortState(step, tensors.Concat(all).ToDictionary(), [.. divergedAt], [.. curve]) { StoppedAt = [.. stoppedAt] };
    }

    /// <summary>Goes on from a state; its tensors of kept lanes become this record's.</summary>
    public void Restore(CohortState state)
    {
        state.DivergedAt.ToArray().CopyTo(divergedAt, 0);
        state.StoppedAt.ToArray().CopyTo(stoppedAt, 0);
        curve.Clear();
        curve.AddRange(state.Curve);
        Release();
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
        Joined(end.Lanes))
    {
        StoppedAt = [.. end.Lanes.Select(static lane => lane.StoppedAt)],
        Values = end.Values,
        Joules = [.. end.Lanes.Select(static lane => lane.Joules)],
    };

    /// <summary>What <see cref="ToState(int, RungEnd)"/> was made of; its tensors become the lanes'.</summary>
    public static RungEnd ToRung(CohortState state) => new(
        [.. state.Values],
        [.. state.DivergedAt.Select((at, lane) => new LanePast(
            [.. state.Curve.Select(step => new CurvePoint(step.Step, step.Losses[lane]))], at, state.StoppedAt[lane], LaneOf(lane, state))
        {
            Joules = state.Joules.Count > 0 ? state.Joules[lane] : 0,
        })]);

    /// <summary>True for the name of a tensor that a lane keeps.</summary>
    public static bool IsKept(string name) => name.StartsWith(KeptPrefix, StringComparison.Ordinal);

    /// <summary>Frees what the lanes kept.</summary>
    public void Release()
    {
        foreach (var state in kept.Values)
        {
            state.Dispose();
        }

        kept.Clear();
    }

    private IEnumerable<CurvePoint> PointsOf(int lane) => curve.Select(step => new CurvePoint(step.Step, step.Losses[lane]));

    /// <summary>What early stopping remembers follows from the curve.</summary>
    private void Replay()
    {
        foreach (int lane in Enumerable.Range(0, rules.Length).Where(lane => !HasLeft(lane)))
        {
            foreach (var point in PointsOf(lane))
            {
                rules[lane].StopsAfter(point.Loss);
            }
        }
    }

    /// <summary>The curves of lanes side by side; what a lane that left has no more losses for repeats its last one.</summary>
    private static MeasuredStep[] Joined(IReadOnlyList<LanePast> pasts) => [.. pasts.MaxBy(static past => past.Curve.Length)!.Curve.Select((point, at) =>
        new MeasuredStep(point.Step, [.. pasts.Select(past => past.Curve[Math.Min(at, past.Curve.Length - 1)].Loss)]))];

    private static LaneState LaneOf(int lane, CohortState state)
    {
        string prefix = NameOf(lane, "");
        return new LaneState(state.Tensors
            .Where(tensor => tensor.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key[prefix.Length..], static tensor => tensor.Value.DetachFromDisposeScope()));
    }

    private static string NameOf(int lane, string tensor) => $"{KeptPrefix}{SpecText.Of(lane)} {tensor}";
}
