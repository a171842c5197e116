namespace DslExperiments.Text.Tokenizers;

/// <summary>Makes a tokenizer from BERT's vocab.txt: a piece in each line.</summary>
internal static class WordPieceFile
{
    private const string Unknown = "[UNK]";
    private const int LongestWord = 100;

    public static TextTokenizer Read(LoadedFile file, JsonPlace? config, string contentHash)
    {
        var lines = file.Text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        while (lines is [.., ""])
        {
            lines.RemoveAt(lines.Count - 1);
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < lines.Count; id++)
        {
            if (lines[id].Contains('\r', StringComparison.Ordinal))
            {
                throw new InvalidDataException($"line {id + 1} has a carriage return within it");
            }

            if (lines[id].Length > 0 && !ids.TryAdd(lines[id], id))
            {
                throw new InvalidDataException($"'{lines[id]}' stands in the lines {ids[lines[id]] + 1} and {id + 1}");
            }
        }

        string?[] pieces = [.. lines.Select(line => line.Length == 0 ? null : line)];
        var lower = config?.Flag("do_lower_case", true) ?? true;
        var strip = config?.Flag("strip_accents", lower) ?? lower;
        var cjk = config?.Flag("tokenize_chinese_chars", true) ?? true;
        var (bos, eos, pad) = (Id("[CLS]"), Id("[SEP]"), Id("[PAD]"));
        return new PipelineTokenizer(new TokenizerParts
        {
            Pieces = pieces,
            Model = new WordPieceModel(pieces, Unknown, "##", LongestWord),
            Normalize = text => BertText.Normalize(text, clean: true, cjk, strip, lower),
            Split = Splits.BertWords,
            Decode = ids => string.Concat(HuggingFaceDecoders.WordPiece([.. ids.Select(id => pieces[id]!)], "##", cleanup: true)),
            SpecialIds = new[] { bos, eos, pad, Id("[MASK]") }.OfType<int>().ToHashSet(),
            ContentHash = contentHash,
            BosId = bos,
            EosId = eos,
            PadId = pad,
            UnknownId = Id(Unknown),
        });

        int? Id(string piece) => ids.TryGetValue(piece, out var id) ? id : null;
    }
}
