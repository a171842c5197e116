using System.CommandLine;
using DslExperiments.Backbones.Generation;

namespace DslExperiments.Hosting.Commands;

/// <summary>The options of <c>generate</c>.</summary>
internal sealed class GenerateSettings
{
    public Option<string[]> Adapter { get; } = new("--adapter", "-a")
    {
        Description = "An adapter's folder, or its name in the run: one for all texts, or one per text, in their order. May be repeated.", HelpName = "DIR",
    };

    public Option<string[]> Text { get; } = new("--text", "-t") { Description = "A text to continue or to answer. May be repeated.", HelpName = "TEXT" };

    public Option<string?> Tokenizer { get; } = new("--tokenizer") { Description = "The tokenizer's folder or file; by default the checkpoint's or the spec's.", HelpName = "PATH" };

    public Option<string?> Pretrained { get; } = RunSettings.PretrainedOption();

    public Option<int?> MaxTokens { get; } = new("--max-tokens") { Description = "Most tokens of a continuation; 64 without it.", HelpName = "N" };

    public Option<double?> Temperature { get; } = new("--temperature") { Description = "Draw at this temperature; without it the most likely token is taken.", HelpName = "T" };

    public Option<int?> TopK { get; } = new("--top-k") { Description = "Draw among the K most likely tokens only.", HelpName = "K" };

    public Option<double?> TopP { get; } = new("--top-p") { Description = "Draw among the fewest most likely tokens with this share of the chances.", HelpName = "P" };

    public Option<int?> Seed { get; } = new("--seed") { Description = "Seed of the draws; 0 without it.", HelpName = "N" };

    public Option<string?> Device { get; } = new("--device") { Description = "cpu (the default) or cuda.", HelpName = "NAME" };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object on standard output and nothing else." };

    public IEnumerable<Option> All => [Text, Adapter, Tokenizer, Pretrained, MaxTokens, Temperature, TopK, TopP, Seed, Device, Json];

    /// <summary>Every text with its adapter.</summary>
    /// <exception cref="ExperimentUsageException">There is no text, or texts and adapters do not pair.</exception>
    public (string? Adapter, string Text)[] Pairs(ParseResult parsed)
    {
        string[] texts = parsed.GetValue(Text) ?? [], adapters = parsed.GetValue(Adapter) ?? [];
        return (texts.Length, adapters.Length) switch
        {
            (0, _) => throw new ExperimentUsageException("generate needs a text: --text \"Once upon a time\"."),
            (_, 0) => [.. texts.Select(static text => ((string?)null, text))],
            (_, 1) => [.. texts.Select(text => ((string?)adapters[0], text))],
            (1, _) => [.. adapters.Select(adapter => ((string?)adapter, texts[0]))],
            (var t, var a) when t == a => [.. adapters.Zip(texts, static (adapter, text) => ((string?)adapter, text))],
            (var t, var a) => throw new ExperimentUsageException(
                $"{SpecText.Of(a)} adapters and {SpecText.Of(t)} texts do not pair: give one adapter for all texts, or one per text."),
        };
    }

    /// <summary>How texts are continued.</summary>
    /// <exception cref="ExperimentUsageException">A number is out of its range, or would do nothing.</exception>
    public GenerationOptions Options(ParseResult parsed)
    {
        int tokens = parsed.GetValue(MaxTokens) ?? 64;
        Require(tokens >= 1, $"--max-tokens needs at least 1, not {SpecText.Of(tokens)}.");
        double? temperature = parsed.GetValue(Temperature), topP = parsed.GetValue(TopP);
        int? topK = parsed.GetValue(TopK);
        Require(temperature is null or (>= 0 and <= 1e6), $"--temperature needs a number from 0 on, not {SpecText.Of(temperature ?? 0)}.");
        Require(topK is null or >= 1, $"--top-k needs at least 1, not {SpecText.Of(topK ?? 0)}.");
        Require(topP is null or (> 0 and <= 1), $"--top-p needs a number above 0 and at most 1, not {SpecText.Of(topP ?? 0)}.");

        // Who asks for a choice among tokens wants draws.
        bool draws = temperature is null && (topK is not null || topP is not null);
        return new GenerationOptions
        {
            MaxTokens = tokens,
            Temperature = draws ? 1 : temperature ?? 0,
            TopK = topK ?? 0,
            TopP = topP ?? 1,
            Seed = parsed.GetValue(Seed) ?? 0,
        };
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ExperimentUsageException(otherwise);
        }
    }
}
