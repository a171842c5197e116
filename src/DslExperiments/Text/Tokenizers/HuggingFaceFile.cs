using System.Text.Json;

namespace DslExperiments.Text.Tokenizers;

/// <summary>
/// Makes a tokenizer from Hugging Face's tokenizer.json. What adds special tokens to a text (post_processor), and
/// truncation and padding, are left out, since encoding adds none.
/// </summary>
internal static class HuggingFaceFile
{
    public static TextTokenizer Read(LoadedFile file, JsonPlace? config, string contentHash)
    {
        using var json = JsonDocument.Parse(file.Bytes);
        var root = new JsonPlace(json.RootElement, file.Name);
        var added = ReadAdded(root);
        var (split, byteLevel) = HuggingFaceSplits.Read(root.Optional("pre_tokenizer"));
        var special = added.Where(a => a.Special).ToDictionary(a => a.Id, a => a.Text);
        var (vocabulary, model, unknown) = HuggingFaceModels.Read(root.Required("model"), byteLevel, split is not null, special);
        var pieces = Merge(vocabulary, added, root.Path);
        var decode = HuggingFaceDecoders.Read(root.Optional("decoder"));
        var names = new SpecialNames(config, added.Where(a => a.Special).Select(a => a.Text));
        return new PipelineTokenizer(new TokenizerParts
        {
            Pieces = pieces,
            Model = model,
            Literals = added.Where(a => !a.Special).ToDictionary(a => a.Text, a => a.Id, StringComparer.Ordinal),
            Normalize = HuggingFaceNormalizers.Read(root.Optional("normalizer")),
            Split = split,
            Decode = ids => decode([.. ids.Select(id => pieces[id]!)]),
            SpecialIds = special.Keys.Where(id => id != unknown).ToHashSet(),
            ContentHash = contentHash,
            BosId = names.Find(pieces, names.Bos),
            EosId = names.Find(pieces, names.Eos),
            PadId = names.Find(pieces, names.Pad),
            UnknownId = unknown,
        });
    }

    private static List<(int Id, string Text, bool Special)> ReadAdded(JsonPlace root)
    {
        var added = new List<(int Id, string Text, bool Special)>();
        var (ids, texts) = (new HashSet<int>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var item in root.Optional("added_tokens")?.Items() ?? [])
        {
            var (id, text, special) = (item.Required("id").Int(), item.Required("content").Text(), item.Flag("special", false));
            if (id is < 0 or > VocabularyTable.LargestId || text.Length == 0)
            {
                throw new InvalidDataException($"{item.Path} is empty or its id is not from 0 to {VocabularyTable.LargestId}");
            }

            if (!ids.Add(id) || !texts.Add(text))
            {
                throw new InvalidDataException($"{item.Path} repeats the id {id} or the text '{text}'");
            }

            foreach (var flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip"])
            {
                if (!special && item.Flag(flag, false))
                {
                    throw item.Unsupported($"{flag} of a token that is not special");
                }
            }

            added.Add((id, text, special));
        }

        return added;
    }

    private static string?[] Merge(string?[] vocabulary, List<(int Id, string Text, bool Special)> added, string path)
    {
        var pieces = vocabulary;
        foreach (var (id, text, _) in added)
        {
            if (id >= pieces.Length)
            {
                Array.Resize(ref pieces, id + 1);
            }

            if (pieces[id] is { } known && known != text)
            {
                throw new InvalidDataException($"{path}: the id {id} is both '{known}' and the added token '{text}'");
            }

            pieces[id] = text;
        }

        return pieces;
    }
}

/// <summary>The names of the tokens that begin a text, end it, and fill up: from tokenizer_config.json, or by custom.</summary>
internal sealed class SpecialNames
{
    private static readonly string[] Begins = ["<s>", "<bos>", "<|begin_of_text|>", "[CLS]", "<|endoftext|>"];
    private static readonly string[] Ends = ["</s>", "<eos>", "<|end_of_text|>", "[SEP]", "<|endoftext|>"];
    private static readonly string[] Fills = ["<pad>", "[PAD]", "<|pad|>"];

    public SpecialNames(JsonPlace? config, IEnumerable<string> special)
    {
        var known = special.ToHashSet(StringComparer.Ordinal);
        (Bos, Eos, Pad) = config is { } place
            ? (Name(place, "bos_token") ?? Name(place, "cls_token"), Name(place, "eos_token") ?? Name(place, "sep_token"), Name(place, "pad_token"))
            : (Begins.FirstOrDefault(known.Contains), Ends.FirstOrDefault(known.Contains), Fills.FirstOrDefault(known.Contains));
    }

    public string? Bos { get; }

    public string? Eos { get; }

    public string? Pad { get; }

    /// <summary>The id of a name, if both are there.</summary>
    public int? Find(string?[] pieces, string? name) => name is not null && Array.IndexOf(pieces, name) is >= 0 and var id ? id : null;

    private static string? Name(JsonPlace config, string name) => config.Optional(name) is not { } place ? null
        : place.Value.ValueKind == JsonValueKind.Object ? place.Required("content").Text()
        : place.Text();
}
