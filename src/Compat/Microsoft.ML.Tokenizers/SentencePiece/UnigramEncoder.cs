using System.Text;
using DslExperiments.Text.Tokenizers;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// The most probable segmentation of a unigram model: Viterbi over UTF-8 with float32 scores that add up from the
/// beginning of the text. A character without a piece costs the lowest score minus 10. As in SentencePiece, a candidate
/// is compared before its sum is rounded, which decides between segmentations that are equal but for rounding.
/// </summary>
internal sealed class UnigramEncoder : PieceEncoder
{
    private const float UnknownPenalty = 10;

    private readonly Utf8Trie _trie = new();
    private readonly SentencePieceNormalization _normalization;
    private readonly float[] _scores;
    private readonly PieceKind[] _kinds;
    private readonly float _lowest = float.MaxValue, _highest = float.MinValue;
    private readonly int _unknownId;

    public UnigramEncoder(SentencePieceModel model, int unknownId)
    {
        if (model.BosId >= model.Pieces.Count || model.EosId >= model.Pieces.Count || model.UnknownId >= model.Pieces.Count)
        {
            throw new ArgumentException("The BOS, EOS or UNK token is not in the vocabulary.");
        }

        // The package stores these tokens at their ids and so cannot open a model that has none of them.
        foreach (var id in (ReadOnlySpan<int>)[model.BosId, model.EosId, model.UnknownId])
        {
            _ = model.Pieces[id];
        }

        _unknownId = unknownId;
        _normalization = new(model);
        _scores = [.. model.Pieces.Select(p => p.Score)];
        _kinds = [.. model.Pieces.Select(p => p.Kind)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var id = 0; id < _kinds.Length; id++)
        {
            if (_kinds[id] is not (PieceKind.Normal or PieceKind.UserDefined or PieceKind.Unused))
            {
                continue;
            }

            var piece = model.Pieces[id].Text;
            if (piece.Length == 0 || !seen.Add(piece))
            {
                throw new ArgumentException($"Piece {id} is empty or occurs twice.");
            }

            _trie.Add(Encoding.UTF8.GetBytes(piece), id);
            _lowest = Math.Min(_lowest, _scores[id]);
            _highest = Math.Max(_highest, _scores[id]);
        }
    }

    public override string Normalize(ReadOnlySpan<char> text) => Encoding.UTF8.GetString(_normalization.Normalize(text));

    public override void Encode(ReadOnlySpan<char> text, List<FoundPiece> pieces)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        var best = BestPaths(bytes);
        var first = pieces.Count;
        for (var end = bytes.Length; end > 0; end = best[end].Start)
        {
            pieces.Add(new(best[end].Id, Encoding.UTF8.GetCharCount(bytes.AsSpan(best[end].Start..end))));
        }

        pieces.Reverse(first, pieces.Count - first);
    }

    /// <summary>For each position of a text, the last piece of the best way to get there.</summary>
    private (float Score, int Start, int Id)[] BestPaths(ReadOnlySpan<byte> text)
    {
        var best = new (float Score, int Start, int Id)[text.Length + 1];
        best.AsSpan().Fill((0, -1, -1));
        var unknownScore = _lowest - UnknownPenalty;
        for (var start = 0; start < text.Length;)
        {
            var here = best[start].Score;
            var character = Utf8Trie.CharacterLength(text[start]);
            var hasSingle = false;
            var node = 0;
            for (var end = start; end < text.Length;)
            {
                node = _trie.Step(node, text[end++]);
                if (node < 0)
                {
                    break;
                }

                var id = _trie.Value(node);
                if (id < 0 || _kinds[id] == PieceKind.Unused)
                {
                    continue;
                }

                // What the user defined gets a bonus, so that it is always chosen.
                double score = _kinds[id] == PieceKind.UserDefined ? ((end - start) * _highest) - 0.1 : _scores[id];
                Offer(ref best[end], score + here, start, id);
                hasSingle |= end - start == character;
            }

            if (!hasSingle)
            {
                Offer(ref best[start + character], (double)unknownScore + here, start, _unknownId);
            }

            start += character;
        }

        return best;
    }

    private static void Offer(ref (float Score, int Start, int Id) best, double score, int start, int id)
    {
        if (best.Start < 0 || score > best.Score)
        {
            best = ((float)score, start, id);
        }
    }
}
