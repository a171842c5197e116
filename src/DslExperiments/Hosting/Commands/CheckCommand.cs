using System.CommandLine;
using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Results;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>check</c>: the quick profile of everything against committed baselines.</summary>
internal static class CheckCommand
{
    private const string QuickProfile = "ci";

    public static Command Create(CommandContext context)
    {
        var names = new Argument<string[]>("EXPERIMENT") { Description = "Names; all experiments without one.", Arity = ArgumentArity.ZeroOrMore };
        var baselines = new Option<string?>("--baselines") { Description = "The folder of the baselines; by default the nearest tests/Baselines above.", HelpName = "DIR" };
        var update = new Option<bool>("--update") { Description = "Write the baselines anew instead of comparing." };
        var settings = new RunSettings();
        var command = new Command("check", "Run the ci profile of experiments and compare with committed baselines.") { names, baselines, update };
        foreach (var option in (ReadOnlySpan<Option>)[settings.Device, settings.Workers, settings.Memory, settings.Quiet])
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(names) ?? [];
            var entries = given.Length == 0 ? context.Experiments.All : context.Experiments.Find(given);
            var folder = FindBaselines(parsed.GetValue(baselines), parsed.GetValue(update));
            return CheckAsync(context, parsed, settings, entries, folder, parsed.GetValue(update), cancellationToken);
        });
        return command;
    }

    private static async Task<int> CheckAsync(
        CommandContext context, ParseResult parsed, RunSettings settings, ImmutableArray<ExperimentEntry> entries, string folder, bool update, CancellationToken cancellationToken)
    {
        using var signals = InterruptSignals.Listen(context.Console, cancellationToken);
        var code = ExitCode.Ok;
        foreach (var entry in entries)
        {
            try
            {
                var request = settings.ToRequest(parsed, entry, alone: true) with { Root = null };
                code = ExitCode.Worst(code, await CheckOneAsync(context, entry, folder, update, request, signals.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is not TrainingInterruptedException)
            {
                context.Console.Say($"{entry.FullName}:");
                code = ExitCode.Worst(code, ExperimentHost.Report(e, context));
            }
        }

        return code;
    }

    private static async Task<int> CheckOneAsync(
        CommandContext context, ExperimentEntry entry, string folder, bool update, RunRequest request, CancellationToken cancellationToken)
    {
        var output = context.Console.Out;
        var profiles = entry.Create().Info.Profiles;
        var summary = await RunCommand.RunOneAsync(
            context, entry, request with { Profile = profiles.Contains(QuickProfile) ? QuickProfile : profiles[0] }, cancellationToken).ConfigureAwait(false);
        var path = Baseline.PathOf(folder, entry.FullName);
        var earlier = update ? ReadLeniently(path) : Baseline.Read(path);
        var now = Baseline.Of(entry.FullName, summary, earlier);
        var failed = summary.Expectations.Where(static expectation => expectation.Held == false).ToArray();
        string[] findings =
        [
            .. failed.Select(static expectation => $"FAILED {expectation.Text}: {expectation.Detail}"),
            .. update ? [] : earlier is null ? [$"there is no baseline {path}; --update writes it"] : earlier.Differences(now),
        ];
        if (update)
        {
            now.Write(path);
        }

        output.WriteLine($"{entry.FullName} ({summary.Profile}): {(findings.Length == 0
            ? update ? $"wrote {path}" : $"{ProgressDisplay.Count(summary.Arms.Length, "arm")} as before, all expectations held"
            : $"{ProgressDisplay.Count(findings.Length, "finding")}{(update ? $", wrote {path}" : "")}")}");
        foreach (var finding in findings)
        {
            output.WriteLine($"  {finding}");
        }

        return findings.Length == 0 ? ExitCode.Ok : ExitCode.ExpectationFailed;
    }

    /// <summary>An update also replaces a damaged baseline; it only loses its edited tolerances.</summary>
    private static Baseline? ReadLeniently(string path)
    {
        try
        {
            return Baseline.Read(path);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static string FindBaselines(string? given, bool update)
    {
        if (given is not null)
        {
            return Directory.Exists(given) || update ? given : throw new ExperimentUsageException($"There is no folder '{given}'.");
        }

        foreach (var start in (ReadOnlySpan<string>)[Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, "tests", "Baselines");
                if (Directory.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        throw new ExperimentUsageException("There is no folder tests/Baselines here or above; --baselines names one.");
    }
}
