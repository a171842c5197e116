using System.Buffers.Binary;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>Small SentencePiece models against what the format's rules say, computed by hand or the slow way.</summary>
public sealed class SentencePieceTests
{
    private const int Unigram = 1, Pairs = 2;

    [Fact]
    public void A_unigram_model_takes_the_most_probable_pieces()
    {
        // After ▁: a + bc costs -1.5 - 3, ab + c costs -2 - 3. Another piece of ▁ab changes that.
        (string, float)[] pieces = [("\u2581", -1), ("a", -1.5f), ("ab", -2), ("bc", -3), ("c", -3)];
        Assert.Equal([3, 4, 6], Open(ModelFile.Small(Unigram, pieces)).Encode("abc"));
        Assert.Equal([8, 7], Open(ModelFile.Small(Unigram, [.. pieces, ("\u2581ab", -2)])).Encode("abc"));
    }

    [Fact]
    public void Unknown_characters_in_a_row_are_one_unknown_piece()
    {
        var tokenizer = Open(ModelFile.Small(Unigram, ("\u2581", -1), ("a", -2)));
        Assert.Equal([3, 0, 4, 0, 3, 0], tokenizer.Encode("xyaz \U0001F600x"));
        Assert.Equal(" \u2047 a \u2047   \u2047 ", tokenizer.Decode([3, 0, 4, 0, 3, 0]));
        Assert.Equal(0, tokenizer.UnknownId);
        Assert.Equal((1, 2, null), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
    }

    [Fact]
    public void An_unknown_character_costs_the_lowest_score_and_ten_more()
    {
        // xa has the lowest score. Unknown and a cost 10 more than it, less what a gives.
        Assert.Equal([3, 5], Open(ModelFile.Small(Unigram, ("\u2581", -1), ("a", 9.5f), ("xa", -20))).Encode("xa"));
        Assert.Equal([3, 0, 4], Open(ModelFile.Small(Unigram, ("\u2581", -1), ("a", 10.5f), ("xa", -20))).Encode("xa"));
    }

    [Fact]
    public void Byte_fallback_spells_unknown_characters()
    {
        foreach (var type in (int[])[Unigram, Pairs])
        {
            var tokenizer = Open(ModelFile.Small(type, ("\u2581", -1), ("a", -2)).ByteFallback());
            Assert.Equal([3, 5 + 0xC3, 5 + 0xA9, 4, 5 + 0xF0, 5 + 0x9F, 5 + 0x98, 5 + 0x80, 5 + 0x0A], tokenizer.Encode("éa😀\n"));
            Assert.Equal("éa😀\n", tokenizer.Decode(tokenizer.Encode("éa😀\n")));
            Assert.Equal("\uFFFD\uFFFDa", tokenizer.Decode([5 + 0xF0, 5 + 0x9F, 4]));
        }
    }

    [Fact]
    public void Pairs_merge_by_score_and_then_from_the_left()
    {
        var tokenizer = Open(ModelFile.Small(Pairs, ("\u2581", -9), ("a", -9), ("b", -9), ("ab", -2), ("ba", -1), ("aa", -3), ("\u2581a", -8)));

        // "▁abaaa": ba is best, then aa from the left; ▁ and a are left to merge.
        Assert.Equal([9, 7, 8], tokenizer.Encode("abaaa"));
        Assert.Equal("abaaa", tokenizer.Decode([9, 7, 8]));
    }

    [Fact]
    public void Random_pairs_merge_as_the_slow_way_does()
    {
        var random = new Random(5);
        for (var round = 0; round < 30; round++)
        {
            var pieces = new Dictionary<string, float> { ["\u2581"] = -100, ["a"] = -100, ["b"] = -100, ["c"] = -100 };
            for (var i = 0; i < 25; i++)
            {
                var keys = pieces.Keys.ToArray();
                pieces.TryAdd(keys[random.Next(keys.Length)] + keys[random.Next(keys.Length)], -random.Next(1, 20));
            }

            var list = pieces.Select(p => (p.Key, p.Value)).ToArray();
            var tokenizer = Open(ModelFile.Small(Pairs, list).Normalizer((4, 0)));
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => "abc "[random.Next(4)]));
            var expected = SlowMerge("\u2581" + text.Replace(' ', '\u2581'), pieces).Select(p => 3 + Array.FindIndex(list, l => l.Key == p));
            Assert.Equal(expected, tokenizer.Encode(text));
        }
    }

    [Fact]
    public void Random_unigram_models_segment_as_the_slow_way_does()
    {
        var random = new Random(6);
        for (var round = 0; round < 30; round++)
        {
            var pieces = new Dictionary<string, double> { ["\u2581"] = -3.125, ["a"] = -4.5, ["é"] = -5.25 };
            for (var i = 0; i < 25; i++)
            {
                pieces.TryAdd(string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => "aéb\u2581"[random.Next(4)])), -random.Next(100, 10_000) / 1024.0);
            }

            var list = pieces.Select(p => (p.Key, (float)p.Value)).ToArray();
            var tokenizer = Open(ModelFile.Small(Unigram, list).Normalizer((4, 0)));
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => "aéb "[random.Next(4)]));
            var normal = "\u2581" + text.Replace(' ', '\u2581');
            var ids = tokenizer.Encode(text);

            // Scores are binary fractions, so their sums are exact and only equal sums could differ.
            Assert.Equal(BestScore(normal, pieces), Score(normal, ids, list), 9);
        }
    }

    [Fact]
    public void User_defined_pieces_stay_whole()
    {
        foreach (var type in (int[])[Unigram, Pairs])
        {
            var file = ModelFile.Small(type, ("\u2581", -1), ("a", -2), ("b", -2), ("ab", -1.5f)).Piece("<ab>", 0, ModelFile.UserDefined);
            var tokenizer = Open(file);
            Assert.Equal([3, 6, 7, 6], tokenizer.Encode("ab<ab>ab"));
            Assert.Equal("ab<ab>ab", tokenizer.Decode([3, 6, 7, 6]));
        }
    }

    [Fact]
    public void Names_of_control_pieces_in_a_text_are_text()
    {
        foreach (var type in (int[])[Unigram, Pairs])
        {
            var tokenizer = Open(ModelFile.Small(type, ("\u2581", -1), ("<", -2), ("s", -2), (">", -2), ("s>", -1)));
            Assert.Equal([3, 4, 7], tokenizer.Encode("<s>"));
            Assert.Equal("<s>", tokenizer.Decode([1, 3, 4, 7, 2]));
        }
    }

    [Fact]
    public void Unused_pieces_are_never_given()
    {
        var pairs = ModelFile.Small(Pairs, ("\u2581", -9), ("a", -9), ("b", -9)).Piece("ab", -1, ModelFile.Unused);
        Assert.Equal([3, 4, 5], Open(pairs).Encode("ab"));
        var unigram = ModelFile.Small(Unigram, ("\u2581", -9), ("a", -9), ("b", -9)).Piece("ab", -1, ModelFile.Unused);
        Assert.Equal([3, 4, 5], Open(unigram).Encode("ab"));
    }

    [Fact]
    public void Spaces_are_as_the_model_wants_them()
    {
        (string, float)[] pieces = [("\u2581", -1), ("a", -2), ("b", -2)];
        Assert.Equal([3, 4, 3, 5], Open(ModelFile.Small(Unigram, pieces)).Encode("  a   b "));
        Assert.Equal([3, 3, 3, 4, 3, 3, 3, 5, 3], Open(ModelFile.Small(Unigram, pieces).Normalizer((4, 0))).Encode("  a   b "));
        Assert.Equal([4, 3, 5], Open(ModelFile.Small(Unigram, pieces).Normalizer((3, 0))).Encode("  a   b "));
        Assert.Equal([4, 3, 5, 3], Open(ModelFile.Small(Unigram, pieces).Trainer((24, 1))).Encode("  a   b "));
        Assert.Empty(Open(ModelFile.Small(Unigram, pieces)).Encode("   "));
        Assert.Equal([3, 4], Open(ModelFile.Small(Pairs, pieces)).Encode(" a"));
    }

    [Fact]
    public void A_character_map_rewrites_the_text()
    {
        // Two rules: A becomes "bb", and é becomes a space.
        var units = new uint[512];
        units[0] = 256u << 10;
        Rule(256, "A"u8, 0);
        Rule(256, "é"u8, 3);
        var map = new byte[4 + (4 * units.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(map, 4 * units.Length);
        for (var i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(4 + (4 * i)), units[i]);
        }

        var tokenizer = Open(ModelFile.Small(Unigram, ("\u2581", -1), ("a", -2), ("b", -2)).CharacterMap([.. map, .. "bb\0 \0"u8]));
        Assert.Equal([3, 4, 5, 5, 3, 4], tokenizer.Encode("éaA éa"));

        void Rule(uint offset, ReadOnlySpan<byte> key, uint value)
        {
            for (var i = 0; i < key.Length; i++)
            {
                var node = offset ^ key[i];
                var last = i == key.Length - 1;

                // A leaf lies 1 after a free place; an inner node goes on at another block.
                var target = last ? 2 + value : 128;
                units[node] = key[i] | (last ? 0x100u : 0) | ((node ^ target) << 10);
                offset = target;
            }

            units[2 + value] = 0x80000000 | value;
        }
    }

    [Fact]
    public void The_configuration_and_weights_beside_it_count()
    {
        using var folder = new TemporaryFolder();
        folder.Write("spiece.model", ModelFile.Small(Unigram, ("\u2581", -1), ("a", -2)).Trainer((41, -1)).ToArray());
        var plain = TokenizerFiles.Open(folder.Path);
        Assert.Equal((null, 2, null), (plain.BosId, plain.EosId, plain.PadId));
        folder.Write("tokenizer_config.json", """{ "bos_token": "<s>", "eos_token": "<s>", "pad_token": "</s>" }""");
        var configured = TokenizerFiles.Open(folder.Write("model.safetensors", "weights"));
        Assert.Equal((1, 2, 2), (configured.BosId, configured.EosId, configured.PadId));
        Assert.NotEqual(plain.ContentHash, configured.ContentHash);
    }

    private static TextTokenizer Open(ModelFile file)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.model", file.ToArray());
        return TokenizerFiles.Open(folder.Path);
    }

    private static List<string> SlowMerge(string text, Dictionary<string, float> pieces)
    {
        var symbols = text.Select(c => c.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, symbols.Count - 1)
                .Where(i => pieces.ContainsKey(symbols[i] + symbols[i + 1]))
                .OrderByDescending(i => pieces[symbols[i] + symbols[i + 1]])
                .ThenBy(i => i)
                .Cast<int?>()
                .FirstOrDefault();
            if (best is not { } at)
            {
                return symbols;
            }

            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }

    private static double BestScore(string text, Dictionary<string, double> pieces)
    {
        var unknown = pieces.Values.Min() - 10;
        var best = new double[text.Length + 1];
        for (var end = 1; end <= text.Length; end++)
        {
            best[end] = double.NegativeInfinity;
            for (var start = 0; start < end; start++)
            {
                var score = pieces.TryGetValue(text[start..end], out var known) ? known : end == start + 1 ? unknown : double.NegativeInfinity;
                best[end] = Math.Max(best[end], best[start] + score);
            }
        }

        return best[^1];
    }

    /// <summary>The best score of ids from a place on; a run of unknown characters may have any length.</summary>
    private static double Score(string text, ReadOnlySpan<int> ids, (string Text, float Score)[] pieces, int at = 0)
    {
        if (ids.IsEmpty)
        {
            return at == text.Length ? 0 : double.NegativeInfinity;
        }

        if (ids[0] != 0)
        {
            var (piece, score) = pieces[ids[0] - 3];
            return string.CompareOrdinal(text, at, piece, 0, piece.Length) == 0
                ? score + Score(text, ids[1..], pieces, at + piece.Length)
                : double.NegativeInfinity;
        }

        var (best, unknown) = (double.NegativeInfinity, pieces.Min(p => p.Score) - 10.0);
        for (var end = at + 1; end <= text.Length; end++)
        {
            best = Math.Max(best, (unknown * (end - at)) + Score(text, ids[1..], pieces, end));
        }

        return best;
    }
}
