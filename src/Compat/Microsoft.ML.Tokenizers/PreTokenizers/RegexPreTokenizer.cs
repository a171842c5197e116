using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>The matches of a regular expression, with special tokens as parts of their own.</summary>
public sealed class RegexPreTokenizer : PreTokenizer
{
    private readonly Regex _regex;
    private readonly Regex? _specialTokens;

    public RegexPreTokenizer(Regex regex, IReadOnlyDictionary<string, int>? specialTokens)
    {
        ArgumentNullException.ThrowIfNull(regex);
        _regex = regex;
        _specialTokens = specialTokens is { Count: > 0 } ? new Regex(string.Join('|', specialTokens.Keys.Select(Regex.Escape))) : null;
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) =>
        string.IsNullOrEmpty(text) ? [] : PreTokenize(text.AsSpan());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var parts = new List<(int Offset, int Length)>();
        var start = 0;
        if (_specialTokens is not null)
        {
            foreach (var special in _specialTokens.EnumerateMatches(text))
            {
                AddMatches(text[start..special.Index], start, parts);
                parts.Add((special.Index, special.Length));
                start = special.Index + special.Length;
            }
        }

        AddMatches(text[start..], start, parts);
        return parts;
    }

    private void AddMatches(ReadOnlySpan<char> text, int offset, List<(int Offset, int Length)> parts)
    {
        foreach (var match in _regex.EnumerateMatches(text))
        {
            parts.Add((offset + match.Index, match.Length));
        }
    }
}
