using System.Globalization;
using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>BERT's basic tokenisation: cleaning, spaces around CJK characters, accents, case, punctuation.</summary>
internal static class BertText
{
    public static string Normalize(string text, bool clean, bool separateCjk, bool stripAccents, bool lowerCase)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean && (rune.Value is 0 or 0xFFFD || IsControl(rune)))
            {
                continue;
            }

            if (clean && IsSpace(rune))
            {
                result.Append(' ');
            }
            else if (separateCjk && IsCjk(rune.Value))
            {
                result.Append(' ').Append(rune.ToString()).Append(' ');
            }
            else
            {
                result.Append(rune.ToString());
            }
        }

        text = result.ToString();
        text = stripAccents ? Without(text.Normalize(NormalizationForm.FormD), c => c == UnicodeCategory.NonSpacingMark) : text;
        return lowerCase ? LowerCase(text) : text;
    }

    /// <summary>A text without combining marks.</summary>
    public static string StripMarks(string text) =>
        Without(text, c => c is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);

    /// <summary>Lower case, character by character. One capital letter becomes two characters.</summary>
    public static string LowerCase(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

    public static bool IsSpace(Rune rune) => rune.Value is '\t' or '\n' or '\r' || Rune.IsWhiteSpace(rune);

    /// <summary>ASCII's marks and symbols, and what Unicode calls punctuation.</summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~') || Rune.IsPunctuation(rune);

    private static string Without(string text, Func<UnicodeCategory, bool> condition)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!condition(Rune.GetUnicodeCategory(rune)))
            {
                result.Append(rune.ToString());
            }
        }

        return result.ToString();
    }

    private static bool IsControl(Rune rune) =>
        rune.Value is not ('\t' or '\n' or '\r')
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static bool IsCjk(int value) =>
        value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2CEAF)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
