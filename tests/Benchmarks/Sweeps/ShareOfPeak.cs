using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Cohorts;
using TorchSharp;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>
/// <c>share</c>: what share of the machine's matrix product a sweep reaches, and what share of its time goes into anything
/// but arithmetic. One thread.
/// </summary>
/// <remarks>
/// The peak is a product of two square matrices in the same process. What calls cost, ours and libtorch's, is what the same
/// cohorts take when they have almost nothing to compute: as many arms and heads, but two numbers per head, a sequence of
/// two tokens, one virtual token.
/// </remarks>
internal static class ShareOfPeak
{
    private const int Rows = 1024;

    public static Command Create(Shared shared)
    {
        var cells = new CellOptions(32);
        var command = new Command("share", "Share of the machine's matrix product, and of time that is not arithmetic; one thread.");
        cells.AddTo(command);
        command.SetAction(parsed =>
        {
            var report = new Report("share");
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
        var empty = cell with { Width = 2 * cell.Backbone.Heads, Heads = cell.Backbone.Heads, Batch = 1, Tokens = 2, Reads = Math.Min(2, cell.Reads), Size = 1 };
        int steps = Rounds.StepsFor(seconds, steps => SweepRuntime.Train(cell, steps, workers: 1).Wall * cell.Arms);
        var medians = Rounds.Run(
            repetitions,
            () => SweepRuntime.Train(cell, steps, workers: 1),
            () => SweepRuntime.Train(empty, PlanLike(cell, empty, 4 * steps), workers: 1),
            () => Product(cell.Dtype == Precision.Float64 ? torch.float64 : torch.float32, seconds / 4)).Select(Sample.Median).ToArray();
        var plans = CohortPlanner.Plan(cell.Designs(steps: 1));
        double armsPerSeed = (double)cell.Arms / plans.Sum(plan => plan.Designs.Select(design => design.Arm.Seed).Distinct().Count());
        double ours = MultiplyAdds.Ours(cell, armsPerSeed), peak = Math.Pow(Rows, 3) / medians[2].Cpu;
        var row = Report.Row(cell.Name, medians[0]);
        row["cohorts"] = plans.Count;
        row["multiply_adds"] = ours;
        row["multiply_adds_of_the_plain_way"] = MultiplyAdds.Plain(cell);
        row["peak_multiply_adds_per_second"] = peak;
        row["share_of_peak"] = Math.Round(ours / medians[0].Cpu / peak, 3);
        row["share_of_calls"] = Math.Round(medians[1].Cpu / medians[0].Cpu, 3);
        return row;
    }

    /// <summary>The arms of another cell in the same cohorts.</summary>
    private static CohortPlan[] PlanLike(Cell cell, Cell other, int steps)
    {
        var designs = other.Designs(steps + TimedSession.WarmUp);
        return [.. CohortPlanner.Plan(cell.Designs(steps: 1)).Select(plan => plan with { Designs = [.. plan.Arms.Select(arm => designs[arm])] })];
    }

    /// <summary>The fastest of many products.</summary>
    private static Sample Product(torch.ScalarType dtype, double seconds)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor left = torch.randn([Rows, Rows], dtype), right = torch.randn([Rows, Rows], dtype);
        var best = new Sample(double.PositiveInfinity, double.PositiveInfinity);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < seconds || double.IsInfinity(best.Cpu);)
        {
            var sample = Sample.Of(() => left.mm(right).Dispose());
            best = new(Math.Min(best.Wall, sample.Wall), Math.Min(best.Cpu, sample.Cpu));
        }

        return best;
    }
}
