using System.Globalization;
using System.Text.RegularExpressions;

namespace DslExperiments.Planning;

/// <summary>Amounts of memory as people write them: <c>4GB</c>, <c>1.5 GiB</c>, <c>800MB</c>.</summary>
internal static partial class MemorySize
{
    /// <summary>Bytes of a text; null when it is no amount above zero.</summary>
    public static long? Parse(string text)
    {
        if (Amount().Match(text.Trim()) is not { Success: true } match
            || !double.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return null;
        }

        double thousand = match.Groups["binary"].Success ? 1024 : 1000;
        double bytes = number * Math.Pow(thousand, match.Groups["unit"].Value.ToUpperInvariant() switch { "K" => 1, "M" => 2, "G" => 3, _ => 4 });
        return bytes is >= 1 and < long.MaxValue ? (long)bytes : null;
    }

    /// <summary>Bytes for people.</summary>
    public static string Of(double bytes) => bytes switch
    {
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    [GeneratedRegex(@"^(?<number>\d+(\.\d+)?)\s*(?<unit>[KMGT])(?<binary>i)?B?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Amount();
}
