using System.CommandLine;
using System.Text.Json.Nodes;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>The modes that train cells.</summary>
internal static class SweepCommands
{
    /// <summary><c>sweep</c>: cohorts against PyTorch.</summary>
    public static Command Sweep(Shared shared)
    {
        var cells = new CellOptions(8, 32, 128);
        var cores = new Option<int>("--cores") { Description = "Our workers, and PyTorch's threads or processes.", DefaultValueFactory = _ => 2 };
        var against = Words("--against", $"Rivals, of {string.Join(", ", SweepMeasurement.Rivals)}.", ["eager", "eager-processes", "stacked", "stacked-processes"]);
        var stacks = new Option<int[]>("--stack") { Description = "Arms that PyTorch stacks; the fastest number counts.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [8, 32, 128] };
        var command = new Command("sweep", "Sweeps in the planner's cohorts against PyTorch, one arm at a time and stacked by hand.") { cores, against, stacks };
        cells.AddTo(command);
        command.SetAction(parsed => Compare("sweep", shared, parsed, cells.Cells(parsed), parsed.GetValue(cores), parsed.GetValue(against)!, parsed.GetValue(stacks)!));
        return command;
    }

    /// <summary><c>alone</c>: one arm, one thread.</summary>
    public static Command Alone(Shared shared)
    {
        var cells = new CellOptions(1);
        var command = new Command("alone", "One arm on one thread against eager PyTorch.");
        cells.AddTo(command);
        command.SetAction(parsed => Compare("alone", shared, parsed, cells.Cells(parsed), cores: 1, ["eager"], [1]));
        return command;
    }

    private static int Compare(
        string mode, Shared shared, ParseResult parsed, IEnumerable<Cell> cells, int cores, IReadOnlyList<string> rivals, IReadOnlyList<int> stacks)
    {
        using var measurement = new SweepMeasurement(parsed.GetValue(shared.Python)!, cores, parsed.GetValue(shared.Seconds), parsed.GetValue(shared.Repetitions));
        if (measurement.Missing() is { } reason)
        {
            Console.Error.WriteLine(reason);
            return Shared.NothingToCompare;
        }

        var report = new Report(mode);
        foreach (var cell in cells)
        {
            report.Add(measurement.Measure(cell, rivals, stacks));
        }

        report.Print(new JsonObject { ["cores"] = cores });
        return 0;
    }

    private static Option<string[]> Words(string name, string description, string[] values) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => values };
}
