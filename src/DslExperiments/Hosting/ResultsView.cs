using DslExperiments.Results;
using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>A run's results for people: a table over seeds, the verdicts, where the files are.</summary>
internal static class ResultsView
{
    /// <summary>Writes a run.</summary>
    public static void Write(IAnsiConsole console, RunSummary run)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(run.Experiment)}[/] ({Markup.Escape(run.Profile)})");
        var groups = SeedGroup.Of(run.Arms).ToArray();
        console.Write(Table(run, groups));
        TableRows.WriteRest(console, groups.Length, run.Folder is null ? "--json prints all" : "all are in report.html and results.json of the run folder");
        foreach (var expectation in run.Expectations)
        {
            var (style, word) = expectation.Held switch
            {
                true => ("green", "held  "),
                false => ("red", "FAILED"),
                null => ("grey", "open  "),
            };
            console.MarkupLine($"[{style}]{word}[/]  {Markup.Escape(expectation.Text)}");
            console.MarkupLine($"        [grey]{Markup.Escape(expectation.Detail)}[/]");
        }

        if (run.Folder is not null)
        {
            console.WriteLine();
            console.WriteLine($"Run folder: {run.Folder}");
        }
    }

    private static Table Table(RunSummary run, SeedGroup[] groups)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("arm");
        table.AddColumn(new TableColumn("parameters").RightAligned());
        table.AddColumn("arms");
        foreach (var metric in run.Metrics)
        {
            table.AddColumn(new TableColumn(Markup.Escape(metric)).RightAligned());
        }

        foreach (var group in groups.Take(TableRows.Most))
        {
            string[] cells =
            [
                group.Point,
                SpecText.Of(group.Arms[0].TrainableParameters),
                group.Outcome,
                .. run.Metrics.Select((_, metric) => group.Text(metric)),
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        return table;
    }
}
