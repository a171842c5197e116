using System.Globalization;
using System.Text.Json;
using DslExperiments.Results;
using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>What became of the claims of a study: source, bound, measured, verdict.</summary>
internal static class TheoryView
{
    /// <summary>Writes one study.</summary>
    public static void Write(IAnsiConsole console, ExperimentInfo info, RunSummary run)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(info.Name)}[/] ({Markup.Escape(run.Profile)})  [blue]{Markup.Escape(Source(info))}[/]");
        console.MarkupLine(Markup.Escape(info.Summary));
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("verdict");
        table.AddColumn(new TableColumn("bound").RightAligned());
        table.AddColumn(new TableColumn("measured").RightAligned());
        table.AddColumn("claim");
        foreach (var claim in run.Expectations)
        {
            var (style, word) = claim.Held switch
            {
                true => ("green", "held"),
                false => ("red", "FAILED"),
                null => ("grey", "open"),
            };
            table.AddRow($"[{style}]{word}[/]", Number(claim.Bound), Number(claim.Measured), Markup.Escape(claim.Text));
        }

        console.Write(table);
        foreach (var failed in run.Expectations.Where(static claim => claim.Held == false))
        {
            console.MarkupLine($"[red]FAILED[/]  {Markup.Escape(failed.Text)}: {Markup.Escape(failed.Detail)}");
        }
    }

    /// <summary>Writes how many claims held.</summary>
    /// <param name="console">Takes the line.</param>
    /// <param name="runs">The studies that ran.</param>
    /// <param name="missing">Studies that did not get to an end.</param>
    public static void WriteTotal(IAnsiConsole console, IReadOnlyList<RunSummary> runs, int missing)
    {
        var claims = runs.SelectMany(static run => run.Expectations).ToArray();
        int failed = claims.Count(static claim => claim.Held == false), open = claims.Count(static claim => claim.Held is null);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Studies(runs.Count)}, {claims.Length} {(claims.Length == 1 ? "claim" : "claims")}: {claims.Length - failed - open} held");
        text += failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {failed} FAILED") : "";
        text += open > 0 ? string.Create(CultureInfo.InvariantCulture, $", {open} not judged") : "";
        text += missing > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {Studies(missing)} did not finish") : "";
        console.WriteLine();
        console.WriteLine(text + ".");
    }

    /// <summary>Writes all studies as one object.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<(ExperimentInfo Info, RunSummary Run)> studies)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("studies");
        foreach (var (info, run) in studies)
        {
            writer.WriteStartObject();
            writer.WriteString("experiment", info.FullName);
            writer.WriteString("profile", run.Profile);
            writer.WriteString("paper", info.Paper);
            writer.WriteString("claim", info.Claim);
            writer.WriteString("summary", info.Summary);
            writer.WriteStartArray("claims");
            foreach (var claim in run.Expectations)
            {
                writer.WriteStartObject();
                writer.WriteString("text", claim.Text);
                writer.WriteDouble("bound", claim.Bound);
                writer.WriteDouble("measured", claim.Measured);
                if (claim.Held is { } held)
                {
                    writer.WriteBoolean("held", held);
                }
                else
                {
                    writer.WriteNull("held");
                }

                writer.WriteString("detail", claim.Detail);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Source(ExperimentInfo info) => (info.Paper, info.Claim) switch
    {
        (null, _) => "",
        ({ } paper, null or "") => paper,
        var (paper, claim) => $"{paper}, {claim}",
    };

    private static string Studies(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "study" : "studies")}");

    private static string Number(double value) => double.IsNaN(value) ? "" : SpecText.Rounded(value);
}
