using System.Collections.Immutable;
using System.CommandLine;
using DslExperiments.Cohorts;
using DslExperiments.Results;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>theory</c>: runs the experiments that carry the theory papers' claims and tells claim by claim what became of them.</summary>
internal static class TheoryCommand
{
    private const string Folder = "theory";
    private const string QuickProfile = "ci";

    public static Command Create(CommandContext context)
    {
        var names = new Argument<string[]>("EXPERIMENT") { Description = "Names; the whole suite without one.", Arity = ArgumentArity.ZeroOrMore };
        var seeds = new Option<string?>("--seeds") { Description = "Other seeds for all of them: 100..119.", HelpName = "RANGE" };
        var settings = new RunSettings();
        settings.Profile.Description = "The profile; ci without it. An experiment that does not have it is run as its full study.";
        var command = new Command("theory", "Run the theory suite and list every claim: source, bound, measured, verdict.") { names, seeds };
        foreach (var option in settings.All.Except([settings.Arm]))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(names) ?? [];
            ImmutableArray<ExperimentEntry> suite = [.. context.Experiments.All.Where(static entry =>
                entry.Folder == Folder || entry.Folder.StartsWith(Folder + "/", StringComparison.Ordinal))];
            return RunAsync(context, parsed, settings, given.Length == 0 ? suite : context.Experiments.Find(given), parsed.GetValue(seeds), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, ParseResult parsed, RunSettings settings, ImmutableArray<ExperimentEntry> entries, string? seeds, CancellationToken cancellationToken)
    {
        var profile = parsed.GetValue(settings.Profile) ?? QuickProfile;
        if (!entries.IsEmpty && !entries.Any(entry => entry.Create().Info.Profiles.Contains(profile)))
        {
            string[] known = [.. entries.SelectMany(static entry => entry.Create().Info.Profiles).Distinct()];
            throw new ExperimentUsageException($"No experiment has a profile '{profile}'.{NearestNames.Hint(profile, known)}");
        }

        var json = parsed.GetValue(settings.Json);
        using var signals = InterruptSignals.Listen(context.Console, cancellationToken);
        var studies = new List<(ExperimentInfo Info, RunSummary Run)>();
        var code = ExitCode.Ok;
        foreach (var entry in entries)
        {
            try
            {
                var info = entry.Create().Info;
                var request = settings.ToRequest(parsed, entry, alone: false);
                request = request with
                {
                    Profile = info.Profiles.Contains(profile) ? profile : info.Profiles[0],
                    Overrides = seeds is null ? request.Overrides : [.. request.Overrides, new("seeds", seeds)],
                };
                var run = await RunCommand.RunOneAsync(context, entry, request, signals.Token).ConfigureAwait(false);
                studies.Add((info, run));
                code = ExitCode.Worst(code, run.AllHeld ? ExitCode.Ok : ExitCode.ExpectationFailed);
                if (!json)
                {
                    TheoryView.Write(context.Console.Rich, info, run);
                }
            }
            catch (Exception e)
            {
                context.Console.Say($"{entry.FullName}:");
                code = ExitCode.Worst(code, ExperimentHost.Report(e, context));
                if (e is TrainingInterruptedException)
                {
                    break;
                }
            }
        }

        if (json)
        {
            context.Console.Out.Write(JsonOutput.Text(writer => TheoryView.Write(writer, studies)));
        }
        else
        {
            TheoryView.WriteTotal(context.Console.Rich, [.. studies.Select(static study => study.Run)], entries.Length - studies.Count);
        }

        return code;
    }
}
