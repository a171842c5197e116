using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DslExperiments.Results;

/// <summary>Loss curves of some arms as SVG: a logarithmic axis when all losses are positive, a colour per setting.</summary>
internal static class SvgChart
{
    private const double Width = 720;
    private const double Height = 300;
    private const double Left = 60;
    private const double Right = 190;
    private const double Top = 10;
    private const double Bottom = 30;
    private const int MostLegends = 16;

    private static readonly string[] Colours =
        ["#0969da", "#bf3989", "#1a7f37", "#9a6700", "#8250df", "#bc4c00", "#0a7a86", "#cf222e", "#57606a", "#6639ba"];

    /// <summary>The chart; text saying so when there is nothing to draw.</summary>
    public static string Of(ImmutableArray<ArmRow> arms)
    {
        var points = arms.SelectMany(static arm => arm.Curve).Where(static point => double.IsFinite(point.Loss)).ToArray();
        if (points.Length == 0)
        {
            return "<p class=\"detail\">No loss was finite.</p>\n";
        }

        var scale = Scale.Of([.. points.Select(static point => point.Loss)]);
        var lastStep = Math.Max(1, points.Max(static point => point.Step));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\">\n");
        foreach (var tick in scale.Ticks())
        {
            var y = Y(scale.Position(tick));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#8c959f\" stroke-opacity=\".3\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 4}\" text-anchor=\"end\">{SpecText.Rounded(tick, 3)}</text>\n");
        }

        foreach (var step in (ReadOnlySpan<int>)[0, lastStep])
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(step, lastStep)}\" y=\"{Height - 8}\" text-anchor=\"middle\">{step}</text>\n");
        }

        var index = 0;
        foreach (var group in SeedGroup.Of(arms))
        {
            var colour = Colours[index % Colours.Length];
            foreach (var arm in group.Arms)
            {
                AppendCurve(svg, arm, scale, lastStep, colour);
            }

            if (index < MostLegends)
            {
                var y = Top + 8 + (16 * index);
                svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Width - Right + 12}\" x2=\"{Width - Right + 28}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\"/>");
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right + 34}\" y=\"{y + 4}\">{HtmlReport.Escape(Legend(group))}</text>\n");
            }

            index++;
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>One path per stretch of finite losses.</summary>
    private static void AppendCurve(StringBuilder svg, ArmRow arm, Scale scale, int lastStep, string colour)
    {
        var path = new StringBuilder();
        var pen = 'M';
        foreach (var point in arm.Curve)
        {
            if (!double.IsFinite(point.Loss))
            {
                pen = 'M';
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{pen}{X(point.Step, lastStep)} {Y(scale.Position(point.Loss))}");
            pen = 'L';
        }

        if (path.Length > 0)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-opacity=\".8\"><title>{HtmlReport.Escape(arm.Label)}</title></path>\n");
        }
    }

    private static string Legend(SeedGroup group)
    {
        var settings = group.Arms[0].Settings;
        var text = settings.IsEmpty ? group.Arms[0].Method : string.Join(' ', settings.Select(static setting => $"{setting.Name}={setting.Text}"));
        return text.Length <= 26 ? text : text[..25] + "…";
    }

    private static double X(int step, int lastStep) => Math.Round(Left + ((Width - Left - Right) * step / lastStep), 1);

    private static double Y(double position) => Math.Round(Top + ((Height - Top - Bottom) * (1 - position)), 1);

    /// <summary>From losses to 0 (bottom) … 1 (top).</summary>
    private sealed record Scale(double Low, double High, bool Logarithmic)
    {
        /// <summary>Zero loss on a logarithmic axis is drawn at its floor.</summary>
        private const double Floor = 1e-18;

        public static Scale Of(double[] losses)
        {
            var logarithmic = losses.Min() >= 0;
            var (low, high) = (Axis(losses.Min(), logarithmic), Axis(losses.Max(), logarithmic));
            return logarithmic
                ? new Scale(Math.Floor(low), Math.Max(Math.Ceiling(high), Math.Floor(low) + 1), true)
                : new Scale(low, high > low ? high : low + 1, false);
        }

        public double Position(double loss) => (Axis(loss, Logarithmic) - Low) / (High - Low);

        public IEnumerable<double> Ticks()
        {
            const int Most = 8;
            if (!Logarithmic)
            {
                return Enumerable.Range(0, 5).Select(i => Low + ((High - Low) * i / 4));
            }

            var stride = Math.Max(1, (int)Math.Ceiling((High - Low) / Most));
            return Enumerable.Range(0, (int)((High - Low) / stride) + 1).Select(i => Math.Pow(10, Low + (i * stride)));
        }

        private static double Axis(double loss, bool logarithmic) => logarithmic ? Math.Log10(Math.Max(loss, Floor)) : loss;
    }
}
