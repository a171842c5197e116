using System.Text.Json;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>tokenizer.json made from other files' vocabularies gives those files' ids.</summary>
public sealed class TokenizerJsonTests
{
    private const string Gpt2Pattern = @"'(?:[sdmt]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly object ByteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true };

    [Fact]
    public void Byte_level_vocabularies_give_the_same_as_their_files()
    {
        var random = new Random(12);
        var (vocabulary, merges) = ByteLevelTests.RandomVocabulary(random, "abcd é'", 60);
        var files = ByteLevelTests.Open(vocabulary, merges);
        TextTokenizer[] variants = [.. ByteLevelVariants(vocabulary, merges)];
        for (var round = 0; round < 100; round++)
        {
            var text = round % 2 == 0 ? RandomText.Of(random, 40) : string.Concat(Enumerable.Range(0, 40).Select(_ => "abcd é'\n"[random.Next(8)]));
            Assert.All(variants, variant => Assert.Equal(files.Encode(text), variant.Encode(text)));
            Assert.All(variants, variant => Assert.Equal(text, variant.Decode(variant.Encode(text))));
        }
    }

    [SharedFact("data/tokenizers/gpt2")]
    public void Gpt2_gives_the_references_ids()
    {
        var folder = SharedData.Find("data/tokenizers/gpt2")!;
        var vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(folder, "vocab.json")))!;
        var merges = File.ReadLines(Path.Combine(folder, "merges.txt")).Skip(1).Where(l => l.Length > 0).Select(l => (l.Split(' ')[0], l.Split(' ')[1])).ToList();
        foreach (var variant in ByteLevelVariants(vocabulary, merges))
        {
            foreach (var (text, ids, decoded) in Reference(folder, "reference.json"))
            {
                Assert.Equal(ids, variant.Encode(text));
                Assert.Equal(decoded, variant.Decode(ids));
            }

            Assert.Equal((50256, 50256), (variant.BosId, variant.EosId));
        }
    }

    [SharedFact("data/models/stories260k")]
    public void Pairs_with_byte_fallback_give_the_references_ids()
    {
        var folder = SharedData.Find("data/models/stories260k")!;
        var pieces = ReadPieces(File.ReadAllBytes(Path.Combine(folder, "tokenizer.model")), out _);
        var legacy = OpenPairs(pieces, new
        {
            type = "Sequence",
            normalizers = new object[]
            {
                new { type = "Prepend", prepend = "\u2581" },
                new { type = "Replace", pattern = new { String = " " }, content = "\u2581" },
            },
        });
        var metaspace = OpenPairs(pieces, null, new { type = "Metaspace", replacement = "\u2581", prepend_scheme = "first", split = false });
        foreach (var (text, ids, decoded) in Reference(folder, "tokenizer-reference.json"))
        {
            Assert.Equal(ids, legacy.Encode(text));
            Assert.Equal(decoded, legacy.Decode(ids));
            if (!text.StartsWith(' '))
            {
                // A text that begins with a space gets no second one.
                Assert.Equal(ids, metaspace.Encode(text));
            }
        }

        Assert.Equal((512, 1, 2, 0), (legacy.VocabularySize, legacy.BosId, legacy.EosId, legacy.UnknownId));
    }

    [SharedFact("data/tokenizers/t5")]
    public void Unigram_gives_the_references_ids()
    {
        var folder = SharedData.Find("data/tokenizers/t5")!;
        var pieces = ReadPieces(File.ReadAllBytes(Path.Combine(folder, "spiece.model")), out var map);
        var tokenizer = Open(new
        {
            added_tokens = new[] { Special(0, "<pad>"), Special(1, "</s>"), Special(2, "<unk>") },
            normalizer = new { type = "Precompiled", precompiled_charsmap = Convert.ToBase64String(map) },
            pre_tokenizer = new
            {
                type = "Sequence",
                pretokenizers = new object[] { new { type = "WhitespaceSplit" }, new { type = "Metaspace", replacement = "\u2581", add_prefix_space = true } },
            },
            decoder = new { type = "Metaspace", replacement = "\u2581", add_prefix_space = true },
            model = new { type = "Unigram", unk_id = 2, vocab = pieces.Select(p => new object[] { p.Text, p.Score }) },
        });
        foreach (var (text, ids, decoded) in Reference(folder, "reference.json"))
        {
            Assert.Equal(ids, tokenizer.Encode(text));
            if (!ids.Contains(2))
            {
                Assert.Equal(decoded, tokenizer.Decode(ids));
            }
        }

        Assert.Equal((1, 0, 2), (tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
    }

    [Fact]
    public void Small_unigram_models_spell_unknown_characters_in_bytes()
    {
        var vocabulary = new List<object[]> { new object[] { "<unk>", 0.0 }, new object[] { "\u2581", -1.0 }, new object[] { "ab", -2.0 }, new object[] { "a", -2.5 } };
        vocabulary.AddRange(Enumerable.Range(0, 256).Select(value => new object[] { $"<0x{value:X2}>", -20.0 }));
        var tokenizer = Open(new
        {
            pre_tokenizer = new { type = "Metaspace" },
            decoder = new { type = "Sequence", decoders = new object[] { new { type = "ByteFallback" }, new { type = "Metaspace" } } },
            model = new { type = "Unigram", unk_id = 0, byte_fallback = true, vocab = vocabulary },
        });
        Assert.Equal([1, 2, 1, 3, 4 + 0xC3, 4 + 0xA9], tokenizer.Encode("ab aé"));
        Assert.Equal("ab aé", tokenizer.Decode(tokenizer.Encode("ab aé")));
    }

    [Fact]
    public void Added_tokens_that_are_not_special_are_found_in_the_text()
    {
        var tokenizer = Open(new
        {
            added_tokens = new[] { Special(3, "<s>"), Added(4, "a b", false), Added(5, "a bb", false) },
            pre_tokenizer = new { type = "WhitespaceSplit" },
            model = new { type = "BPE", unk_token = "?", vocab = new Dictionary<string, int> { ["?"] = 0, ["a"] = 1, ["b"] = 2 }, merges = Array.Empty<string>() },
        });
        Assert.Equal([4, 1, 5, 0, 0, 0], tokenizer.Encode("a b a a bb <s>"));
        Assert.Equal(["?", "a", "b", "<s>", "a b", "a bb"], Enumerable.Range(0, 6).Select(tokenizer.Piece));
        Assert.Equal("a a b", tokenizer.Decode([1, 3, 4]));
    }

    [Fact]
    public void Prefixes_suffixes_and_unknown_tokens_are_the_models()
    {
        var vocabulary = new Dictionary<string, int> { ["?"] = 0, ["a"] = 1, ["a</w>"] = 2, ["b"] = 3, ["b</w>"] = 4, ["ab</w>"] = 5 };
        string[] merges = ["a b</w>"];
        foreach (var fuse in (bool[])[false, true])
        {
            var tokenizer = Open(new
            {
                normalizer = new { type = "Lowercase" },
                pre_tokenizer = new { type = "Whitespace" },
                decoder = new { type = "BPEDecoder", suffix = "</w>" },
                model = new { type = "BPE", unk_token = "?", fuse_unk = fuse, end_of_word_suffix = "</w>", vocab = vocabulary, merges },
            });
            Assert.Equal([5, 1, 2, .. fuse ? (int[])[0] : [0, 0]], tokenizer.Encode("AB aa xy"));
            Assert.Equal("ab aa", tokenizer.Decode([5, 1, 2]));
        }

        var prefixed = Open(new
        {
            pre_tokenizer = new { type = "Whitespace" },
            model = new
            {
                type = "BPE", continuing_subword_prefix = "##", vocab = new Dictionary<string, int> { ["a"] = 0, ["##b"] = 1, ["ab"] = 2, ["##c"] = 3 }, merges = new[] { "a ##b" },
            },
        });
        Assert.Equal([2, 3], prefixed.Encode("abc"));
    }

    [Fact]
    public void Splits_are_those_of_their_names()
    {
        Assert.Equal(["ab", "12", "-", "c"], Parts("ab12-c", new { type = "Digits" }, new { type = "Punctuation" }));
        Assert.Equal(["ab", "1", "2", "-", "c"], Parts("ab12-c", new { type = "Digits", individual_digits = true }, new { type = "Punctuation" }));
        Assert.Equal(["a", "c", "b"], Parts("a c b", new { type = "WhitespaceSplit" }));
        Assert.Equal(["\u0939\u093F\u0928\u094D\u0926\u0940", "-\u2460", "x"], Parts("\u0939\u093F\u0928\u094D\u0926\u0940-\u2460 x", new { type = "Whitespace" }));
        Assert.Equal(["a-", "-", "c"], Parts("a--c", Split("-", "MergedWithPrevious")));
        Assert.Equal(["a", "-", "-c"], Parts("a--c", Split("-", "MergedWithNext")));
        Assert.Equal(["a", "--", "c"], Parts("a--c", Split("-", "Contiguous")));
        Assert.Equal(["a", "-", "-", "c"], Parts("a--c", Split("-", "Isolated")));
        Assert.Equal(["a", "c"], Parts("a--c", Split("-", "Removed")));
        Assert.Equal(["-", "-"], Parts("a--c", Split("-", "Removed", invert: true)));

        static object Split(string literal, string behavior, bool invert = false) => new { type = "Split", pattern = new { String = literal }, behavior, invert };
    }

    [Fact]
    public void Normalizers_are_those_of_their_names()
    {
        Assert.Equal("ac", Normalized("a\u0301\u0903c\u20DD", new { type = "StripAccents" }));
        Assert.Equal("ac", Normalized("\u00E1c", new { type = "NFD" }, new { type = "StripAccents" }));
        Assert.Equal("ac", Normalized("  AC\n", new { type = "Strip" }, new { type = "Lowercase" }));
        Assert.Equal("a", Normalized("12a345", new { type = "Replace", pattern = new { Regex = "[0-9]+" }, content = "" }));
        Assert.Equal("ca", Normalized("a", new { type = "Prepend", prepend = "c" }));
        Assert.Equal("\u00E1", Normalized("a\u0301", new { type = "NFC" }));
        Assert.Equal("a", Normalized("\uFF41", new { type = "NFKC" }));
    }

    [Fact]
    public void A_part_that_is_a_token_need_not_be_merged()
    {
        var vocabulary = new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["c"] = 2, ["bc"] = 3, ["abc"] = 4 };
        foreach (var ignore in (bool[])[false, true])
        {
            var tokenizer = Open(new
            {
                pre_tokenizer = ByteLevel, decoder = ByteLevel, model = new { type = "BPE", ignore_merges = ignore, vocab = vocabulary, merges = new[] { "b c" } },
            });
            Assert.Equal(ignore ? [4] : [0, 3], tokenizer.Encode("abc"));
        }
    }

    [Fact]
    public void The_configuration_beside_it_names_special_tokens()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            added_tokens = new[] { Special(0, "<s>"), Special(1, "[x]") },
            model = new { type = "BPE", vocab = new Dictionary<string, int> { ["a"] = 2 }, merges = Array.Empty<string>() },
        }));
        var tokenizer = TokenizerFiles.Open(folder.Path);
        Assert.Equal((0, null, null), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        folder.Write("tokenizer_config.json", """{ "bos_token": null, "eos_token": { "content": "[x]" }, "pad_token": "[x]" }""");
        tokenizer = TokenizerFiles.Open(folder.Path);
        Assert.Equal((null, 1, 1), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
    }

    private static IEnumerable<TextTokenizer> ByteLevelVariants(Dictionary<string, int> vocabulary, List<(string Left, string Right)> merges)
    {
        var added = vocabulary.TryGetValue("<|endoftext|>", out var end) ? new[] { Special(end, "<|endoftext|>") } : [];
        var lines = merges.Select(m => $"{m.Left} {m.Right}").ToArray();
        var pairs = merges.Select(m => new[] { m.Left, m.Right }).ToArray();
        yield return Open(new { added_tokens = added, pre_tokenizer = ByteLevel, decoder = ByteLevel, model = new { type = "BPE", vocab = vocabulary, merges = lines } });
        yield return Open(new
        {
            added_tokens = added,
            pre_tokenizer = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex = Gpt2Pattern }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, use_regex = false },
                },
            },
            post_processor = ByteLevel,
            decoder = ByteLevel,
            model = new { vocab = vocabulary, merges = pairs },
        });
    }

    private static TextTokenizer OpenPairs(List<(string Text, float Score, int Kind)> pieces, object? normalizer, object? preTokenizer = null)
    {
        var ids = pieces.Select((p, id) => (p.Text, id)).ToDictionary(p => p.Text, p => p.id);
        var merges = new List<(float Score, int Left, int Right, string[] Pair)>();
        foreach (var (text, score, kind) in pieces.Where(p => p.Kind == ModelFile.Normal))
        {
            for (var at = 1; at < text.Length; at++)
            {
                if (ids.TryGetValue(text[..at], out var left) && ids.TryGetValue(text[at..], out var right))
                {
                    merges.Add((score, left, right, [text[..at], text[at..]]));
                }
            }
        }

        return Open(new
        {
            added_tokens = new[] { Special(0, "<unk>"), Special(1, "<s>"), Special(2, "</s>") },
            normalizer,
            pre_tokenizer = preTokenizer,
            decoder = new
            {
                type = "Sequence",
                decoders = new object[]
                {
                    new { type = "Replace", pattern = new { String = "\u2581" }, content = " " },
                    new { type = "ByteFallback" },
                    new { type = "Fuse" },
                    new { type = "Strip", content = " ", start = 1, stop = 0 },
                },
            },
            model = new
            {
                type = "BPE", dropout = (float?)null, unk_token = "<unk>", fuse_unk = true, byte_fallback = true, vocab = ids,
                merges = merges.OrderByDescending(m => m.Score).ThenBy(m => m.Left).ThenBy(m => m.Right).Select(m => m.Pair),
            },
        });
    }

    private static string[] Parts(string text, params object[] preTokenizers)
    {
        // Every part is unknown, and parts are not joined; so the parts are counted by what stands for them.
        var tokens = new Dictionary<string, int>();
        foreach (var length in Enumerable.Range(1, text.Length))
        {
            for (var start = 0; start + length <= text.Length; start++)
            {
                tokens.TryAdd(text.Substring(start, length), tokens.Count);
            }
        }

        tokens.Add("[UNK]", tokens.Count);
        var tokenizer = Open(new
        {
            pre_tokenizer = new { type = "Sequence", pretokenizers = preTokenizers }, model = new { type = "WordPiece", vocab = tokens },
        });
        return [.. tokenizer.Encode(text).Select(tokenizer.Piece)];
    }

    /// <summary>What is left of a text after normalising, as bytes' tokens give it back.</summary>
    private static string Normalized(string text, params object[] normalizers)
    {
        var tokenizer = Open(new
        {
            normalizer = new { type = "Sequence", normalizers }, pre_tokenizer = ByteLevel, decoder = ByteLevel,
            model = new { type = "BPE", vocab = ByteLevelTests.Alphabet(), merges = Array.Empty<string>() },
        });
        return tokenizer.Decode(tokenizer.Encode(text));
    }

    private static TextTokenizer Open(object json)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", JsonSerializer.Serialize(json));
        return TokenizerFiles.Open(folder.Path);
    }

    private static Dictionary<string, object> Special(int id, string content) => Added(id, content, true);

    private static Dictionary<string, object> Added(int id, string content, bool special) =>
        new() { ["id"] = id, ["content"] = content, ["special"] = special };

    private static IEnumerable<(string Text, int[] Ids, string Decoded)> Reference(string folder, string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name)));
        return [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => (
            c.GetProperty("text").GetString()!,
            c.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray(),
            c.GetProperty("decoded").GetString()!))];
    }

    /// <summary>The pieces of a model file and its character map: the few fields that are needed, read as the format lays them.</summary>
    private static List<(string Text, float Score, int Kind)> ReadPieces(byte[] file, out byte[] map)
    {
        var pieces = new List<(string Text, float Score, int Kind)>();
        map = [];
        foreach (var (field, message, _) in Fields(file))
        {
            var inner = field is 1 or 3 ? Fields(message) : [];
            if (field == 1)
            {
                pieces.Add((
                    System.Text.Encoding.UTF8.GetString(inner.Single(f => f.Field == 1).Bytes),
                    BitConverter.ToSingle(inner.SingleOrDefault(f => f.Field == 2).Bytes ?? new byte[4]),
                    (int)(inner.Any(f => f.Field == 3) ? inner.Single(f => f.Field == 3).Value : 1)));
            }
            else if (inner.FirstOrDefault(f => f.Field == 2).Bytes is { } found)
            {
                map = found;
            }
        }

        return pieces;
    }

    private static List<(int Field, byte[] Bytes, ulong Value)> Fields(byte[] message)
    {
        var (fields, at) = (new List<(int, byte[], ulong)>(), 0);
        while (at < message.Length)
        {
            var key = Varint();
            var value = (key & 7) is 0 or 2 ? Varint() : 0;
            var length = (key & 7) switch { 2 => (int)value, 5 => 4, 1 => 8, _ => 0 };
            fields.Add(((int)(key >> 3), message[at..(at + length)], value));
            at += length;
        }

        return fields;

        ulong Varint()
        {
            var (value, shift) = (0UL, 0);
            do
            {
                value |= (ulong)(message[at] & 0x7F) << shift;
                shift += 7;
            }
            while (message[at++] >= 0x80);
            return value;
        }
    }
}
