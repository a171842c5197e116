using DslExperiments.Hosting;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>The tokenizers that need no file.</summary>
public sealed class OwnTokenizerTests
{
    [Fact]
    public void Bytes_are_ids()
    {
        var bytes = TokenizerFiles.Bytes();
        Assert.Equal([97, 0xC3, 0xA9, 10], bytes.Encode("aé\n"));
        Assert.Equal("aé\n", bytes.Decode([256, 97, 0xC3, 0xA9, 10, 257, 258, 258]));
        Assert.Equal((259, 256, 257, 258, null), (bytes.VocabularySize, bytes.BosId, bytes.EosId, bytes.PadId, bytes.UnknownId));
        Assert.Equal(["<0x0A>", "<0xFF>", "<bos>", "<eos>", "<pad>"], new[] { 10, 255, 256, 257, 258 }.Select(bytes.Piece));
        Assert.Throws<ArgumentOutOfRangeException>(() => bytes.Piece(259));
        Assert.Matches("^[0-9a-f]{64}$", bytes.ContentHash);
        var random = new Random(1);
        for (var round = 0; round < 100; round++)
        {
            var text = RandomText.Of(random, 40);
            Assert.Equal(text, bytes.Decode(bytes.Encode(text)));
        }
    }

    [Fact]
    public void The_most_frequent_words_get_ids_and_equals_in_ordinal_order()
    {
        var words = WordTokenizer.Train(["The whale, the Whale!", "the sea; don't"], 8);
        Assert.Equal(["<pad>", "<bos>", "<eos>", "<unk>", "the", "whale", "!", ","], Enumerable.Range(0, 8).Select(words.Piece));
        Assert.Equal([4, 5, 7, 3, 6], words.Encode(" THE whale,\nsea!"));
        Assert.Equal("the whale, <unk>!", words.Decode([1, 4, 5, 7, 3, 6, 2, 0, 0, 99, -1]));
        Assert.Equal((8, 1, 2, 0, 3), (words.VocabularySize, words.BosId, words.EosId, words.PadId, words.UnknownId));
    }

    [Fact]
    public void Words_keep_their_apostrophes_and_marks_are_alone()
    {
        var words = WordTokenizer.Train(["don't 'tis \"no!\" 3.5 naïve 中😀"], 100);
        Assert.Equal(["\"", "'", "!", "don't"], words.Encode("\" ' ! don't").Select(words.Piece));
        Assert.Equal(
            ["don't", "'", "tis", "\"", "no", "!", "\"", "3", ".", "5", "naïve", "中", "😀"],
            words.Encode("don't 'tis \"no!\" 3.5 naïve 中😀").Select(words.Piece));
    }

    [Fact]
    public void Training_is_the_same_every_time_and_small_vocabularies_are_refused()
    {
        string[] texts = ["a b c a b a", "d e f"];
        var (one, other) = (WordTokenizer.Train(texts, 6), WordTokenizer.Train(texts.Reverse(), 6));
        Assert.Equal(one.ContentHash, other.ContentHash);
        Assert.NotEqual(one.ContentHash, WordTokenizer.Train(texts, 7).ContentHash);
        Assert.Equal(10, WordTokenizer.Train(texts, 1000).VocabularySize);
        Assert.Throws<ExperimentUsageException>(() => WordTokenizer.Train(texts, 4));
    }
}
