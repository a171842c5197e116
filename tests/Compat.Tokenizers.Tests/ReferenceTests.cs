using System.Text.Json;
using DslExperiments.Text.Tokenizers;

namespace Compat.Tokenizers.Tests;

/// <summary>Real tokenizers give the ids and the text that independent programs give.</summary>
public sealed class ReferenceTests
{
    [SharedTheory("data/tokenizers/gpt2", "data/tokenizers/t5", "data/models/stories260k")]
    [InlineData("data/tokenizers/gpt2", "reference.json", 162)]
    [InlineData("data/tokenizers/t5", "reference.json", 161)]
    [InlineData("data/models/stories260k", "tokenizer-reference.json", 50)]
    public void Ids_and_texts_are_the_references(string folder, string reference, int count)
    {
        var tokenizer = TokenizerFiles.Open(SharedData.Find(folder)!);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.Find(folder)!, reference)));
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(count, cases.Length);
        var wrong = new List<string>();
        foreach (var item in cases)
        {
            var text = item.GetProperty("text").GetString()!;
            var expected = item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var actual = tokenizer.Encode(text);
            if (!expected.SequenceEqual(actual))
            {
                wrong.Add($"{JsonSerializer.Serialize(text)}: [{string.Join(' ', expected)}] but [{string.Join(' ', actual)}]");
            }

            if (tokenizer.Decode(expected) is var decoded && decoded != item.GetProperty("decoded").GetString())
            {
                wrong.Add($"{JsonSerializer.Serialize(text)} decodes to {JsonSerializer.Serialize(decoded)}");
            }
        }

        Assert.Empty(wrong);
    }

    [SharedFact("data/tokenizers", "data/models/stories260k")]
    public void Special_ids_come_from_the_files()
    {
        Assert.Equal((50257, 50256, 50256, null, null), Specials("data/tokenizers/gpt2"));
        Assert.Equal((32000, null, 1, 0, 2), Specials("data/tokenizers/t5"));
        Assert.Equal((512, 1, 2, null, 0), Specials("data/models/stories260k"));

        static (int, int?, int?, int?, int?) Specials(string folder)
        {
            var tokenizer = TokenizerFiles.Open(SharedData.Find(folder)!);
            return (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId);
        }
    }

    [SharedTheory("data/tokenizers/t5")]
    [InlineData("\u2034", 3, 17774, 7079)]
    [InlineData("a\u2034", 3, 9, 7079, 17774)]
    [InlineData("f\u2034", 3, 89, 17774, 7079)]
    [InlineData("v\u2034", 3, 208, 7079, 17774)]
    [InlineData("x y\u2034", 3, 226, 3, 63, 17774, 7079)]
    public void Segmentations_that_are_equal_but_for_rounding_are_chosen_as_in_sentence_piece(string text, params int[] ids) =>
        Assert.Equal(ids, TokenizerFiles.Open(SharedData.Find("data/tokenizers/t5")!).Encode(text));

    [SharedFact("data/models/stories260k")]
    public void The_hash_of_one_file_is_that_files()
    {
        Assert.Equal(
            "926c44fba46c8cfb163db0ce209d626ac19e53a6c427ff6b9debd4b53399fbbe",
            TokenizerFiles.Open(SharedData.Find("data/models/stories260k")!).ContentHash);
    }
}
