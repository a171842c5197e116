using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>The package's own surface: tokens with their places, decoding into buffers, options.</summary>
public sealed class PackageTests
{
    private static readonly Dictionary<string, int> Letters = new() { ["a"] = 0, ["b"] = 1, ["ab"] = 2, ["?"] = 3, ["<s>"] = 4, ["</s>"] = 5 };

    [Fact]
    public void Tokens_know_where_they_lie()
    {
        var tokenizer = Bpe(o => (o.UnknownToken, o.FuseUnknownTokens) = ("?", true));
        var tokens = tokenizer.EncodeToTokens("abxy  b", out var normalized);
        Assert.Null(normalized);
        Assert.Equal([2, 3, 1], tokens.Select(t => t.Id));
        Assert.Equal(["ab", "?", "b"], tokens.Select(t => t.Value));
        Assert.Equal([0..2, 2..4, 6..7], tokens.Select(t => t.Offset));
        Assert.True(tokens[0].Equals(new EncodedToken(2, "ab", 0..2)));
        Assert.Equal(3, tokenizer.CountTokens("abxy  b"));
        Assert.Equal([2, 3, 1], tokenizer.EncodeToIds("abxy  b".AsSpan()));
    }

    [Fact]
    public void Without_an_unknown_token_unknown_characters_vanish() => Assert.Equal([2, 1], Bpe().EncodeToIds("abxyb"));

