using System.CommandLine;
using System.Text.Json.Nodes;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Cohorts;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary><c>scaling</c>: how the time per step of an arm changes with arms and cores. <c>cohorts</c>: with the size of cohorts.</summary>
internal static class Scaling
{
    /// <summary>One worker and two, from 1 to 512 arms.</summary>
    public static Command Create(Shared shared)
    {
        var cells = new CellOptions(1, 2, 4, 8, 16, 32, 64, 128, 256, 512);
        var command = new Command("scaling", "Time per step of an arm against the number of arms and cores.");
        cells.AddTo(command);
        command.SetAction(parsed =>
        {
            var report = new Report("scaling");
            foreach (var cell in cells.Cells(parsed))
            {
                int steps = Rounds.StepsFor(parsed.GetValue(shared.Seconds), steps => SweepRuntime.Train(cell, steps, workers: 1).Wall * cell.Arms);
                int[] workers = [.. Enumerable.Range(0, 8).Select(power => 1 << power).Where(count => count <= Environment.ProcessorCount)];
                var medians = Rounds.Run(parsed.GetValue(shared.Repetitions), [.. workers.Select(count => (Func<Sample>)(() => SweepRuntime.Train(cell, steps, count)))])
                    .Select(Sample.Median).ToArray();
                var row = new JsonObject { ["cell"] = cell.Name, ["arms"] = cell.Arms, ["cohorts"] = CohortPlanner.Plan(cell.Designs(steps: 1)).Count };
                for (int i = 0; i < workers.Length; i++)
                {
                    row[$"workers_{workers[i]}"] = medians[i].Json();
                    row[$"speedup_of_{workers[i]}"] = Math.Round(medians[0].Wall / medians[i].Wall, 2);
                }

                report.Add(row);
            }

            report.Print();
            return 0;
        });
        return command;
    }

    /// <summary>The planner's cohorts against all others of equal size.</summary>
    public static Command CreateCohorts(Shared shared)
    {
        var cells = new CellOptions(32);
        var workers = new Option<int>("--cores") { Description = "Our workers.", DefaultValueFactory = _ => 2 };
        var command = new Command("cohorts", "The planner's cohorts against cohorts of 1, 2, 4, … arms.") { workers };
        cells.AddTo(command);
        command.SetAction(parsed =>
        {
            var report = new Report("cohorts");
            foreach (var cell in cells.Cells(parsed))
            {
                report.Add(OfAllSizes(cell, parsed.GetValue(shared.Seconds), parsed.GetValue(shared.Repetitions), parsed.GetValue(workers)));
            }

            report.Print(new JsonObject { ["cores"] = parsed.GetValue(workers) });
            return 0;
        });
        return command;
    }

    private static JsonObject OfAllSizes(Cell cell, double seconds, int repetitions, int workers)
    {
        int steps = Rounds.StepsFor(seconds, steps => SweepRuntime.Train(cell, steps, workers).Wall * cell.Arms);
        int[] sizes = [.. Enumerable.Range(0, 12).Select(power => 1 << power).TakeWhile(size => size <= cell.Arms)];
        Func<Sample>[] contestants = [() => SweepRuntime.Train(cell, steps, workers), .. sizes.Select(size =>
            (Func<Sample>)(() => SweepRuntime.Train(cell, InCohortsOf(size, cell, steps), workers)))];
        var medians = Rounds.Run(repetitions, contestants).Select(Sample.Median).ToArray();
        var row = Report.Row(cell.Name, medians[0]);
        row["planned"] = string.Join(',', CohortPlanner.Plan(cell.Designs(steps: 1)).Select(plan => plan.Arms.Length));
        for (int i = 0; i < sizes.Length; i++)
        {
            row[$"cohorts_of_{sizes[i]}"] = medians[i + 1].Json();
        }

        row["of_the_best_wall"] = Math.Round(medians[0].Wall / medians.Min(sample => sample.Wall), 3);
        row["of_the_best_cpu"] = Math.Round(medians[0].Cpu / medians.Min(sample => sample.Cpu), 3);
        return row;
    }

    /// <summary>The arms seed by seed, so many to a cohort.</summary>
    private static CohortPlan[] InCohortsOf(int size, Cell cell, int steps)
    {
        var designs = cell.Designs(steps + TimedSession.WarmUp);
        return [.. Enumerable.Range(0, designs.Length).Chunk(size).Select((arms, index) =>
            new CohortPlan(index, [.. arms], [.. arms.Select(arm => designs[arm])]))];
    }
}
