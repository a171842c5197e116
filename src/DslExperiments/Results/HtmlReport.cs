using System.Globalization;
using System.Net;
using System.Text;

namespace DslExperiments.Results;

/// <summary><c>report.html</c>: results, verdicts and curves in one file that needs nothing else.</summary>
internal static class HtmlReport
{
    public const string FileName = "report.html";

    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24; }
        h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        table { border-collapse: collapse; } th, td { padding: .25rem .75rem; border-bottom: 1px solid #d8dee4; text-align: left; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        .held { color: #116329; } .failed { color: #b3261e; font-weight: 600; } .open, .detail { color: #59636e; }
        svg { display: block; margin: .5rem 0 1rem; } svg text { font: 11px system-ui, sans-serif; fill: #59636e; }
        @media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3; } th, td { border-color: #30363d; } .held { color: #3fb950; } .failed { color: #f85149; } }
        """;

    /// <summary>Writes the report into a run folder.</summary>
    /// <returns>Its path.</returns>
    public static string Write(string folder, RunSummary run, string description)
    {
        var path = Path.Combine(folder, FileName);
        AtomicFile.WriteText(path, Text(run, description));
        return path;
    }

    /// <summary>The report as text.</summary>
    public static string Text(RunSummary run, string description)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>{Escape(run.Experiment)} ({Escape(run.Profile)})</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Escape(run.Experiment)}</h1>
            <p class="detail">profile {Escape(run.Profile)}</p>
            <p>{Escape(description)}</p>

            """);
        AppendExpectations(html, run);
        AppendResults(html, run);
        AppendCurves(html, run);
        return html.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Text that is text in HTML.</summary>
    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static void AppendExpectations(StringBuilder html, RunSummary run)
    {
        if (run.Expectations.IsEmpty)
        {
            return;
        }

        html.Append("<h2>Expectations</h2>\n<table>\n");
        foreach (var expectation in run.Expectations)
        {
            var (style, word) = expectation.Held switch
            {
                true => ("held", "held"),
                false => ("failed", "failed"),
                null => ("open", "open"),
            };
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"{style}\">{word}</td><td><code>{Escape(expectation.Text)}</code><br><span class=\"detail\">{Escape(expectation.Detail)}</span></td></tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void AppendResults(StringBuilder html, RunSummary run)
    {
        html.Append("<h2>Results</h2>\n<table>\n<tr><th>arm</th><th class=\"number\">parameters</th><th>arms</th>");
        foreach (var metric in run.Metrics)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th class=\"number\">{Escape(metric)}</th>");
        }

        html.Append("</tr>\n");
        foreach (var group in SeedGroup.Of(run.Arms))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Escape(group.Point)}</td><td class=\"number\">{SpecText.Of(group.Arms[0].TrainableParameters)}</td><td>{Escape(group.Outcome)}</td>");
            for (var metric = 0; metric < run.Metrics.Length; metric++)
            {
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"number\">{Escape(group.Text(metric))}</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</table>\n");
    }

    private static void AppendCurves(StringBuilder html, RunSummary run)
    {
        if (run.Arms.All(static arm => arm.Curve.IsEmpty))
        {
            return;
        }

        html.Append("<h2>Loss during training</h2>\n");
        foreach (var method in run.Arms.GroupBy(static arm => arm.Method))
        {
            html.Append(CultureInfo.InvariantCulture, $"<h3>{Escape(method.Key)}</h3>\n");
            html.Append(SvgChart.Of([.. method]));
        }
    }
}
