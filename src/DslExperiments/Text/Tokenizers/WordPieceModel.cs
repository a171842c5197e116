using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Encodes words by the longest pieces, with the tokenizer package.</summary>
internal sealed class WordPieceModel : SegmentModel
{
    private readonly WordPieceTokenizer _tokenizer;
    private readonly int _unknown, _longestWord;

    /// <summary>A model over the pieces of a table of ids.</summary>
    /// <param name="pieces">The piece of each id; null where an id has none.</param>
    /// <param name="unknownToken">What stands for a word that cannot be pieced together.</param>
    /// <param name="prefix">What pieces within a word begin with.</param>
    /// <param name="longestWord">The most characters that a word may have; a longer one is unknown.</param>
    public WordPieceModel(string?[] pieces, string unknownToken, string prefix, int longestWord)
    {
        _unknown = Array.IndexOf(pieces, unknownToken);
        if (_unknown < 0)
        {
            throw new InvalidDataException($"the vocabulary has no '{unknownToken}', which stands for unknown words");
        }

        if (longestWord is < 1 or > 10_000)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"words of {longestWord} characters; 1 to 10000 are supported"));
        }

        // The package reads a line for each id, and counts halves of characters beyond U+FFFF.
        var lines = string.Concat(pieces.Select(piece => $"{piece}\n"));
        _tokenizer = WordPieceTokenizer.Create(new MemoryStream(Encoding.UTF8.GetBytes(lines)), new WordPieceOptions
        {
            UnknownToken = unknownToken,
            ContinuingSubwordPrefix = prefix,
            MaxInputCharsPerWord = 2 * longestWord,
        });
        _longestWord = longestWord;
    }

    protected override void Compute(string part, List<int> ids)
    {
        if (part.Length > _longestWord && part.EnumerateRunes().Count() > _longestWord)
        {
            ids.Add(_unknown);
        }
        else
        {
            ids.AddRange(_tokenizer.EncodeToIds(part, considerPreTokenization: false, considerNormalization: false));
        }
    }
}
