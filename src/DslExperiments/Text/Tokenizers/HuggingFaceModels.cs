using System.Text.Json;

namespace DslExperiments.Text.Tokenizers;

/// <summary>The models of tokenizer.json: BPE, Unigram, WordPiece.</summary>
internal static class HuggingFaceModels
{
    /// <summary>The vocabulary, the model, and the id of what is unknown.</summary>
    /// <param name="place">The property <c>model</c>.</param>
    /// <param name="byteLevel">Whether parts are encoded as bytes.</param>
    /// <param name="hasParts">Whether the text is split, so that parts come again.</param>
    /// <param name="special">The special tokens.</param>
    public static (string?[] Pieces, SegmentModel Model, int? UnknownId) Read(
        JsonPlace place, bool byteLevel, bool hasParts, IReadOnlyDictionary<int, string> special)
    {
        var type = place.Text("type") ?? Guess(place);
        if (byteLevel && type != "BPE")
        {
            throw place.Unsupported($"{type} over bytes");
        }

        return type switch
        {
            "BPE" => ReadBpe(place, byteLevel),
            "Unigram" => ReadUnigram(place, hasParts, special),
            "WordPiece" => ReadWordPiece(place),
            _ => throw place.Unsupported($"the model {type}"),
        };
    }

    /// <summary>Older files do not name the model.</summary>
    private static string Guess(JsonPlace place) =>
        place.Optional("merges") is not null ? "BPE"
        : place.Required("vocab").Value.ValueKind == JsonValueKind.Array ? "Unigram"
        : "WordPiece";

    private static (string?[] Pieces, SegmentModel Model, int? UnknownId) ReadBpe(JsonPlace place, bool byteLevel)
    {
        if (place.Optional("dropout") is { } dropout && dropout.Number() != 0)
        {
            throw dropout.Unsupported("leaving out merges by chance");
        }

        var vocabulary = VocabularyTable.Read(place.Required("vocab").Value, place.Path + ".vocab");
        var unknown = place.Text("unk_token");
        if (unknown is not null && !vocabulary.ContainsKey(unknown))
        {
            throw new InvalidDataException($"{place.Path}.unk_token is '{unknown}', which the vocabulary has not");
        }

        var definition = new BpeDefinition
        {
            Vocabulary = vocabulary,
            Merges = [.. place.Required("merges").Items().Select(Pair)],
            UnknownToken = unknown,
            FuseUnknown = place.Flag("fuse_unk", false),
            ContinuingPrefix = place.Text("continuing_subword_prefix") is { Length: > 0 } prefix ? prefix : null,
            WordSuffix = place.Text("end_of_word_suffix") is { Length: > 0 } suffix ? suffix : null,
            ByteLevel = byteLevel,
            ByteFallback = place.Flag("byte_fallback", false),
            IgnoreMerges = place.Flag("ignore_merges", false),
        };
        return (VocabularyTable.Pieces(vocabulary), new BpeModel(definition), unknown is null ? null : vocabulary[unknown]);
    }

    private static (string Left, string Right) Pair(JsonPlace place)
    {
        string[] tokens = place.Value.ValueKind == JsonValueKind.Array ? [.. place.Items().Select(t => t.Text())] : place.Text().Split(' ');
        return tokens is [{ Length: > 0 } left, { Length: > 0 } right] ? (left, right) : throw new InvalidDataException($"{place.Path} is not two tokens");
    }

    private static (string?[] Pieces, SegmentModel Model, int? UnknownId) ReadUnigram(JsonPlace place, bool hasParts, IReadOnlyDictionary<int, string> special)
    {
        var unknown = place.Required("unk_id").Int();
        var model = new SentencePieceModel
        {
            ModelType = SentencePieceModel.Unigram,
            ByteFallback = place.Flag("byte_fallback", false),
            UnknownId = unknown,
        };
        foreach (var entry in place.Required("vocab").Items())
        {
            var id = model.Pieces.Count;
            if (entry.Items().ToArray() is not [var text, var score])
            {
                throw new InvalidDataException($"{entry.Path} is not a piece with its score");
            }

            var piece = text.Text();
            var kind = id == unknown ? PieceKind.Unknown
                : model.ByteFallback && BytePieces.Value(piece) is not null ? PieceKind.Byte
                : special.TryGetValue(id, out var name) && name == piece ? PieceKind.Control
                : PieceKind.Normal;
            model.Pieces.Add(new(piece, (float)score.Number(), kind));
        }

        SentencePieceFile.Check(model);
        return ([.. model.Pieces.Select(p => p.Text)], new PieceModel(model, partsComeAgain: hasParts), unknown);
    }

    private static (string?[] Pieces, SegmentModel Model, int? UnknownId) ReadWordPiece(JsonPlace place)
    {
        var pieces = VocabularyTable.Pieces(VocabularyTable.Read(place.Required("vocab").Value, place.Path + ".vocab"));
        if (pieces.FirstOrDefault(p => p is not null && (p.Length == 0 || p.AsSpan().IndexOfAny('\n', '\r') >= 0)) is { } piece)
        {
            throw place.Unsupported($"the token {JsonSerializer.Serialize(piece)}");
        }

        var unknown = place.Text("unk_token") ?? "[UNK]";
        var longest = place.Optional("max_input_chars_per_word")?.Int() ?? 100;
        var model = new WordPieceModel(pieces, unknown, place.Text("continuing_subword_prefix") ?? "##", longest);
        return (pieces, model, Array.IndexOf(pieces, unknown));
    }
}
