using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <content>The training loop: from where it begins to where it ends, with all that is saved on the way.</content>
public sealed partial class Cohort
{
    /// <summary>
    /// The passes of the training loop, from the start or from where an interrupted run was saved. Losses are read only
    /// at measured passes; between them nothing waits for the device.
    /// </summary>
    /// <param name="trained">What is trained, and what metrics read.</param>
    /// <param name="optimizer">Trains it.</param>
    /// <param name="metrics">The experiment's metrics, one of which early stopping may watch.</param>
    /// <exception cref="TrainingInterruptedException">The run was asked to pause; its state is saved.</exception>
    public IEnumerable<TrainingStep> Steps(TrainedCohort trained, Optimizer optimizer, IReadOnlyList<Metric> metrics)
    {
        Watch(trained, metrics);
        return Steps(trained.Adapter, optimizer);
    }

    /// <summary>The same where early stopping watches no metric.</summary>
    public IEnumerable<TrainingStep> Steps(Adapter adapter, Optimizer optimizer)
    {
        CheckWatch();
        energy = Results.EnergyAccount.Begin(Device.type == DeviceType.CUDA);
        try
        {
            foreach (var step in Passes(adapter, optimizer))
            {
                yield return step;
            }
        }
        finally
        {
            energy.End();
            record.Release();
        }
    }

    private IEnumerable<TrainingStep> Passes(Adapter adapter, Optimizer optimizer)
    {
        int steps = Rung?.Step ?? StepCount;
        int every = MeasureEvery(Trainings[0]);
        CheckCounts(adapter);
        bool isEnd = Rung is null && !IsPart, isJudged = !isEnd;
        if (StepCount > 0 && Trainings.Any(static training => training.EarlyStopping.RestoreBest))
        {
            record.Best = new BestNumbers(adapter);
        }

        int first = Restore(adapter, optimizer);
        var groups = new SeedGroups(Seeds, adapter.Values.dtype, Device);
        var order = new BatchOrder(groups, Task, Trainings[0].Batch);
        var ones = torch.ones(Count, adapter.Values.dtype, Device);
        for (int index = first; index <= steps; index++)
        {
            if (index == first && !HasReferenceValues())
            {
                IsRefused = true;
                yield break;
            }

            // Once nobody is left to train, only the measurement at the end is.
            index = record.AllLeft ? steps : index;
            bool last = index == steps;

            // The end is a candidate for the best as well: it is measured first, and then what the lanes end with.
            bool isCandidate = last && !isJudged && record.Best is not null && !record.AllLeft;
            if (isCandidate || !last)
            {
                Evaluate(index, isCandidate ? null : Taking(adapter, optimizer), isDue: isCandidate);
            }

            if (last && !isCandidate)
            {
                record.PutBack(adapter, optimizer, isEnd);
            }

            if (record.AllDiverged || (last && IsPart))
            {
                ends = Ends(adapter, optimizer);
                yield break;
            }

            using var batchScope = NewDisposeScope();
            var batch = last ? order.Last(index) : order.At(index, Device);
            ImmutableArray<LanePast> before = [];
            Action<double[]>? measured = last || (index % every == 0 && !(Curve.Count > 0 && Curve[^1].Step == index)) ? Measure : null;
            var step = new TrainingStep(index, !last, measured, batch, adapter, optimizer, ones);
            adapter.Step = last ? null : index;
            yield return step;
            adapter.Step = null;
            if (!step.Done)
            {
                throw new InvalidOperationException($"Step {index} did not call Descend.");
            }

            if (isCandidate)
            {
                isJudged = true;
                index--;
                continue;
            }

            if (record.AllDiverged || last)
            {
                ends = Ends(adapter, optimizer);
                yield break;
            }

            if (before.Length > 0)
            {
                Narrowing = new Narrowing(index, before, After(adapter, optimizer)) { Values = [.. record.Evaluations.Count > 0 ? record.Evaluations[^1].Losses : []] };
                yield break;
            }

            if (index == first && Reference is { } reference && !reference.Index().All(lane => lane.Item?.HasSameBits(StateOf(lane.Index, adapter, optimizer, gradients: true)) ?? true))
            {
                IsRefused = true;
                yield break;
            }

            session.Progress(index + 1, steps);
            SaveOrPause(index + 1, adapter, optimizer);

            // Before the update: a lane that stops keeps what was measured, and a narrower cohort would go on from there.
            void Measure(double[] losses)
            {
                if (last && isEnd && isJudged)
                {
                    record.End(losses);
                    return;
                }

                Record(index, losses, last ? null : Taking(adapter, optimizer));
                if (!last && record.Active is > 0 and var active && active <= NarrowsAt && index + every < steps && (evaluation is null || record.Evaluations[^1].Step == index))
                {
                    before = PastsOf(adapter, optimizer);
                }
            }
        }
    }

