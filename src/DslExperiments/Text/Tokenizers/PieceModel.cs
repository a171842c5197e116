using System.Text;
using Microsoft.ML.Tokenizers;

namespace DslExperiments.Text.Tokenizers;

/// <summary>
/// Segments by a SentencePiece model. Text is normalised before. The package gets the pieces in a model file written here
/// which has only what it segments by: special pieces under names that no text has, and no byte fallback, since what it
/// makes of these differs from SentencePiece.
/// </summary>
internal sealed class PieceModel : SegmentModel
{
    private readonly SentencePieceTokenizer _tokenizer;
    private readonly WordCuts? _cuts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _userDefined;
    private readonly int[]? _bytes;
    private readonly int _unknown;
    private readonly bool _partsComeAgain;

    /// <summary>A model whose file was checked.</summary>
    /// <param name="model">The pieces.</param>
    /// <param name="partsComeAgain">Whether it gets words, not whole texts, so that keeping them pays.</param>
    public PieceModel(SentencePieceModel model, bool partsComeAgain = false)
    {
        _partsComeAgain = partsComeAgain;
        _unknown = model.Pieces.FindIndex(p => p.Kind == PieceKind.Unknown);
        _tokenizer = SentencePieceTokenizer.Create(
            new MemoryStream(SentencePieceWriter.Write(model, _unknown)), addBeginningOfSentence: false, addEndOfSentence: false);
        _userDefined = model.Pieces.Select((p, id) => (p, id)).Where(p => p.p.Kind == PieceKind.UserDefined)
            .ToDictionary(p => p.p.Text, p => p.id, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        if (model.ModelType == SentencePieceModel.BytePairs)
        {
            _cuts = new WordCuts(model.Pieces.Where(p => p.Kind is PieceKind.Normal or PieceKind.Unused).Select(p => p.Text));
        }

        if (model.ByteFallback)
        {
            _bytes = BytePieces.Find(model.Pieces.Select((p, id) => (p, id)).Where(p => p.p.Kind == PieceKind.Byte).Select(p => (p.p.Text, p.id)));
        }
    }

    public override void Encode(ReadOnlySpan<char> part, List<int> ids)
    {
        if (_cuts is null && _partsComeAgain)
        {
            base.Encode(part, ids);
            return;
        }

        if (_cuts is null)
        {
            // Scores add up from the beginning of a text, so it is not cut.
            Compute(part.ToString(), ids);
            return;
        }

        if (_userDefined.TryGetValue(part, out var id))
        {
            ids.Add(id);
            return;
        }

        while (!part.IsEmpty)
        {
            var length = _cuts.First(part);
            base.Encode(part[..length], ids);
            part = part[length..];
        }
    }

    protected override void Compute(string part, List<int> ids)
    {
        var found = _tokenizer.EncodeToIds(part, addBeginningOfSentence: false, addEndOfSentence: false, considerNormalization: false);
        if (!found.Contains(_unknown))
        {
            ids.AddRange(found);
            return;
        }

        if (_bytes is null)
        {
            AddWithoutRuns(found, ids);
            return;
        }

        // The surfaces of unknown characters, in bytes.
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var token in _tokenizer.EncodeToTokens(part, out _, addBeginningOfSentence: false, addEndOfSentence: false, considerNormalization: false))
        {
            if (token.Id != _unknown)
            {
                ids.Add(token.Id);
                continue;
            }

            foreach (var rune in part.AsSpan(token.Offset).EnumerateRunes())
            {
                foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    ids.Add(_bytes[value]);
                }
            }
        }
    }

    /// <summary>Neighbouring unknown characters are one unknown piece.</summary>
    private void AddWithoutRuns(IReadOnlyList<int> found, List<int> ids)
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (i == 0 || found[i] != _unknown || found[i - 1] != _unknown)
            {
                ids.Add(found[i]);
            }
        }
    }
}

/// <summary>The pieces &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
internal static class BytePieces
{
    /// <summary>The id of each byte's piece, or null unless all are there.</summary>
    public static int[]? Find(IEnumerable<(string Text, int Id)> pieces)
    {
        var ids = new int[256];
        var seen = new bool[256];
        foreach (var (text, id) in pieces)
        {
            if (Value(text) is { } value)
            {
                (ids[value], seen[value]) = (id, true);
            }
        }

        return seen.Contains(false) ? null : ids;
    }

    /// <summary>The byte that a piece names, or null.</summary>
    public static byte? Value(string? piece) =>
        piece is ['<', '0', 'x', _, _, '>'] && byte.TryParse(
            piece.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>The text of bytes; each that belongs to no character is one U+FFFD.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == System.Buffers.OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\uFFFD");
            bytes = bytes[(valid ? consumed : 1)..];
        }

        return text.ToString();
    }
}
