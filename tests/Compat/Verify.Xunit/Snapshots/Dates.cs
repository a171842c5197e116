using System.Globalization;

namespace VerifyTests;

/// <summary>Writes dates and times, only as precisely as they are.</summary>
internal static class Dates
{
    public static string ToText(DateTime value) => ToText(value, false, Kind(value, " "));

    public static string ToText(DateTimeOffset value) => ToText(value.DateTime, false, " " + Offset(value.Offset));

    public static string ToParameter(DateTime value) => ToText(value, true, Kind(value, ""));

    public static string ToParameter(DateTimeOffset value) => ToText(value.DateTime, true, Offset(value.Offset));

    private static string ToText(DateTime value, bool forFileName, string suffix)
    {
        long ticks = value.TimeOfDay.Ticks;
        string format =
            ticks == 0 ? "yyyy-MM-dd" :
            ticks % TimeSpan.TicksPerMinute == 0 ? "yyyy-MM-dd HH:mm" :
            ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.FFFFFFF";
        string text = value.ToString(format, CultureInfo.InvariantCulture);
        return (forFileName ? text.Replace(' ', 'T').Replace(':', '-') : text) + suffix;
    }

    private static string Kind(DateTime value, string separator) =>
        value.Kind == DateTimeKind.Unspecified ? "" : separator + value.Kind;

    private static string Offset(TimeSpan offset)
    {
        string minutes = offset.Minutes == 0 ? "" : $"-{Math.Abs(offset.Minutes):00}";
        return string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours)}{minutes}");
    }
}
