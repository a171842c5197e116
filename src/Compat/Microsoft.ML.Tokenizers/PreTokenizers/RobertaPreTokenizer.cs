using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>GPT-2's split. Letters beyond U+FFFF count as symbols, since the expression sees halves of them.</summary>
public sealed partial class RobertaPreTokenizer : PreTokenizer
{
    private static readonly RegexPreTokenizer Parts = new(Gpt2(), null);

    public RobertaPreTokenizer()
    {
    }

    public static RobertaPreTokenizer Instance { get; } = new();

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Parts.PreTokenize(text);

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Parts.PreTokenize(text);

    [GeneratedRegex(@"'(?:[sdmt]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2();
}
