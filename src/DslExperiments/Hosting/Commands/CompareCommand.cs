using System.CommandLine;
using System.Collections.Immutable;
using DslExperiments.Results;
using Spectre.Console;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>compare</c>: two runs arm by arm.</summary>
internal static class CompareCommand
{
    public static Command Create(CommandContext context)
    {
        var left = new Argument<string>("RUN") { Description = "A run folder." };
        var right = new Argument<string>("OTHER") { Description = "Another." };
        var command = new Command("compare", "Compare the results of two runs, arm by arm.") { left, right };
        command.SetAction(parsed =>
        {
            Write(context.Console.Rich, RunReader.Read(parsed.GetValue(left)!), RunReader.Read(parsed.GetValue(right)!));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, RunSummary left, RunSummary right)
    {
        console.WriteLine($"A  {left.Folder}  {left.Experiment} ({left.Profile})");
        console.WriteLine($"B  {right.Folder}  {right.Experiment} ({right.Profile})");
        var others = right.Arms.ToDictionary(static arm => arm.Label, StringComparer.Ordinal);
        ImmutableArray<string> metrics = [.. left.Metrics.Intersect(right.Metrics)];
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("arm", "metric");
        foreach (var title in (ReadOnlySpan<string>)["A", "B", "B - A", "B / A"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        var (equal, different) = (0, 0);
        foreach (var arm in left.Arms)
        {
            if (!others.Remove(arm.Label, out var other))
            {
                table.AddRow(Markup.Escape(arm.Label), "", SpecText.Of(arm.Status), "no such arm", "", "");
                different++;
                continue;
            }

            foreach (var metric in metrics)
            {
                var (a, b) = (arm.Metrics[left.Metrics.IndexOf(metric)], other.Metrics[right.Metrics.IndexOf(metric)]);
                if (a.Equals(b))
                {
                    equal++;
                    continue;
                }

                different++;
                table.AddRow([.. ((string[])[arm.Label, metric, SpecText.Rounded(a, 6), SpecText.Rounded(b, 6), SpecText.Rounded(b - a, 3), a == 0 ? "" : SpecText.Rounded(b / a)]).Select(Markup.Escape)]);
            }
        }

        foreach (var arm in right.Arms.Where(arm => others.ContainsKey(arm.Label)))
        {
            table.AddRow(Markup.Escape(arm.Label), "", "no such arm", SpecText.Of(arm.Status), "", "");
            different++;
        }

        if (different > 0)
        {
            console.Write(table);
        }

        console.WriteLine(different == 0
            ? $"All {ProgressDisplay.Count(equal, "value")} are equal to the last bit."
            : $"{ProgressDisplay.Count(different, "difference")}; {ProgressDisplay.Count(equal, "value")} equal to the last bit.");
    }
}
