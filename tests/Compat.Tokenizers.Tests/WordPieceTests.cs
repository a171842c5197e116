using System.Text.Json;
using DslExperiments.Hosting;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>WordPiece with BERT's basic tokenisation, against pieces found by hand.</summary>
public sealed class WordPieceTests
{
    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "want", "##want", "##ed", "wa", "runn", "##ing", ",",
        "low", "lowest", "cafe", "中", "国", "'", "$", "a", "##a", "i", "##\u0307", "don", "t",
    ];

    public static TheoryData<string, string[]> Cases => new()
    {
        { "UNwant\u00E9d,running", ["un", "##want", "##ed", ",", "runn", "##ing"] },
        { "unaffable", ["un", "##aff", "##able"] },
        { "unwantedX running", ["[UNK]", "runn", "##ing"] },
        { "Lowest low", ["lowest", "low"] },
        { "café CAFÉ cafe\u0301", ["cafe", "cafe", "cafe"] },
        { "a中国a", ["a", "中", "国", "a"] },
        { "a\tlow\nlow\u00A0a\u3000a", ["a", "low", "low", "a", "a"] },
        { "a\u0000\u200D\uFFFDa", ["a", "##a"] },
        { "don't $a", ["don", "'", "t", "$", "a"] },
        { "", [] },
        { "  \n", [] },
        { "[CLS]", ["[UNK]", "[UNK]", "[UNK]"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pieces_are_those_found_by_hand(string text, string[] pieces)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", string.Join('\n', Vocabulary) + "\n");
        var tokenizer = TokenizerFiles.Open(folder.Path);
        Assert.Equal(pieces, tokenizer.Encode(text).Select(tokenizer.Piece));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokenizer_json_gives_the_same(string text, string[] pieces)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            added_tokens = Vocabulary[..5].Select((content, id) => new { id, content, special = true }),
            normalizer = new { type = "BertNormalizer", clean_text = true, handle_chinese_chars = true, strip_accents = (bool?)null, lowercase = true },
            pre_tokenizer = new { type = "BertPreTokenizer" },
            decoder = new { type = "WordPiece", prefix = "##", cleanup = true },
            model = new
            {
                type = "WordPiece", unk_token = "[UNK]", continuing_subword_prefix = "##", max_input_chars_per_word = 100,
                vocab = Vocabulary.Select((token, id) => (token, id)).ToDictionary(e => e.token, e => e.id),
            },
        }));
        var tokenizer = TokenizerFiles.Open(folder.Path);
        Assert.Equal(pieces, tokenizer.Encode(text).Select(tokenizer.Piece));
        Assert.Equal((2, 3, 0, 1), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
    }

    [Fact]
    public void Words_are_joined_and_special_tokens_left_out()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", string.Join('\n', Vocabulary));
        var tokenizer = TokenizerFiles.Open(folder.Path);
        Assert.Equal("unwanted, running [UNK]", tokenizer.Decode([2, .. tokenizer.Encode("unwanted, running xyz"), 3, 0, 0]));
        Assert.Equal(Vocabulary.Length, tokenizer.VocabularySize);
    }

    [Fact]
    public void A_word_of_more_than_a_hundred_characters_is_unknown()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", string.Join('\n', [.. Vocabulary, "😀", "##😀"]));
        var tokenizer = TokenizerFiles.Open(folder.Path);
        Assert.Equal(100, tokenizer.Encode(string.Concat(Enumerable.Repeat("😀", 100))).Length);
        Assert.Equal([1], tokenizer.Encode(string.Concat(Enumerable.Repeat("😀", 101))));
        Assert.Equal([1], tokenizer.Encode(new string('a', 1_000_000)));
    }

    [Fact]
    public void The_configuration_beside_it_keeps_case_and_accents()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", "[UNK]\nCafé\nA");
        folder.Write("tokenizer_config.json", """{ "do_lower_case": false }""");
        Assert.Equal([1, 2, 0], TokenizerFiles.Open(folder.Path).Encode("Café A a"));
        folder.Write("tokenizer_config.json", "{ \"do_lower_case\": 3 }");
        Assert.Contains("tokenizer_config.json.do_lower_case", Assert.Throws<ExperimentUsageException>(() => TokenizerFiles.Open(folder.Path)).Message, StringComparison.Ordinal);
    }
}
