using System.Text.Json;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;
using DslExperiments.Tests.Results.Peft;

namespace DslExperiments.Tests.Hosting;

/// <summary>The command that continues texts, on a real model.</summary>
public class GenerateCommandTests
{
    private static readonly string Stories = SharedData.PathOf("models/stories260k");

    [SharedFact]
    public async Task A_model_writes_the_reference_texts()
    {
        var prompts = JsonDocument.Parse(File.ReadAllText(Path.Combine(Stories, "reference.json"))).RootElement.GetProperty("prompts").EnumerateArray().ToArray();
        string[] options = [.. prompts.SelectMany(prompt => (string[])["--text", prompt.GetProperty("text").GetString()!])];
        var run = await ProgramRun.Of(["generate", Stories, .. options, "--max-tokens", "40", "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var texts = JsonDocument.Parse(run.Out).RootElement.GetProperty("texts").EnumerateArray().ToArray();
        foreach (var (prompt, text) in prompts.Zip(texts))
        {
            Assert.Equal(Ids(prompt.GetProperty("greedy_ids")), Ids(text.GetProperty("tokens")));
            Assert.Equal(prompt.GetProperty("greedy_text").GetString(), text.GetProperty("continuation").GetString());
            Assert.Equal(JsonValueKind.Null, text.GetProperty("adapter").ValueKind);
        }

        string first = prompts[0].GetProperty("text").GetString()!;
        var alone = await ProgramRun.Of("generate", Stories, "--text", first, "--max-tokens", "40");
        Assert.Equal(prompts[0].GetProperty("greedy_text").GetString() + "\n", alone.Out);

        static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];
    }

    [SharedFact]
    public async Task Texts_of_different_adapters_in_one_call_are_those_of_each_alone()
    {
        using var folder = new TemporaryFolder();
        var options = Checkpoint.Open(Stories).Options;
        MethodOptions[] methods = [new PromptOptions { Length = 3 }, new PromptOptions { Length = 5 }, new LoraOptions { Rank = 2, On = [Projection.All] }];
        string[] adapters = [.. methods.Select((method, index) =>
        {
            string place = folder[$"adapter{index}"];
            Directory.CreateDirectory(place);
            SavedArms.Write(place, SavedArms.Of(method, options));
            return place;
        })];
        string[] texts = ["Once upon a time", "The big dog", "Lily saw"];
        string[] sampling = ["--max-tokens", "12", "--temperature", "0.7", "--top-p", "0.9", "--top-k", "50", "--seed", "3"];
        var mixed = await ProgramRun.Of(["generate", Stories, .. adapters.Zip(texts).SelectMany(pair => (string[])["--adapter", pair.First, "--text", pair.Second]), .. sampling]);
        Assert.Equal((0, ""), (mixed.ExitCode, mixed.Error));
        var blocks = new List<string>();
        foreach (var (adapter, text) in adapters.Zip(texts))
        {
            var alone = await ProgramRun.Of(["generate", Stories, "--adapter", adapter, "--text", text, .. sampling]);
            Assert.Equal(0, alone.ExitCode);
            blocks.Add($"[{adapter}] {text}\n{alone.Out}");
        }

        Assert.Equal(string.Join("\n", blocks), mixed.Out);
        Assert.Equal(3, blocks.Select(block => block.Split('\n')[1]).Distinct().Count());

        // The same text with each of two adapters, and two texts with the same adapter.
        var each = await ProgramRun.Of(["generate", Stories, "--text", texts[0], "--adapter", adapters[0], "--adapter", adapters[2], .. sampling]);
        Assert.Contains(blocks[0], each.Out, StringComparison.Ordinal);
        var both = await ProgramRun.Of(["generate", Stories, "--text", texts[0], "--text", texts[1], "--adapter", adapters[0], .. sampling]);
        Assert.Contains(blocks[0], both.Out, StringComparison.Ordinal);
    }

    [SharedTheory]
    [InlineData("generate needs a text")]
    [InlineData("2 adapters and 3 texts do not pair", "--text", "a", "--text", "b", "--text", "c", "--adapter", "x", "--adapter", "y")]
    [InlineData("--max-tokens needs at least 1, not 0", "--text", "a", "--max-tokens", "0")]
    [InlineData("--temperature needs a number from 0 on, not -1", "--text", "a", "--temperature", "-1")]
    [InlineData("--top-k needs at least 1, not 0", "--text", "a", "--top-k", "0")]
    [InlineData("--top-p needs a number above 0 and at most 1, not 2", "--text", "a", "--top-p", "2")]
    [InlineData("nowhere: there is no such folder", "--text", "a", "--adapter", "nowhere")]
    [InlineData("There is no device 'tpu'", "--text", "a", "--device", "tpu")]
    public async Task A_mistake_is_one_line(string expected, params string[] args)
    {
        var run = await ProgramRun.Of(["generate", Stories, .. args]);
        Assert.Equal(42, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [SharedFact]
    public async Task A_context_without_room_and_a_foreign_tokenizer_are_refused()
    {
        string gpt2 = SharedData.PathOf("models/tiny-gpt2");
        var foreign = await ProgramRun.Of("generate", gpt2, "--text", "a", "--tokenizer", SharedData.PathOf("tokenizers/gpt2"));
        Assert.Equal(42, foreign.ExitCode);
        Assert.Contains("50257 tokens", foreign.Error, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["vocab.txt"], [.. "[PAD] [UNK] [CLS] [SEP] [MASK] once upon a time".Split(' ')]);
        var tooLong = await ProgramRun.Of("generate", gpt2, "--text", "once upon a time", "--tokenizer", folder["vocab.txt"], "--max-tokens", "70");
        Assert.Equal(42, tooLong.ExitCode);
        Assert.Contains("context of 64 tokens has room for", tooLong.Error, StringComparison.Ordinal);
        var fits = await ProgramRun.Of("generate", gpt2, "--text", "once upon a time", "--tokenizer", folder["vocab.txt"], "--max-tokens", "50");
        Assert.Equal((0, ""), (fits.ExitCode, fits.Error));

        // Rotary positions beyond the context were never trained either.
        var beyond = await ProgramRun.Of("generate", Stories, "--text", "Once upon a time", "--max-tokens", "600");
        Assert.Equal(42, beyond.ExitCode);
        Assert.Contains("context of 512 tokens has room for", beyond.Error, StringComparison.Ordinal);
    }

    [SharedTheory]
    [InlineData("{", "not readable as JSON")]
    [InlineData("[]", "a JSON object is needed")]
    [InlineData("{\"format\": \"other\"}", "only \"dslexperiments-adapter-1\" can be read")]
    public async Task A_damaged_adapter_is_told_even_where_pefts_files_are_whole(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        SavedArms.Write(folder.Location, SavedArms.Of(new PromptOptions { Length = 3 }, Checkpoint.Open(Stories).Options));
        File.WriteAllText(folder["dslexperiments.json"], content);
        var run = await ProgramRun.Of("generate", Stories, "--text", "a", "--adapter", folder.Location);
        Assert.Equal(42, run.ExitCode);
        Assert.Contains($"dslexperiments.json: {expected}", run.Error.Replace("format is \"other\"; ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
