using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DslExperiments.Benchmarks.Twins;
using DslExperiments.Cohorts;
using TorchSharp;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>
/// <c>memory</c>: by how much the largest cohort of a sweep, backbone and data included, makes the peak of a process's
/// resident memory grow; and one arm in eager PyTorch. Each is measured in a process of its own.
/// </summary>
internal static class Memory
{
    private const int Steps = 5;

    public static Command Create(Shared shared)
    {
        var cells = new CellOptions(8, 32, 128);
        var child = new Option<bool>("--child") { Hidden = true };
        var command = new Command("memory", "Peak of memory per arm.") { child };
        cells.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(child))
            {
                Console.WriteLine(Growth(cells.Cells(parsed).Single()).ToString(CultureInfo.InvariantCulture));
                return 0;
            }

            var report = new Report("memory");
            foreach (var cell in cells.Cells(parsed))
            {
                long ours = GrowthInAProcess(cell, parsed.Tokens.Select(token => token.Value));
                int arms = LargestOf(cell).Arms.Length;
                long theirs = GrowthOfTwin(cell, parsed.GetValue(shared.Python)!);
                report.Add(new JsonObject
                {
                    ["cell"] = cell.Name,
                    ["arms_of_the_largest_cohort"] = arms,
                    ["cohort_mib"] = Mebibytes(ours),
                    ["mib_per_arm"] = Mebibytes(ours / (double)arms),
                    ["pytorch_one_arm_mib"] = Mebibytes(theirs),
                });
            }

            report.Print();
            return 0;
        });
        return command;
    }

    private static CohortPlan LargestOf(Cell cell) => CohortPlanner.Plan(cell.Designs(Steps)).MaxBy(plan => plan.Arms.Length)!;

    private static double Mebibytes(double bytes) => Math.Round(bytes / (1 << 20), 2);

    /// <summary>Trains the largest cohort in this process, after a small one that loads what is loaded once.</summary>
    private static long Growth(Cell cell)
    {
        var small = cell with { Arms = 1, Batch = 1, Tokens = 2, Reads = 1, Width = cell.Backbone.Heads * 2, Heads = cell.Backbone.Heads, Size = 1 };
        CohortRunner.Run([Bind(LargestOf(small))], cohort => SweepRuntime.Train(small, cohort), workers: 1);
        long before = Size("VmRSS");
        File.WriteAllText("/proc/self/clear_refs", "5");
        CohortRunner.Run([Bind(LargestOf(cell))], cohort => SweepRuntime.Train(cell, cohort), workers: 1);
        return Size("VmHWM") - before;

        static Cohort Bind(CohortPlan plan) => new(plan, new DetachedSession(), torch.CPU);
    }

    private static long GrowthInAProcess(Cell cell, IEnumerable<string> arguments)
    {
        string[] chosen = [
            "memory", "--child", "--width", Text(cell.Width), "--depth", Text(cell.Depth), "--method", $"{cell.Method}:{Text(cell.Size)}",
            "--attention", cell.Causal ? "causal" : "bidirectional", "--tokens", Text(cell.Tokens), "--batch", Text(cell.Batch),
            "--reads", cell.Reads == 1 ? "last" : "all", "--arms", Text(cell.Arms),
            .. arguments.Where(argument => argument is "--per-seed" or "--fixed" or "--float64")];
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, chosen) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return long.Parse(output, CultureInfo.InvariantCulture);

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private static long GrowthOfTwin(Cell cell, string python)
    {
        using var process = new TwinProcess(python, SweepTwin.Script, threads: 1);
        if (process.Missing() is not null)
        {
            return 0;
        }

        var twin = new SweepTwin([process]);
        twin.Load(cell with { Arms = 1 });
        var memory = new JsonObject { ["do"] = "memory" };
        long before = process.Ask(memory).GetProperty("resident").GetInt64();
        twin.Train([0], Steps, stacked: 0);
        return process.Ask(memory).GetProperty("peak").GetInt64() - before;
    }

    private static long Size(string name) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
