using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DslExperiments.Hosting.Commands;

/// <summary>The usual help, and below it lines that can be copied.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        [""] =
        [
            "list",
            "run single-layer-limit --profile ci",
            "run --all --profile ci --json > results.json",
            "check",
        ],
        ["show"] = ["show single-layer-limit", "show single-layer-limit --profile ci"],
        ["run"] =
        [
            "run single-layer-limit --profile ci",
            "run single-layer-limit --arm \"prompt[length>=8]\" --arm lora",
            "run single-layer-limit --set seeds=100..103 --set training.steps=500",
            "run single-layer-limit --out results/first --json",
        ],
        ["theory"] = ["theory", "theory --profile reduced", "theory rank-bound --seeds 100..119"],
        ["check"] = ["check", "check single-layer-limit", "check --update"],
        ["compare"] = ["compare runs/single-layer-limit/20260101T120000Z-1a2b3c4d results/first"],
        ["report"] = ["report results/first"],
        ["neighbours"] = ["neighbours results/first"],
        ["inspect"] = ["inspect models/gpt2"],
        ["generate"] =
        [
            "generate models/gpt2 --text \"Once upon a time\" --temperature 0.8 --top-p 0.95 --seed 1",
            "generate models/gpt2 --adapter results/first/adapters/0001-prompt --text \"The film was\" --adapter results/second/adapters/0001-prompt --text \"Who wrote it?\"",
            "generate runs/domain-transfer/20260101T120000Z-1a2b3c4d --adapter 0001-prompt_seed=0 --text \"The film was\"",
        ],
        ["schema"] = ["schema > experiment.schema.json"],
    };

    /// <summary>Help is help, also where an argument is missing.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command is RootCommand ? "" : parseResult.CommandResult.Command.Name;
        if (Examples.TryGetValue(command, out var lines))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines)
            {
                output.WriteLine($"  {UsageErrors.Program} {line}");
            }

            output.WriteLine();
            if (command.Length == 0)
            {
                output.WriteLine("Exit codes:");
                output.WriteLine("  0 all held   1 an expectation failed   42 wrong spec, option or name   74 disk full or not writable");
                output.WriteLine("  75 interrupted, to be resumed by the same command   70 a defect   130 stopped at once");
                output.WriteLine();
            }
        }

        return code;
    }
}
