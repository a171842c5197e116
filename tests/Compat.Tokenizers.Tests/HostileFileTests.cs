using System.Text;
using System.Text.Json;
using DslExperiments.Hosting;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>Damaged and malicious files give an error that names the file and the reason, never anything else.</summary>
public sealed class HostileFileTests
{
    private const int Unigram = 1, Pairs = 2;

    [Fact]
    public void What_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("tokenizer.model, spiece.model", Message(folder.Path), StringComparison.Ordinal);
        Assert.Contains("no such file", Message(Path.Combine(folder.Path, "none.model")), StringComparison.Ordinal);
        Assert.Contains("merges.txt", Message(folder.Write("vocab.json", "{}")), StringComparison.Ordinal);
        Assert.Contains("none of", Message(folder.Write("x.bin", "x")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.model")]
    [InlineData("spiece.model")]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.txt")]
    public void Empty_files_and_garbage_are_refused(string name)
    {
        Assert.Contains("is empty", Refused(name, []), StringComparison.Ordinal);
        var random = new Random(2);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            Refused(name, bytes);
        }
    }

    [Fact]
    public void Every_truncated_model_file_is_refused_or_opens()
    {
        var whole = ModelFile.Small(Pairs, ("\u2581", -1), ("a", -2), ("b", -2), ("ab", -1)).ByteFallback().Normalizer((4, 0)).ToArray();
        for (var length = 0; length < whole.Length; length += length < 200 ? 1 : 37)
        {
            OpensOrRefuses("tokenizer.model", whole[..length]);
        }
    }

    [Fact]
    public void Every_damaged_model_file_is_refused_or_opens_and_encodes()
    {
        var random = new Random(7);
        foreach (var type in (int[])[Unigram, Pairs])
        {
            var whole = ModelFile.Small(type, ("\u2581", -1), ("a", -2), ("b", -2), ("ab", -1)).Normalizer((4, 0)).CharacterMap(new byte[64]).ToArray();
            for (var round = 0; round < 1500; round++)
            {
                var bytes = whole.ToArray();
                for (var k = random.Next(1, 4); k > 0; k--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                OpensOrRefuses("tokenizer.model", bytes);
            }
        }
    }

    [Fact]
    public void Lengths_beyond_the_file_are_refused()
    {
        Assert.Contains("2147483647 bytes", Refused("tokenizer.model", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x61]), StringComparison.Ordinal);
        Refused("tokenizer.model", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
        Assert.Contains("ten bytes", Refused("tokenizer.model", [.. Enumerable.Repeat((byte)0xFF, 40)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_models_are_refused_with_the_reason()
    {
        (string, float)[] pieces = [("\u2581", -1), ("a", -2)];
        Says("'a' is both 4 and 5", ModelFile.Small(Unigram, [.. pieces, ("a", -3)]));
        Says("piece 5 is empty", ModelFile.Small(Unigram, [.. pieces, ("", -3)]));
        Says("piece 5 has the score", ModelFile.Small(Unigram, [.. pieces, ("b", float.NaN)]));
        Says("model type 3", ModelFile.Small(3, pieces));
        Says("2 unknown pieces", ModelFile.Small(Unigram, pieces).Piece("<unk2>", 0, ModelFile.Unknown));
        Says("0 unknown pieces", new ModelFile().Piece("a", 0, ModelFile.Normal));
        Says("no normal pieces", new ModelFile().Piece("<unk>", 0, ModelFile.Unknown));
        Says("unknown type 9", ModelFile.Small(Unigram, pieces).Piece("b", 0, 9));
        Says("not UTF-8", ModelFile.Small(Unigram, pieces).Piece([0xC3], 0, ModelFile.Normal));
        Says("<0x00> to <0xFF>", ModelFile.Small(Pairs, pieces).Trainer((35, 1)));
        Says("precompiled_charsmap", ModelFile.Small(Unigram, pieces).CharacterMap([0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]));

        static void Says(string reason, ModelFile file) => Assert.Contains(reason, Refused("tokenizer.model", file.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":0,"b":1}""", "a c", "names 'c'")]
    [InlineData("""{"a":0,"b":1}""", "a b", "names 'ab'")]
    [InlineData("""{"a":0,"b":1,"ab":2}""", "a b c", "line 1")]
    [InlineData("""{"a":0,"b":1,"ab":2}""", "a ", "line 1")]
    [InlineData("""{"a":0,"b":0}""", "", "both have the id 0")]
    [InlineData("""{"a":0,"a":1}""", "", "occurs twice")]
    [InlineData("""{"a":-1}""", "", "from 0 to")]
    [InlineData("""{"a":2147483647}""", "", "from 0 to")]
    [InlineData("""{"a":0.5}""", "", "from 0 to")]
    [InlineData("""["a"]""", "", "not an object")]
    [InlineData("{}", "", "is empty")]
    [InlineData("""{"a":0""", "", "")]
    [InlineData("""{"\ud800":0}""", "", "")]
    public void Wrong_vocabularies_and_merges_are_refused_with_the_reason(string vocabulary, string merges, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", vocabulary);
        folder.Write("merges.txt", merges + "\n");
        Assert.Contains(reason, Message(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Merges_that_are_not_text_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.json", """{"a":0}""");
        folder.Write("merges.txt", [0x61, 0x20, 0xC3, 0x0A]);
        Assert.Contains("'merges.txt' is not UTF-8", Message(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "has no 'model'")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{}}}""", "the model WordLevel is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "names 'b'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}""", "merges[0] is not two tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}}""", "dropout")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"?"}}""", "unk_token is '?'")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",-1]]}}""", "has no 'unk_id'")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":7,"vocab":[["a",-1]]}}""", "unknown pieces")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["b"]]}}""", "vocab[1] is not a piece")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["b",1e99]]}}""", "piece 1 has the score")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}}}""", "no '[UNK]'")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"[UNK]":0},"max_input_chars_per_word":2000000000}}""", "2000000000")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{"type":"Nmt"}}""", "the normalizer Nmt is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"UnicodeScripts"}}""", "the pre-tokenizer UnicodeScripts is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"decoder":{"type":"CTC"}}""", "the decoder CTC is not supported")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}}""", "'(' cannot be used")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"a"},"behavior":"7"}}""", "the behavior 7")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":0,"content":"b"}]}""", "both 'a' and the added token 'b'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":2000000000,"content":"b"}]}""", "its id is not")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":1,"content":"b","lstrip":true}]}""", "lstrip")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1]]},"normalizer":{"type":"Precompiled","precompiled_charsmap":"!"}}""", "")]
    public void Wrong_tokenizer_json_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Refused("tokenizer.json", Encoding.UTF8.GetBytes(json)), StringComparison.Ordinal);

    [Fact]
    public void Deeply_nested_json_is_refused()
    {
        Refused("tokenizer.json", Encoding.UTF8.GetBytes(new string('[', 1_000_000)));
        var nested = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 5000));
        Refused("tokenizer.json", Encoding.UTF8.GetBytes($$"""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{{nested}}"""));
    }

    [Fact]
    public void Every_damaged_tokenizer_json_is_refused_or_opens_and_encodes()
    {
        var whole = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            added_tokens = new[] { new { id = 3, content = "<s>", special = true } },
            normalizer = new { type = "Sequence", normalizers = new object[] { new { type = "NFC" }, new { type = "Prepend", prepend = "\u2581" } } },
            pre_tokenizer = new { type = "Metaspace", replacement = "\u2581", prepend_scheme = "first" },
            decoder = new { type = "Metaspace", replacement = "\u2581", prepend_scheme = "first" },
            model = new { type = "BPE", unk_token = "a", vocab = new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["ab"] = 2 }, merges = new[] { "a b" } },
        }));
        OpensOrRefuses("tokenizer.json", whole);
        var (random, values) = (new Random(11), " \"{}[]:,0123abtfn\\\u00C3");
        for (var round = 0; round < 1000; round++)
        {
            var bytes = whole.ToArray();
            for (var k = random.Next(1, 4); k > 0; k--)
            {
                bytes[random.Next(bytes.Length)] = (byte)values[random.Next(values.Length)];
            }

            OpensOrRefuses("tokenizer.json", bytes);
        }
    }

    [Theory]
    [InlineData("normalizer", "normalizers")]
    [InlineData("decoder", "decoders")]
    public void Replacements_that_multiply_a_text_are_refused_where_they_are_used(string part, string steps)
    {
        var replace = new { type = "Replace", pattern = new { String = "a" }, content = new string('a', 1000) };
        var step = new Dictionary<string, object> { ["type"] = "Sequence", [steps] = Enumerable.Repeat(replace, 5) };
        using var folder = new TemporaryFolder();
        var tokenizer = TokenizerFiles.Open(folder.Write("tokenizer.json", JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model"] = new { type = "BPE", vocab = new Dictionary<string, int> { ["a"] = 0 }, merges = Array.Empty<string>() },
            [part] = step,
        })));
        var error = Assert.Throws<ExperimentUsageException>(() => tokenizer.Decode(tokenizer.Encode("aa")));
        Assert.Contains($"tokenizer.json.{part} makes ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_word_lists_are_refused_with_the_reason()
    {
        Assert.Contains("lines 2 and 3", Refused("vocab.txt", "[UNK]\na\na\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("no '[UNK]'", Refused("vocab.txt", "a\nb\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Refused("vocab.txt", [0x61, 0xFF]), StringComparison.Ordinal);
    }

    private static string Message(string path)
    {
        var error = Assert.Throws<ExperimentUsageException>(() => TokenizerFiles.Open(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private static string Refused(string name, byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        return Message(folder.Write(name, bytes));
    }

    private static void OpensOrRefuses(string name, byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(name, bytes);
        try
        {
            var tokenizer = TokenizerFiles.Open(path);
            tokenizer.Decode(tokenizer.Encode("ab <s> é\U0001F600\n"));
        }
        catch (ExperimentUsageException)
        {
            // As it should be.
        }
    }
}