    [Fact]
    public void Ids_stop_at_the_number_that_is_wanted()
    {
        var tokenizer = Bpe(o => o.Normalizer = LowerCaseNormalizer.Instance);
        Assert.Equal([2, 0], tokenizer.EncodeToIds("AB A B", 2, out var normalized, out var consumed));
        Assert.Equal(("ab a b", 4), (normalized, consumed));
        Assert.Equal(3, tokenizer.EncodeToIds("AB A B", 9, out _, out consumed).Count);
        Assert.Equal(6, consumed);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.EncodeToIds("a", 0, out _, out _));
    }

    [Fact]
    public void Beginning_end_and_special_tokens_are_added_and_found()
    {
        var special = new Dictionary<string, int> { ["<s>"] = 4, ["</s>"] = 5 };
        var tokenizer = Bpe(o =>
        {
            (o.BeginningOfSentenceToken, o.EndOfSentenceToken, o.SpecialTokens) = ("<s>", "</s>", special);
            o.PreTokenizer = PreTokenizer.CreateWhiteSpace(special);
        });
        Assert.Equal([4, 2, 5, 1, 5], tokenizer.EncodeToIds("ab</s>b"));
        Assert.Equal("<s>ab</s>b</s>", tokenizer.Decode([4, 2, 5, 1, 5]));
        Assert.Equal("abb", tokenizer.Decode([4, 2, 5, 1, 5], considerSpecialTokens: false));
        Assert.Equal([4, 5], tokenizer.EncodeToIds(" "));
        Assert.Empty(tokenizer.EncodeToIds(""));
    }

    [Fact]
    public void Byte_tokens_know_their_characters()
    {
        var vocabulary = ByteLevelTests.Alphabet();
        var tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary) { ByteLevel = true, PreTokenizer = RobertaPreTokenizer.Instance });
        var tokens = tokenizer.EncodeToTokens("a é", out _);
        Assert.Equal([97, 32, 0xC3, 0xA9], tokens.Select(t => t.Id));
        Assert.Equal((0..1, 1..2, 2..2, 2..3), (tokens[0].Offset, tokens[1].Offset, tokens[2].Offset, tokens[3].Offset));
        Assert.Equal("a é", tokenizer.Decode([97, 32, 0xC3, 0xA9]));
        Assert.Equal("a\uFFFD", tokenizer.Decode([97, 0xC3]));
    }

    [Fact]
    public void Decoding_fills_a_buffer_as_far_as_it_goes()
    {
        var tokenizer = Bpe();
        Span<char> buffer = new char[3];
        Assert.Equal(OperationStatus.DestinationTooSmall, tokenizer.Decode([2, 0, 2], buffer, out var ids, out var characters));
        Assert.Equal((2, 3, "aba"), (ids, characters, buffer.ToString()));
        Assert.Equal(OperationStatus.Done, tokenizer.Decode([2], buffer, out ids, out characters));
        Assert.Equal((1, 2), (ids, characters));
    }

    [Fact]
    public void Streams_hold_vocabulary_and_merges()
    {
        using var vocabulary = new MemoryStream("""{"a":0,"b":1,"ab":2}"""u8.ToArray());
        using var merges = new MemoryStream("#version: 0.2\na b\n"u8.ToArray());
        var tokenizer = BpeTokenizer.Create(vocabulary, merges, PreTokenizer.CreateWordOrNonWord());
        Assert.Equal([2, 0], tokenizer.EncodeToIds("ab a"));
        Assert.Equal(3, tokenizer.Vocabulary.Count);
        Assert.Throws<InvalidOperationException>(() => BpeTokenizer.Create(new BpeOptions(Letters) { Merges = ["a c"] }));
        Assert.Throws<InvalidOperationException>(() => BpeTokenizer.Create(new BpeOptions(Letters) { UnknownToken = "!" }));
        Assert.Throws<ArgumentException>(() => BpeTokenizer.Create(new BpeOptions(new Dictionary<string, int> { ["a"] = 0, ["b"] = 0 })));
    }

    [Fact]
    public void Pre_tokenizers_give_parts()
    {
        Assert.Equal([(0, 2), (4, 2)], PreTokenizer.CreateWhiteSpace().PreTokenize("a,  b$"));
        Assert.Equal([(0, 1), (1, 1), (4, 1)], PreTokenizer.CreateWordOrPunctuation().PreTokenize("a,  b$"));
        Assert.Equal([(0, 1), (1, 1), (4, 1), (5, 1)], PreTokenizer.CreateWordOrNonWord().PreTokenize("a,  b$"));
        var special = new RegexPreTokenizer(new Regex("[a-z]"), new Dictionary<string, int> { ["<s>"] = 0 });
        Assert.Equal([(0, 1), (1, 3), (4, 1)], special.PreTokenize("a<s>b"));
        Assert.Equal([(0, 2), (2, 2), (4, 1)], RobertaPreTokenizer.Instance.PreTokenize("ab c\n"));
    }

    [Fact]
    public void A_sentence_piece_model_adds_the_beginning_and_the_end()
    {
        var file = ModelFile.Small(2, ("\u2581", -9), ("a", -9), ("b", -9), ("ab", -1), ("\u2581ab", -2)).ToArray();
        var llama = LlamaTokenizer.Create(new MemoryStream(file));
        Assert.Equal([1, 7, 3, 5], llama.EncodeToIds("ab b"));
        Assert.Equal([7, 3, 5, 2], llama.EncodeToIds("ab b", addBeginningOfSentence: false, addEndOfSentence: true));
        Assert.Equal(4, llama.CountTokens("ab b"));
        Assert.Equal("ab b", llama.Decode([1, 7, 3, 5, 2]));
        Assert.Equal("<s>ab", llama.Decode([1, 7], considerSpecialTokens: true));
        var tokens = llama.EncodeToTokens("ab b", out var normalized, addBeginningOfSentence: true, addEndOfSentence: true);
        Assert.Equal("\u2581ab\u2581b", normalized);
        Assert.Equal([0..0, 0..3, 3..4, 4..5, 5..5], tokens.Select(t => t.Offset));
        Assert.Equal(("<s>", "</s>", 1, 2, 0), (llama.BeginningOfSentenceToken, llama.EndOfSentenceToken, llama.BeginningOfSentenceId, llama.EndOfSentenceId, llama.UnknownId));
        Assert.Equal((true, true, false, false), (llama.AddDummyPrefix, llama.EscapeWhiteSpaces, llama.TreatWhitespaceAsSuffix, llama.ByteFallback));
        Assert.Equal(8, llama.Vocabulary.Count);

        var special = SentencePieceTokenizer.Create(new MemoryStream(file), false, false, new Dictionary<string, int> { ["</s>"] = 2 });
        Assert.Equal([7, 2, 5], special.EncodeToIds("ab</s>b"));
    }

    [Fact]
    public void Byte_pairs_fall_back_to_bytes()
    {
        var file = ModelFile.Small(2, ("\u2581", -9), ("a", -9)).ByteFallback().ToArray();
        var tokenizer = SentencePieceTokenizer.Create(new MemoryStream(file), addBeginningOfSentence: false);
        Assert.Equal([3, 4, 5 + 0xC3, 5 + 0xA9], tokenizer.EncodeToIds("aé"));
        Assert.Equal("aé", tokenizer.Decode([3, 4, 5 + 0xC3, 5 + 0xA9]));
        var tokens = tokenizer.EncodeToTokens("aé", out _);
        Assert.Equal([0..1, 1..2, 2..3, 3..3], tokens.Select(t => t.Offset));
    }

    [Fact]
    public void A_unigram_model_needs_the_ids_of_beginning_and_end()
    {
        var file = ModelFile.Small(1, ("\u2581", -1), ("a", -2)).Trainer((41, -1)).ToArray();
        Assert.ThrowsAny<ArgumentException>(() => SentencePieceTokenizer.Create(new MemoryStream(file)));
    }

    [Fact]
    public void Bert_adds_its_tokens()
    {
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlow\n##er\n,\nx\n中\né\ne"));
        var bert = BertTokenizer.Create(vocabulary);
        Assert.Equal([2, 5, 6, 7, 8, 3], bert.EncodeToIds("LOWER, $ x"));
        Assert.Equal([5, 4, 9, 8], bert.EncodeToIds("low[MASK]中x", addSpecialTokens: false));
        Assert.Equal([10], bert.EncodeToIds("É", addSpecialTokens: false));
        Assert.Equal("[CLS] lower, x [SEP]", bert.Decode([2, 5, 6, 7, 8, 3]));
        Assert.Equal("lower, x", bert.Decode([2, 5, 6, 7, 8, 3], skipSpecialTokens: true));
        Assert.Equal([2, 5, 3, 6, 3], bert.BuildInputsWithSpecialTokens([5], [6]));
        Assert.Equal([0, 0, 0, 1, 1], bert.CreateTokenTypeIdsFromSequences([5], [6]));
        vocabulary.Position = 0;
        bert = BertTokenizer.Create(vocabulary, new BertOptions { RemoveNonSpacingMarks = true });
        Assert.Equal([11], bert.EncodeToIds("É", addSpecialTokens: false));
    }

    private static BpeTokenizer Bpe(Action<BpeOptions>? change = null)
    {
        var options = new BpeOptions(Letters) { Merges = ["a b"] };
        change?.Invoke(options);
        return BpeTokenizer.Create(options);
    }
}
