namespace DslExperiments.Specs;

/// <summary>Helpers for the wording of messages.</summary>
internal static class Suggestions
{
    private const int LongestQuote = 60;

    /// <summary>
    /// The end of a message about an unknown name: <c>; did you mean 'length'?</c>, or the valid names when none is near.
    /// </summary>
    public static string For(string wrong, IEnumerable<string> names)
    {
        List<string> all = names.Distinct(StringComparer.Ordinal).ToList();
        string? nearest = Nearest(wrong, all);
        if (nearest is not null)
        {
            return $"; did you mean '{nearest}'?";
        }

        return all.Count == 0 ? "" : "; valid are " + string.Join(", ", all);
    }

    /// <summary>The name at the smallest edit distance, when that is small for its length.</summary>
    public static string? Nearest(string wrong, IEnumerable<string> names)
    {
        if (wrong.Length is 0 or > LongestQuote)
        {
            return null;
        }

        string folded = Fold(wrong);
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string name in names)
        {
            int distance = Distance(folded, Fold(name));
            if (distance < bestDistance)
            {
                best = name;
                bestDistance = distance;
            }
        }

        return best is not null && bestDistance <= Math.Max(1, Math.Min(folded.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>Text of a user in single quotes, shortened, with control characters made visible.</summary>
    public static string Quote(string text)
    {
        System.Text.StringBuilder quoted = new("'");
        int length = 0;
        foreach (char c in text)
        {
            if (length++ == LongestQuote)
            {
                quoted.Append('…');
                break;
            }

            if (c is < ' ' or (>= '\u007f' and <= '\u009f') or '\u2028' or '\u2029' || char.IsSurrogate(c) && !IsWhole(text, length - 1))
            {
                quoted.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                quoted.Append(c);
            }
        }

        // A pair must not be cut in half by the limit.
        if (quoted.Length >= 2 && quoted[quoted.Length - 1] == '…' && char.IsHighSurrogate(quoted[quoted.Length - 2]))
        {
            quoted.Remove(quoted.Length - 2, 1);
        }

        return quoted.Append('\'').ToString();
    }

    private static bool IsWhole(string text, int at) =>
        char.IsHighSurrogate(text[at]) ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) : at > 0 && char.IsHighSurrogate(text[at - 1]);

    private static string Fold(string name) => name.Replace('-', '_').ToLowerInvariant();

    /// <summary>Optimal string alignment: insertions, deletions, replacements, swaps of neighbours.</summary>
    private static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1];
        int[] last = new int[b.Length + 1];
        int[] current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                int best = Math.Min(Math.Min(current[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    best = Math.Min(best, beforeLast[j - 2] + 1);
                }

                current[j] = best;
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }
}
