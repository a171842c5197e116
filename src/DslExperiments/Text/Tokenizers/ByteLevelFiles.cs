using System.Text;
using System.Text.Json;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Makes a tokenizer from GPT-2's two files: vocab.json and merges.txt.</summary>
internal static class ByteLevelFiles
{
    private const string EndOfText = "<|endoftext|>";

    public static TextTokenizer Read(LoadedFile vocabulary, LoadedFile merges, JsonPlace? config, string contentHash)
    {
        using var json = JsonDocument.Parse(vocabulary.Bytes);
        var entries = VocabularyTable.Read(json.RootElement, "vocab.json");
        var definition = new BpeDefinition { Vocabulary = entries, Merges = ReadMerges(merges.Text), ByteLevel = true };
        var pieces = VocabularyTable.Pieces(entries);
        var names = new SpecialNames(config, [EndOfText]);
        var (bos, eos, pad) = (names.Find(pieces, names.Bos), names.Find(pieces, names.Eos), names.Find(pieces, names.Pad));
        return new PipelineTokenizer(new TokenizerParts
        {
            Pieces = pieces,
            Model = new BpeModel(definition),
            Split = Splits.Gpt2Words,
            Decode = ids => Decode(ids.Select(i => pieces[i]!)),
            SpecialIds = new[] { bos, eos, pad }.OfType<int>().ToHashSet(),
            ContentHash = contentHash,
            BosId = bos,
            EosId = eos,
            PadId = pad,
        });
    }

    /// <summary>The text whose bytes pieces spell.</summary>
    public static string Decode(IEnumerable<string> pieces)
    {
        var bytes = new List<byte>();
        foreach (var piece in pieces)
        {
            ByteCharacters.Append(piece, bytes);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static List<(string Left, string Right)> ReadMerges(string text)
    {
        var merges = new List<(string Left, string Right)>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            number++;
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
            {
                throw new InvalidDataException($"line {number} of merges.txt, '{line}', is not two tokens with a space between them");
            }

            merges.Add((left, right));
        }

        return merges;
    }
}

/// <summary>Tables of tokens and ids in JSON.</summary>
internal static class VocabularyTable
{
    /// <summary>No tokenizer has more ids.</summary>
    public const int LargestId = 5_000_000;

    /// <summary>Reads an object of tokens and ids. Neither may occur twice.</summary>
    public static Dictionary<string, int> Read(JsonElement table, string what)
    {
        if (table.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{what} is not an object of tokens and ids");
        }

        var (ids, tokens) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<int, string>());
        foreach (var entry in table.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id is < 0 or > LargestId)
            {
                throw new InvalidDataException($"the id of '{entry.Name}' in {what} is not a number from 0 to {LargestId}");
            }

            if (!ids.TryAdd(entry.Name, id))
            {
                throw new InvalidDataException($"'{entry.Name}' occurs twice in {what}");
            }

            if (!tokens.TryAdd(id, entry.Name))
            {
                throw new InvalidDataException($"'{tokens[id]}' and '{entry.Name}' both have the id {id} in {what}");
            }
        }

        return ids.Count > 0 ? ids : throw new InvalidDataException($"{what} is empty");
    }

    /// <summary>The token of each id.</summary>
    public static string?[] Pieces(IReadOnlyDictionary<string, int> vocabulary)
    {
        var pieces = new string?[vocabulary.Values.Max() + 1];
        foreach (var (token, id) in vocabulary)
        {
            pieces[id] = token;
        }

        return pieces;
    }
}
