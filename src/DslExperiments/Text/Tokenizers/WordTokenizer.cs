using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DslExperiments.Hosting;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Lower-cased words and marks of punctuation, the most frequent ones of a text; the others are unknown.</summary>
public sealed class WordTokenizer : TextTokenizer
{
    private const int Pad = 0, Bos = 1, Eos = 2, Unknown = 3, Specials = 4;

    private readonly string[] _pieces;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

    private WordTokenizer(IEnumerable<string> words)
    {
        _pieces = ["<pad>", "<bos>", "<eos>", "<unk>", .. words];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = Specials; id < _pieces.Length; id++)
        {
            ids.Add(_pieces[id], id);
        }

        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        ContentHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', _pieces))));
    }

    /// <inheritdoc/>
    public override int VocabularySize => _pieces.Length;

    /// <inheritdoc/>
    public override int? BosId => Bos;

    /// <inheritdoc/>
    public override int? EosId => Eos;

    /// <inheritdoc/>
    public override int? PadId => Pad;

    /// <inheritdoc/>
    public override int? UnknownId => Unknown;

    /// <inheritdoc/>
    public override string ContentHash { get; }

    /// <summary>
    /// Counts words and gives the most frequent ones ids from 4 on, equal counts in ordinal order. 0 is the padding, 1
    /// begins a text, 2 ends it, 3 is unknown.
    /// </summary>
    /// <param name="texts">The texts to count in.</param>
    /// <param name="vocabulary">How many ids there are at most, those four included.</param>
    public static WordTokenizer Train(IEnumerable<string> texts, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (vocabulary <= Specials)
        {
            throw new ExperimentUsageException(string.Create(
                CultureInfo.InvariantCulture, $"A vocabulary of {vocabulary} words has no room: it needs more than {Specials}, for padding, beginning, end and unknown words."));
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var word in Words(text))
            {
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }

        return new(counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(vocabulary - Specials).Select(c => c.Key));
    }

    /// <inheritdoc/>
    public override int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. Words(text).Select(word => _ids.TryGetValue(word, out var id) ? id : Unknown)];
    }

    /// <summary>The words with spaces between them, none before a mark that closes.</summary>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (var id in ids.Where(id => id >= Unknown && id < _pieces.Length))
        {
            var closes = _pieces[id] is "." or "," or ";" or ":" or "!" or "?" or ")" or "]" or "}";
            text.Append(text.Length == 0 || closes ? "" : " ").Append(_pieces[id]);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public override string Piece(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _pieces.Length);
        return _pieces[id];
    }

    /// <summary>Runs of letters and digits, with apostrophes between them; every other visible character by itself.</summary>
    private static IEnumerable<string> Words(string text)
    {
        text = text.ToLowerInvariant();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var rune = At(text, i);
            i += rune.Utf16SequenceLength;
            if (IsWord(rune))
            {
                while (i < text.Length && (IsWord(At(text, i)) || (text[i] == '\'' && i + 1 < text.Length && IsWord(At(text, i + 1)))))
                {
                    i += At(text, i).Utf16SequenceLength;
                }
            }

            if (!Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune))
            {
                yield return text[start..i];
            }
        }
    }

    private static Rune At(string text, int index) => Rune.TryGetRuneAt(text, index, out var rune) ? rune : Rune.ReplacementChar;

    private static bool IsWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
