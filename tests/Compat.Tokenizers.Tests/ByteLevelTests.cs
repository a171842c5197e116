using System.Text;
using System.Text.Json;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>Byte-level BPE: small vocabularies against the slow way, and any text comes back.</summary>
public sealed class ByteLevelTests
{
    [Fact]
    public void Random_merges_are_applied_as_the_slow_way_does()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var (vocabulary, merges) = RandomVocabulary(random, "abcé", 40);
            var tokenizer = Open(vocabulary, merges);
            foreach (var _ in Enumerable.Range(0, 20))
            {
                // Only letters, so that the text is one part.
                var text = string.Concat(Enumerable.Range(0, random.Next(1, 90)).Select(_ => "abcé"[random.Next(4)]));
                Assert.Equal(SlowMerge(text, vocabulary, merges), tokenizer.Encode(text));
            }
        }
    }

    [Fact]
    public void Any_text_comes_back()
    {
        var random = new Random(4);
        var (vocabulary, merges) = RandomVocabulary(random, "abcdé ", 60);
        var tokenizer = Open(vocabulary, merges);
        for (var round = 0; round < 200; round++)
        {
            var text = RandomText.Of(random, random.Next(0, 60));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Half_characters_become_replacement_characters()
    {
        var tokenizer = Open(Alphabet(), []);
        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b")));
        Assert.Equal(tokenizer.Encode("\uFFFD"), tokenizer.Encode("\uDC00"));
    }

    [Fact]
    public void Letters_beyond_the_first_plane_are_letters()
    {
        // The merge of two bytes within 𝕏 is found only if the space before it belongs to the same part.
        var vocabulary = Alphabet();
        var (space, first) = (Spell(" "), Spell("𝕏")[..1]);
        vocabulary.Add(space + first, vocabulary.Count);
        var tokenizer = Open(vocabulary, [(space, first)]);
        Assert.Equal(vocabulary[space + first], tokenizer.Encode("a 𝕏")[1]);
    }

    [Fact]
    public void The_end_of_text_is_text_and_leaves_nothing()
    {
        var vocabulary = Alphabet();
        vocabulary.Add("<|endoftext|>", vocabulary.Count);
        var tokenizer = Open(vocabulary, []);
        Assert.Equal(13, tokenizer.Encode("<|endoftext|>").Length);
        Assert.Equal((256, 256, null, null), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.Equal("a", tokenizer.Decode([256, .. tokenizer.Encode("a"), 256, 100_000, -1]));
        Assert.Equal("<|endoftext|>", tokenizer.Piece(256));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Piece(257));
    }

    [Fact]
    public void A_long_text_without_spaces_takes_no_quadratic_time()
    {
        var random = new Random(9);
        var (vocabulary, merges) = RandomVocabulary(random, "ab", 30);
        var tokenizer = Open(vocabulary, merges);
        var text = new string('a', 300_000);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [SharedFact("data/tokenizers/gpt2", "data/models/stories260k", "data/text/corpus/moby-dick.txt")]
    public void Real_tokenizers_give_any_text_back()
    {
        var random = new Random(8);
        var gpt2 = TokenizerFiles.Open(SharedData.Find("data/tokenizers/gpt2")!);
        var stories = TokenizerFiles.Open(SharedData.Find("data/models/stories260k")!);
        for (var round = 0; round < 300; round++)
        {
            // U+2581 is how SentencePiece spells a space.
            var text = RandomText.Of(random, random.Next(0, 80));
            Assert.Equal(text, gpt2.Decode(gpt2.Encode(text)));
            Assert.Equal(text, stories.Decode(stories.Encode(text)));
        }

        var novel = File.ReadAllText(SharedData.Find("data/text/corpus/moby-dick.txt")!);
        Assert.Equal(novel, gpt2.Decode(gpt2.Encode(novel)));
        Assert.Equal(novel, stories.Decode(stories.Encode(novel)));
    }

    /// <summary>The 256 characters for bytes, in the order of bytes.</summary>
    internal static Dictionary<string, int> Alphabet() =>
        Enumerable.Range(0, 256).ToDictionary(value => Character(value).ToString(), value => value);

    internal static TextTokenizer Open(Dictionary<string, int> vocabulary, List<(string Left, string Right)> merges)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", JsonSerializer.Serialize(vocabulary));
        folder.Write("merges.txt", "#version: 0.2\n" + string.Concat(merges.Select(m => $"{m.Left} {m.Right}\n")));
        return TokenizerFiles.Open(folder.Path);
    }

    internal static (Dictionary<string, int> Vocabulary, List<(string Left, string Right)> Merges) RandomVocabulary(Random random, string characters, int merges)
    {
        var vocabulary = Alphabet();
        var tokens = characters.SelectMany(c => Spell(c.ToString())).Select(c => c.ToString()).Distinct().ToList();
        var list = new List<(string, string)>();
        while (list.Count < merges)
        {
            var (left, right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            if (vocabulary.TryAdd(left + right, vocabulary.Count))
            {
                tokens.Add(left + right);
                list.Add((left, right));
            }
        }

        return (vocabulary, list);
    }

    internal static string Spell(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value => Character(value)));

    /// <summary>GPT-2's rule: the k-th byte that is not printable is U+0100 + k.</summary>
    private static char Character(int value)
    {
        int[] printable = [.. Enumerable.Range('!', 94), .. Enumerable.Range(0xA1, 12), .. Enumerable.Range(0xAE, 82)];
        return printable.Contains(value) ? (char)value : (char)(256 + Enumerable.Range(0, value).Count(v => !printable.Contains(v)));
    }

    private static IEnumerable<int> SlowMerge(string text, Dictionary<string, int> vocabulary, List<(string Left, string Right)> merges)
    {
        var symbols = Spell(text).Select(c => c.ToString()).ToList();
        foreach (var (left, right) in merges)
        {
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == left && symbols[i + 1] == right)
                {
                    symbols[i] += right;
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return symbols.Select(s => vocabulary[s]);
    }
}
