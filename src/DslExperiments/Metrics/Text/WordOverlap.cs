using System.Globalization;

namespace DslExperiments.Metrics.Text;

/// <summary>How many words two texts have in common, from 0 to 1.</summary>
public static class WordOverlap
{
    /// <summary>
    /// F1 of the words of two answers in any order, each as often as both have it (Rajpurkar et al. 2016). Answers without
    /// words are equal to each other alone.
    /// </summary>
    public static double TokenF1(string given, string wanted)
    {
        var (left, right) = (AnswerText.Words(given), AnswerText.Words(wanted));
        var counts = right.GroupBy(static word => word).ToDictionary(static group => group.Key, static group => group.Count());
        int common = left.GroupBy(static word => word).Sum(group => Math.Min(group.Count(), counts.GetValueOrDefault(group.Key)));
        return Harmonic(common, left.Count, right.Count);
    }

    /// <summary>
    /// F1 of the longest common subsequence of two texts' words in lower case, as runs of letters and digits (ROUGE-L, Lin
    /// 2004). Texts without words are equal to each other alone.
    /// </summary>
    public static double RougeL(string given, string wanted)
    {
        var (left, right) = (Runs(given), Runs(wanted));
        return Harmonic(LongestCommonSubsequence(left, right), left.Count, right.Count);
    }

    /// <summary>The words of a text: runs of letters and digits in lower case.</summary>
    public static IReadOnlyList<string> Runs(string text)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])
                || (start >= 0 && CharUnicodeInfo.GetUnicodeCategory(text[i]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark));
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                words.Add(text[start..i].ToLower(CultureInfo.InvariantCulture));
                start = -1;
            }
        }

        return words;
    }

    /// <summary>The length of the longest sequence that both have in this order, with anything between.</summary>
    public static int LongestCommonSubsequence(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        var above = new int[right.Count + 1];
        var row = new int[right.Count + 1];
        for (int i = 0; i < left.Count; i++)
        {
            for (int j = 0; j < right.Count; j++)
            {
                row[j + 1] = left[i] == right[j] ? above[j] + 1 : Math.Max(above[j + 1], row[j]);
            }

            (above, row) = (row, above);
        }

        return above[right.Count];
    }

    private static double Harmonic(int common, int given, int wanted) =>
        given == 0 || wanted == 0 ? (given == wanted ? 1 : 0) : 2.0 * common / (given + wanted);
}