    private ImmutableArray<LaneState> Ends(Adapter adapter, Optimizer optimizer) =>
        Rung is null && !IsPart ? [] : [.. Enumerable.Range(0, Count).Select(lane => StateOf(lane, adapter, optimizer))];

    private LaneState StateOf(int lane, Adapter adapter, Optimizer optimizer, bool gradients = false) =>
        LaneState.Take(lane, adapter, optimizer, record.BestOf(lane), gradients);

    private Func<int, LaneState> Taking(Adapter adapter, Optimizer optimizer) => lane => StateOf(lane, adapter, optimizer);

    /// <summary>What every lane would take along now; one that left, what it left with.</summary>
    private ImmutableArray<LanePast> PastsOf(Adapter adapter, Optimizer optimizer) =>
        [.. Joules.Select((joules, lane) => record.PastOf(lane, record.KeptOf(lane) ?? StateOf(lane, adapter, optimizer), joules))];

    /// <summary>What an update has made of the lanes that are trained on; null for the others.</summary>
    private ImmutableArray<LaneState?> After(Adapter adapter, Optimizer optimizer) =>
        [.. Enumerable.Range(0, Count).Select(lane => record.HasLeft(lane) ? null : StateOf(lane, adapter, optimizer, gradients: true))];

    private void CheckCounts(Adapter adapter)
    {
        if (adapter.Arms != Count)
        {
            throw new ArgumentException($"The adapter has {adapter.Arms} arms, the cohort {Count}.", nameof(adapter));
        }

        for (int arm = 0; arm < Count; arm++)
        {
            if (adapter.ParametersOf(arm) != Designs[arm].TrainableParameters)
            {
                throw new InvalidOperationException(
                    $"{Designs[arm].Arm.Label} trains {adapter.ParametersOf(arm)} numbers, but its design says {Designs[arm].TrainableParameters}.");
            }
        }
    }

    /// <summary>From the start, or from where the lanes were in earlier cohorts.</summary>
    private int Begin(Adapter adapter, Optimizer optimizer)
    {
        foreach (var (lane, past) in Start?.Lanes.Index() ?? [])
        {
            past.State.Put(lane, adapter, optimizer, record.BestOf(lane));
        }

        if (Start is not null)
        {
            record.Begin(Start.Lanes);
        }

        return Start?.Step ?? 0;
    }

    private int Restore(Adapter adapter, Optimizer optimizer)
    {
        if (Saved() is not { } state)
        {
            return Begin(adapter, optimizer);
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, target) in StateTensors(adapter, optimizer))
        {
            if (!state.Tensors.TryGetValue(name, out var saved))
            {
                throw new InvalidOperationException($"The saved state of cohort {Index} has no tensor {name}.");
            }

            target.copy_(saved);
        }

        adapter.Buffer.Publish();
        foreach (var (_, tensor) in state.Tensors.Where(static tensor => !CohortRecord.IsKept(tensor.Key)))
        {
            tensor.Dispose();
        }

        record.Restore(state);
        earlierJoules = state.Joules;
        return state.Step;
    }

    private void Record(int index, IReadOnlyList<double> losses, Func<int, LaneState>? take)
    {
        double[] reported = record.Add(index, losses, take);
        session.Measured(index, [.. BestLanes().Select(lane => reported[lane])]);
    }

    private void SaveOrPause(int done, Adapter adapter, Optimizer optimizer)
    {
        bool pause = session.PauseRequested;
        if (pause || session.SaveDue)
        {
            session.Save(Widen is null
                ? record.ToState(done, StateTensors(adapter, optimizer)) with { Joules = Joules }
                : Widen(done, PastsOf(adapter, optimizer)));
        }

        if (pause)
        {
            throw new TrainingInterruptedException();
        }
    }

    private Dictionary<string, Tensor> StateTensors(Adapter adapter, Optimizer optimizer)
    {
        var tensors = new Dictionary<string, Tensor> { ["adapter"] = adapter.Values };
        if (record.Best is { } best)
        {
            tensors.Add("best", best.Values);
        }

        foreach (var (name, tensor) in optimizer.State)
        {
            tensors.Add("optimizer." + name, tensor);
        }

        return tensors;
    }
}
