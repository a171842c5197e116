using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Makes a tokenizer from a SentencePiece model file (tokenizer.model, spiece.model).</summary>
internal static class SentencePieceFile
{
    public static TextTokenizer Read(LoadedFile file, JsonPlace? config, string contentHash)
    {
        var model = SentencePieceModel.Read(file.Bytes);
        Check(model);
        var normalization = new SentencePieceNormalization(model);
        var special = new HashSet<int>(Ids(model, PieceKind.Control));
        string?[] pieces = [.. model.Pieces.Select(p => p.Text)];

        // The file's own ids count; what is not among them may be named beside it.
        var names = new SpecialNames(config, []);
        return new PipelineTokenizer(new TokenizerParts
        {
            Pieces = pieces,
            Model = new PieceModel(model),
            Normalize = normalization.Normalize,
            Split = Literals(model),
            Decode = ids => Decode(ids, model),
            SpecialIds = special,
            ContentHash = contentHash,
            BosId = Known(model, model.BosId) ?? names.Find(pieces, names.Bos),
            EosId = Known(model, model.EosId) ?? names.Find(pieces, names.Eos),
            PadId = Known(model, model.PadId) ?? names.Find(pieces, names.Pad),
            UnknownId = Ids(model, PieceKind.Unknown).Single(),
        });
    }

    private static IEnumerable<int> Ids(SentencePieceModel model, PieceKind kind) =>
        Enumerable.Range(0, model.Pieces.Count).Where(id => model.Pieces[id].Kind == kind);

    private static int? Known(SentencePieceModel model, int id) =>
        (uint)id < (uint)model.Pieces.Count && model.Pieces[id].Kind == PieceKind.Control ? id : null;

    /// <summary>What SentencePiece demands of a model, too.</summary>
    internal static void Check(SentencePieceModel model)
    {
        if (model.Pieces.Count == 0)
        {
            throw new InvalidDataException("no pieces; is it a SentencePiece model?");
        }

        if (model.ModelType is not (SentencePieceModel.Unigram or SentencePieceModel.BytePairs))
        {
            throw new InvalidDataException($"model type {model.ModelType}; only unigram (1) and byte pair encoding (2) are supported");
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id];
            if (piece.Text.Length == 0)
            {
                throw new InvalidDataException($"piece {id} is empty");
            }

            if (!seen.TryAdd(piece.Text, id))
            {
                throw new InvalidDataException($"piece '{piece.Text}' is both {seen[piece.Text]} and {id}");
            }

            if (!float.IsFinite(piece.Score))
            {
                throw new InvalidDataException($"piece {id} has the score {piece.Score}");
            }
        }

        if (Ids(model, PieceKind.Unknown).Count() is not 1 and var unknown)
        {
            throw new InvalidDataException($"{unknown} unknown pieces instead of one");
        }

        if (!model.Pieces.Exists(p => p.Kind is PieceKind.Normal or PieceKind.UserDefined))
        {
            throw new InvalidDataException("no normal pieces");
        }

        if (model.ByteFallback && BytePieces.Find(Ids(model, PieceKind.Byte).Select(id => (model.Pieces[id].Text, id))) is null)
        {
            throw new InvalidDataException("byte fallback without the pieces <0x00> to <0xFF>");
        }
    }

    /// <summary>User-defined pieces are parts by themselves in byte pair encoding; a unigram model gives them a bonus.</summary>
    private static Func<List<TextPart>, List<TextPart>>? Literals(SentencePieceModel model)
    {
        var literals = Ids(model, PieceKind.UserDefined).ToDictionary(id => model.Pieces[id].Text, StringComparer.Ordinal);
        if (literals.Count == 0 || model.ModelType == SentencePieceModel.Unigram)
        {
            return null;
        }

        var split = new LiteralSplit(literals);
        return parts => [.. parts.SelectMany(part => split.Of(part.Text).Select(p => part with { Start = p.Start, Length = p.Length }))];
    }

    /// <summary>As SentencePiece does: the space before the text goes, bytes become characters.</summary>
    private static string Decode(IReadOnlyList<int> ids, SentencePieceModel model)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var atStart = true;
        foreach (var id in ids)
        {
            var piece = model.Pieces[id];
            if (piece.Kind == PieceKind.Byte && BytePieces.Value(piece.Text) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            text.Append(BytePieces.Text([.. bytes]));
            bytes.Clear();
            atStart &= text.Length == 0;
            if (piece.Kind == PieceKind.Unknown)
            {
                text.Append(model.UnknownSurface);
                continue;
            }

            var surface = piece.Text.AsSpan();
            if (atStart && surface[0] == '\u2581' && (model.AddDummyPrefix || model.RemoveExtraWhitespaces))
            {
                // Only one space goes, unless none may begin a text.
                surface = surface[1..];
                atStart = model.RemoveExtraWhitespaces;
            }

            text.Append(surface);
        }

        text.Append(BytePieces.Text([.. bytes]));
        return text.Replace('\u2581', ' ').ToString();
    }
}
