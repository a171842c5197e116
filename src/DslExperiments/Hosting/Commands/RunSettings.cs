using System.CommandLine;
using DslExperiments.Planning;

namespace DslExperiments.Hosting.Commands;

/// <summary>The options that commands which train have in common.</summary>
internal sealed class RunSettings
{
    public Option<string?> Profile { get; } = new("--profile", "-p") { Description = "The profile; the full study without it.", HelpName = "NAME" };

    public Option<string?> Device { get; } = new("--device") { Description = "cpu (the default) or cuda.", HelpName = "NAME" };

    public Option<string[]> Arm { get; } = new("--arm") { Description = "Only arms that match: prompt, length>=8, prompt[length>=8, seed=0]. May be repeated.", HelpName = "FILTER" };

    public Option<string[]> Set { get; } = new("--set") { Description = "Set a key of the spec: training.steps=500, seeds=0..3. May be repeated.", HelpName = "KEY=VALUE" };

    public Option<string?> Out { get; } = new("--out", "-o") { Description = "The run folder; with several experiments its parent. By default a new one below runs/.", HelpName = "DIR" };

    public Option<string?> Pretrained { get; } = PretrainedOption();

    public Option<int?> Workers { get; } = new("--workers") { Description = "Cohorts that train at once; by default one per core. Results do not depend on it.", HelpName = "N" };

    public Option<string?> Memory { get; } = new("--memory") { Description = "The most memory that cohorts take together, such as 4GB: smaller cohorts, fewer at once. Without it, what is available decides how many train at once.", HelpName = "SIZE" };

    public Option<double?> Checkpoint { get; } = new("--checkpoint-seconds") { Description = "Time between two checkpoints of a cohort; 30 without it.", HelpName = "S" };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object on standard output and nothing else." };

    public Option<bool> Fresh { get; } = new("--fresh") { Description = "Start anew where an unfinished run would be resumed." };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Show no progress." };

    public IEnumerable<Option> All => [Profile, Device, Arm, Set, Out, Pretrained, Workers, Memory, Checkpoint, Json, Fresh, Quiet];

    /// <summary>The option of all commands that look for pretrained backbones.</summary>
    public static Option<string?> PretrainedOption() =>
        new("--pretrained") { Description = "The folder of pretrained backbones; runs/pretrained without it, wherever the run folder is.", HelpName = "DIR" };

    /// <summary>The request of one experiment.</summary>
    public RunRequest ToRequest(ParseResult parsed, ExperimentEntry entry, bool alone)
    {
        var device = parsed.GetValue(Device) ?? Devices.Cpu;
        Devices.RequireKnown(device);
        var workers = parsed.GetValue(Workers);
        if (workers < 1)
        {
            throw new ExperimentUsageException($"--workers needs at least 1, not {SpecText.Of(workers)}.");
        }

        var seconds = parsed.GetValue(Checkpoint) ?? 30;
        if (seconds is not (>= 0 and <= 1e6))
        {
            throw new ExperimentUsageException("--checkpoint-seconds needs a number from 0 on.");
        }

        var given = parsed.GetValue(Memory);
        var memory = given is null ? 0 : MemorySize.Parse(given)
            ?? throw new ExperimentUsageException($"--memory wants an amount such as 4GB or 800MB, not '{given}'.");

        var folder = parsed.GetValue(Out);
        return new RunRequest
        {
            Profile = parsed.GetValue(Profile) ?? "full",
            Device = device,
            Arms = [.. parsed.GetValue(Arm) ?? []],
            Overrides = [.. (parsed.GetValue(Set) ?? []).Select(ParseOverride)],
            Folder = folder is null ? null : alone ? folder : Path.Combine(folder, entry.FullName),
            Root = "runs",
            Pretrained = parsed.GetValue(Pretrained),
            Workers = workers ?? 0,
            Memory = memory,
            Fresh = parsed.GetValue(Fresh),
            Quiet = parsed.GetValue(Quiet),
            CheckpointEvery = TimeSpan.FromSeconds(seconds),
        };
    }

    private static KeyValuePair<string, string> ParseOverride(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals].Trim(), text[(equals + 1)..].Trim())
            : throw new ExperimentUsageException($"--set wants key=value, not '{text}'.");
    }
}
