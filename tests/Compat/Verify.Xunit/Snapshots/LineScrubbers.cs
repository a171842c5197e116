using System.Text;

namespace VerifyTests;

/// <summary>Scrubbers that look at one line at a time.</summary>
internal static class LineScrubbers
{
    public static Action<StringBuilder> Remove(Func<string, bool> removeLine) =>
        Replace(line => removeLine(line) ? null : line);

    public static Action<StringBuilder> RemoveContaining(StringComparison comparison, string[] stringToMatch) =>
        stringToMatch.Length == 0
            ? throw new ArgumentException("Must not be empty.", nameof(stringToMatch))
            : Remove(line => stringToMatch.Any(text => line.Contains(text, comparison)));

    public static Action<StringBuilder> Replace(Func<string, string?> replaceLine) =>
        text =>
        {
            string[] lines = text.ToString().ReplaceLineEndings("\n").Split('\n');
            IEnumerable<string?> kept = lines.Select((line, index) =>
                index == lines.Length - 1 && line.Length == 0 ? line : replaceLine(line));
            text.Clear().AppendJoin('\n', kept.Where(line => line is not null));
        };

    public static void RemoveEmpty(StringBuilder text)
    {
        IEnumerable<string> lines = text.ToString().ReplaceLineEndings("\n").Split('\n').Where(line => !string.IsNullOrWhiteSpace(line));
        text.Clear().AppendJoin('\n', lines.ToArray());
    }
}
