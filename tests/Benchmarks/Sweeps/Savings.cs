using System.CommandLine;
using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Cohorts;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary><c>savings</c>: what each way to do less work saves, by leaving it out; one thread.</summary>
internal static class Savings
{
    private static readonly Shortcuts[] Each = [Shortcuts.Constants, Shortcuts.PromptOnce, Shortcuts.ReadsOnly];

    public static Command Create(Shared shared)
    {
        var cells = new CellOptions(32);
        var command = new Command("savings", "What each way to do less work saves; one thread.");
        cells.AddTo(command);
        command.SetAction(parsed =>
        {
            var report = new Report("savings");
            foreach (var cell in cells.Cells(parsed))
            {
                report.Add(Measure(cell, parsed.GetValue(shared.Seconds), parsed.GetValue(shared.Repetitions)));
            }

            report.Print();
            return 0;
        });
        return command;
    }

    private static JsonObject Measure(Cell cell, double seconds, int repetitions)
    {
        torch.set_num_threads(1);
        int steps = Rounds.StepsFor(seconds, steps => SweepRuntime.Train(cell, steps, workers: 1).Wall * cell.Arms);
        var designs = cell.Designs(steps + TimedSession.WarmUp);
        CohortPlan[] together = [.. CohortPlanner.Plan(designs)], alone = [.. designs.Select((design, arm) => new CohortPlan(arm, [arm], [design]))];
        var medians = Rounds.Run(
            repetitions,
            [
                () => SweepRuntime.Train(cell, together, workers: 1),
                () => SweepRuntime.Train(cell with { Shortcuts = Shortcuts.None }, together, workers: 1),
                .. Each.Select(one => (Func<Sample>)(() => SweepRuntime.Train(cell with { Shortcuts = Shortcuts.All & ~one }, together, workers: 1))),
                () => SweepRuntime.Train(cell, alone, workers: 1),
                () => Updates(cell, together, steps),
                () => Updates(cell, alone, steps),
                () => Evaluations(cell, together, steps),
                () => Evaluations(cell, alone, steps),
            ]).Select(Sample.Median).ToArray();
        var row = Report.Row(cell.Name, medians[0]);
        row["without_any"] = medians[1].Against(medians[0]);
        foreach (var (index, one) in Each.Index())
        {
            row["without_" + one switch { Shortcuts.Constants => "constants", Shortcuts.PromptOnce => "prompt_once", _ => "reads_only" }] = medians[2 + index].Against(medians[0]);
        }

        row["arms_one_by_one"] = medians[5].Against(medians[0]);
        row["updates"] = medians[6].Json();
        row["updates_one_by_one"] = medians[7].Against(medians[6]);
        row["evaluations"] = medians[8].Json();
        row["evaluations_one_by_one"] = medians[9].Against(medians[8]);
        return row;
    }

    /// <summary>An update of one arm by the optimiser, from gradients that are there.</summary>
    private static Sample Updates(Cell cell, IReadOnlyList<CohortPlan> plans, int steps) => OfEach(cell, plans, (cohort, _, _, adapter) =>
    {
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        return Sample.Of(() =>
        {
            for (int step = 0; step < steps; step++)
            {
                optimizer.Step(step);
            }
        }) / steps;
    });

    /// <summary>A pass that only measures.</summary>
    private static Sample Evaluations(Cell cell, IReadOnlyList<CohortPlan> plans, int steps) => OfEach(cell, plans, (_, backbone, task, adapter) =>
    {
        using var frozen = torch.no_grad();
        return Sample.Of(() =>
        {
            for (int step = 0; step < steps; step++)
            {
                using var scope = torch.NewDisposeScope();
                task.Loss(backbone, adapter, Batch.Fresh(step, cell.Batch));
            }
        }) / steps;
    });

    /// <summary>Per arm, over all cohorts.</summary>
    private static Sample OfEach(Cell cell, IReadOnlyList<CohortPlan> plans, Func<Cohort, Transformer, SweepTask, Methods.Adapter, Sample> measure)
    {
        var sum = default(Sample);
        SweepRuntime.Look(cell, plans, (cohort, backbone, task, adapter) => sum += measure(cohort, backbone, task, adapter));
        return sum / cell.Arms;
    }
}
