using DslExperiments.Text.Tokenizers;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// SentencePiece's byte pair encoding: neighbours whose concatenation is a piece merge, the highest score first, the
/// leftmost first among equals. A heap over a linked list, so that a long text takes no quadratic time.
/// </summary>
internal sealed class ScoredPairEncoder : PieceEncoder
{
    private readonly Dictionary<string, int> _pieces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly SentencePieceModel _model;
    private readonly Normalizer _normalizer;
    private readonly int _unknownId, _longest;
    private readonly bool _hasUnused;

    public ScoredPairEncoder(SentencePieceModel model, Normalizer normalizer, int unknownId)
    {
        (_model, _normalizer, _unknownId) = (model, normalizer, unknownId);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id].Text;
            _pieces.Add(piece, id);
            _longest = Math.Max(_longest, piece.Length);
            _hasUnused |= model.Pieces[id].Kind == PieceKind.Unused;
        }

        _ids = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override string Normalize(ReadOnlySpan<char> text) => _normalizer.Normalize(text);

    public override void Encode(ReadOnlySpan<char> text, List<FoundPiece> pieces)
    {
        // Symbols lie where their first character lies; a length of 0 says that a symbol was merged into another.
        var lengths = new int[text.Length];
        var previous = new int[text.Length];
        var queue = new PriorityQueue<(int Left, int Right, int Length), (float Score, int Left)>(Order.Instance);
        var parts = _hasUnused ? new Dictionary<(int Start, int Length), int>() : null;
        for (var (i, before) = (0, -1); i < text.Length; (i, before) = (i + lengths[i], i))
        {
            lengths[i] = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            previous[i] = before;
            if (before >= 0)
            {
                Enqueue(queue, text, before, i, lengths, parts);
            }
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            var (left, right) = (pair.Left, pair.Right);
            if (lengths[left] == 0 || lengths[right] == 0 || lengths[left] + lengths[right] != pair.Length || left + lengths[left] != right)
            {
                continue;
            }

            lengths[left] = pair.Length;
            lengths[right] = 0;
            var next = left + pair.Length;
            if (next < text.Length)
            {
                previous[next] = left;
                Enqueue(queue, text, left, next, lengths, parts);
            }

            if (previous[left] >= 0)
            {
                Enqueue(queue, text, previous[left], left, lengths, parts);
            }
        }

        for (var i = 0; i < text.Length; i += lengths[i])
        {
            Emit(text, i, lengths[i], parts, pieces);
        }
    }

    private void Enqueue(
        PriorityQueue<(int Left, int Right, int Length), (float Score, int Left)> queue, ReadOnlySpan<char> text, int left, int right, int[] lengths,
        Dictionary<(int Start, int Length), int>? parts)
    {
        var length = lengths[left] + lengths[right];
        if (length > _longest || !_ids.TryGetValue(text.Slice(left, length), out var id))
        {
            return;
        }

        queue.Enqueue((left, right, length), (_model.Pieces[id].Score, left));
        if (parts is not null && _model.Pieces[id].Kind == PieceKind.Unused)
        {
            parts[(left, length)] = lengths[left];
        }
    }

    /// <summary>A piece, or the two it was merged from when it may not be used.</summary>
    private void Emit(ReadOnlySpan<char> text, int start, int length, Dictionary<(int Start, int Length), int>? parts, List<FoundPiece> pieces)
    {
        var known = _ids.TryGetValue(text.Slice(start, length), out var id);
        if (known && parts is not null && _model.Pieces[id].Kind == PieceKind.Unused && parts.TryGetValue((start, length), out var left))
        {
            Emit(text, start, left, parts, pieces);
            Emit(text, start + left, length - left, parts, pieces);
        }
        else
        {
            pieces.Add(new(known ? id : _unknownId, length));
        }
    }

    private sealed class Order : IComparer<(float Score, int Left)>
    {
        public static Order Instance { get; } = new();

        public int Compare((float Score, int Left) x, (float Score, int Left) y) =>
            x.Score != y.Score ? y.Score.CompareTo(x.Score) : x.Left.CompareTo(y.Left);
    }
}
