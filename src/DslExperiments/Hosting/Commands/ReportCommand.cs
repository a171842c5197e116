using System.CommandLine;
using DslExperiments.Results;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>report</c>: makes <c>report.html</c> of a run anew.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandContext context)
    {
        var run = new Argument<string>("RUN") { Description = "A run folder." };
        var command = new Command("report", "Rebuild the report of a run.") { run };
        command.SetAction(parsed =>
        {
            var summary = RunReader.Read(parsed.GetValue(run)!);
            var summaryText = context.Experiments.All.FirstOrDefault(entry => entry.Name == summary.Experiment)?.Summary;
            context.Console.Out.WriteLine(HtmlReport.Write(summary.Folder!, summary, summaryText ?? ""));
            return ExitCode.Ok;
        });
        return command;
    }
}
