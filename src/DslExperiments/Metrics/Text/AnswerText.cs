using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DslExperiments.Metrics.Text;

/// <summary>Answers as SQuAD compares them (Rajpurkar et al. 2016).</summary>
public static partial class AnswerText
{
    /// <summary>In lower case, without punctuation and articles, with single spaces.</summary>
    public static string Normalized(string text) => string.Join(' ', Words(text));

    /// <summary>The words of a text in lower case, without punctuation and articles.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var letters = new StringBuilder(text.Length);
        foreach (char c in text.ToLower(CultureInfo.InvariantCulture))
        {
            // The punctuation of ASCII, as in the task's own script; other marks belong to the words.
            if (!(char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c))))
            {
                letters.Append(c);
            }
        }

        return Article().Replace(letters.ToString(), " ").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"\b(a|an|the)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Article();
}
