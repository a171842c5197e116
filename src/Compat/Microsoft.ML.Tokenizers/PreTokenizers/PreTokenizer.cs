using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Splits a text into parts that are encoded by themselves. What lies in no part is dropped.</summary>
public abstract partial class PreTokenizer
{
    protected PreTokenizer()
    {
    }

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);

    /// <summary>Parts without white space.</summary>
    public static PreTokenizer CreateWhiteSpace(IReadOnlyDictionary<string, int>? specialTokens = null) =>
        new RegexPreTokenizer(WhiteSpace(), specialTokens);

    /// <summary>Words, and single characters of punctuation. Symbols are in no part.</summary>
    public static PreTokenizer CreateWordOrPunctuation(IReadOnlyDictionary<string, int>? specialTokens = null) =>
        new RegexPreTokenizer(WordOrPunctuation(), specialTokens);

    /// <summary>Words, and runs of what is neither a word nor white space.</summary>
    public static PreTokenizer CreateWordOrNonWord(IReadOnlyDictionary<string, int>? specialTokens = null) =>
        new RegexPreTokenizer(WordOrNonWord(), specialTokens);

    [GeneratedRegex(@"\S+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"\w+|[\p{P}]")]
    private static partial Regex WordOrPunctuation();

    [GeneratedRegex(@"\w+|[^\w\s]+")]
    private static partial Regex WordOrNonWord();
}
