using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DslExperiments.Text.Tokenizers;

/// <summary>What becomes of a match when a text is split at matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Ways to split a text into parts.</summary>
internal static partial class Splits
{
    /// <summary>GPT-2's words, numbers, punctuation and spaces.</summary>
    public static List<TextPart> Gpt2Words(List<TextPart> parts) => ByRegex(parts, Gpt2(), SplitBehavior.Isolated, invert: false);

    /// <summary>Runs of word characters and runs of others, without spaces.</summary>
    public static List<TextPart> WordsAndOthers(List<TextPart> parts) => ByRegex(parts, Words(), SplitBehavior.Removed, invert: true);

    /// <summary>What lies between spaces.</summary>
    public static List<TextPart> AtSpaces(List<TextPart> parts) => ByRune(parts, BertText.IsSpace, SplitBehavior.Removed);

    /// <summary>What lies between spaces, with each mark of punctuation by itself.</summary>
    public static List<TextPart> BertWords(List<TextPart> parts) => ByRune(AtSpaces(parts), BertText.IsPunctuation, SplitBehavior.Isolated);

    /// <summary>Splits each part at the matches of an expression, or at what lies between them.</summary>
    public static List<TextPart> ByRegex(List<TextPart> parts, Regex regex, SplitBehavior behavior, bool invert)
    {
        var result = new List<TextPart>();
        var pieces = new List<(int Start, int Length, bool Match)>();
        foreach (var part in parts)
        {
            var (shadow, places) = Shadow(part.Span);
            var at = 0;
            pieces.Clear();
            foreach (var match in regex.EnumerateMatches(shadow))
            {
                if (match.Length > 0)
                {
                    Add(at, match.Index, invert);
                    Add(match.Index, match.Index + match.Length, !invert);
                    at = match.Index + match.Length;
                }
            }

            Add(at, shadow.Length, invert);
            Join(part, pieces, behavior, result);

            void Add(int start, int end, bool match)
            {
                if (end > start)
                {
                    var (from, to) = places is null ? (start, end) : (places[start], places[end]);
                    pieces.Add((from, to - from, match));
                }
            }
        }

        return result;
    }

    /// <summary>Splits each part at the characters that a condition names.</summary>
    public static List<TextPart> ByRune(List<TextPart> parts, Func<Rune, bool> condition, SplitBehavior behavior)
    {
        var result = new List<TextPart>();
        var pieces = new List<(int Start, int Length, bool Match)>();
        foreach (var part in parts)
        {
            pieces.Clear();
            var (start, i) = (0, 0);
            foreach (var rune in part.Span.EnumerateRunes())
            {
                if (condition(rune))
                {
                    if (i > start)
                    {
                        pieces.Add((start, i - start, false));
                    }

                    pieces.Add((i, rune.Utf16SequenceLength, true));
                    start = i + rune.Utf16SequenceLength;
                }

                i += rune.Utf16SequenceLength;
            }

            if (i > start)
            {
                pieces.Add((start, i - start, false));
            }

            Join(part, pieces, behavior, result);
        }

        return result;
    }

    private static void Join(TextPart part, List<(int Start, int Length, bool Match)> pieces, SplitBehavior behavior, List<TextPart> result)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            var (start, length, match) = pieces[i];
            switch (behavior)
            {
                case SplitBehavior.Removed when match:
                    break;
                case SplitBehavior.MergedWithPrevious when !match && i + 1 < pieces.Count:
                case SplitBehavior.MergedWithNext when match && i + 1 < pieces.Count && !pieces[i + 1].Match:
                    result.Add(part.Slice(start, length + pieces[++i].Length));
                    break;
                case SplitBehavior.Contiguous when match:
                    while (i + 1 < pieces.Count && pieces[i + 1].Match)
                    {
                        length += pieces[++i].Length;
                    }

                    result.Add(part.Slice(start, length));
                    break;
                default:
                    result.Add(part.Slice(start, length));
                    break;
            }
        }
    }

    /// <summary>
    /// The text with one character of the same class for each beyond U+FFFF, whose halves are in no class of letters, and
    /// where each character lies.
    /// </summary>
    private static (string Text, int[]? Places) Shadow(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return (text.ToString(), null);
        }

        var (shadow, places, at) = (new StringBuilder(text.Length), new List<int>(text.Length + 1), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            shadow.Append(rune.IsBmp ? (char)rune.Value : Representative(Rune.GetUnicodeCategory(rune)));
            places.Add(at);
            at += rune.Utf16SequenceLength;
        }

        places.Add(at);
        return (shadow.ToString(), [.. places]);
    }

    private static char Representative(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u10A0',
        UnicodeCategory.LowercaseLetter => '\u10D0',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\uA4D0',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u16EE',
        UnicodeCategory.OtherNumber => '\u2460',
        UnicodeCategory.NonSpacingMark => '\u0301',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DashPunctuation => '\u2012',
        UnicodeCategory.OpenPunctuation => '\u2045',
        UnicodeCategory.ClosePunctuation => '\u2046',
        UnicodeCategory.OtherPunctuation => '\u2020',
        UnicodeCategory.MathSymbol => '\u2200',
        UnicodeCategory.CurrencySymbol => '\u20A0',
        UnicodeCategory.Format => '\u2061',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherNotAssigned => '\uFFFE',
        _ => '\u2603',
    };

    [GeneratedRegex(@"'(?:[sdmt]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2();

    // More is a word character there than here: all marks, letters that are numbers, circled letters, joiners.
    [GeneratedRegex(@"[\w\p{M}\p{Nl}\u24B6-\u24E9\u200C\u200D]+|[^\w\s\p{M}\p{Nl}\u24B6-\u24E9\u200C\u200D]+")]
    private static partial Regex Words();
}
