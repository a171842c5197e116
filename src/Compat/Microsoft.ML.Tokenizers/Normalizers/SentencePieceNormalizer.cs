using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Spaces as SentencePiece wants them. It knows no character map: a unigram model applies its own when it encodes.</summary>
public sealed class SentencePieceNormalizer : Normalizer
{
    public SentencePieceNormalizer(
        bool removeExtraWhiteSpaces, bool addDummyPrefix, bool escapeWhiteSpaces, bool treatWhitespaceAsSuffix, IReadOnlyDictionary<string, int>? specialTokens)
    {
        (RemoveExtraWhiteSpaces, AddDummyPrefix) = (removeExtraWhiteSpaces, addDummyPrefix);
        (EscapeWhiteSpaces, TreatWhitespaceAsSuffix) = (escapeWhiteSpaces, treatWhitespaceAsSuffix);
        SpecialTokens = specialTokens;
    }

    public bool RemoveExtraWhiteSpaces { get; }

    public bool AddDummyPrefix { get; }

    public bool EscapeWhiteSpaces { get; }

    public bool TreatWhitespaceAsSuffix { get; }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public override string Normalize(string original) => string.IsNullOrEmpty(original) ? "" : Normalize(original.AsSpan());

    public override string Normalize(ReadOnlySpan<char> original)
    {
        var text = RemoveExtraWhiteSpaces ? original.Trim(' ') : original;
        if (text.IsEmpty)
        {
            return "";
        }

        var space = EscapeWhiteSpaces ? '\u2581' : ' ';
        var result = new StringBuilder(text.Length + 1);
        if (AddDummyPrefix && !TreatWhitespaceAsSuffix)
        {
            // Special tokens at the beginning stay before the space.
            while (Leading(text) is > 0 and var length)
            {
                result.Append(text[..length]);
                text = text[length..];
            }

            if (!text.IsEmpty)
            {
                result.Append(space);
            }
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != ' ')
            {
                result.Append(text[i]);
            }
            else if (!RemoveExtraWhiteSpaces || i == 0 || text[i - 1] != ' ')
            {
                result.Append(space);
            }
        }

        if (AddDummyPrefix && TreatWhitespaceAsSuffix)
        {
            result.Append(space);
        }

        return result.ToString();
    }

    private int Leading(ReadOnlySpan<char> text)
    {
        foreach (var token in SpecialTokens?.Keys ?? [])
        {
            if (token.Length > 0 && text.StartsWith(token, StringComparison.Ordinal))
            {
                return token.Length;
            }
        }

        return 0;
    }
}
