using System.CommandLine;
using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Results;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>run</c>: trains experiments, shows results and verdicts.</summary>
internal static class RunCommand
{
    public static Command Create(CommandContext context)
    {
        var names = new Argument<string[]>("EXPERIMENT") { Description = "Names, as 'list' shows them.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Run every experiment." };
        var settings = new RunSettings();
        var command = new Command("run", "Run experiments, or resume the unfinished run of one.") { names, all };
        foreach (var option in settings.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(names) ?? [];
            var everything = parsed.GetValue(all);
            if (everything == given.Length > 0)
            {
                throw new ExperimentUsageException(everything
                    ? "Name experiments or say --all, not both."
                    : $"Which experiment? There are {string.Join(", ", context.Experiments.Names)}; or say --all.");
            }

            return ExecuteAsync(context, parsed, settings, everything ? context.Experiments.All : context.Experiments.Find(given), !everything && given.Length == 1, cancellationToken);
        });
        return command;
    }

    /// <summary>Runs experiments one after the other; the worst exit code counts.</summary>
    internal static async Task<int> ExecuteAsync(
        CommandContext context, ParseResult parsed, RunSettings settings, ImmutableArray<ExperimentEntry> entries, bool alone, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(settings.Json);
        using var signals = InterruptSignals.Listen(context.Console, cancellationToken);
        var done = new List<RunSummary>();
        var code = ExitCode.Ok;
        foreach (var entry in entries)
        {
            try
            {
                var summary = await RunOneAsync(context, entry, settings.ToRequest(parsed, entry, alone), signals.Token).ConfigureAwait(false);
                done.Add(summary);
                code = ExitCode.Worst(code, summary.AllHeld ? ExitCode.Ok : ExitCode.ExpectationFailed);
                if (!json)
                {
                    ResultsView.Write(context.Console.Rich, summary);
                }
            }
            catch (Exception e) when (!alone)
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
            context.Console.Out.Write(JsonOutput.Text(writer =>
            {
                if (alone)
                {
                    ResultsJson.Write(writer, done[0], withFolder: true);
                    return;
                }

                writer.WriteStartObject();
                writer.WriteStartArray("runs");
                done.ForEach(summary => ResultsJson.Write(writer, summary, withFolder: true));
                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
        }

        return code;
    }

    /// <summary>Runs one experiment and shows its progress.</summary>
    internal static async Task<RunSummary> RunOneAsync(CommandContext context, ExperimentEntry entry, RunRequest request, CancellationToken cancellationToken)
    {
        context.Folder = null;
        using var monitor = new RunMonitor();
        try
        {
            using var display = request.Quiet ? null : ProgressDisplay.Start(monitor, context.Console.Error);
            if (display is null)
            {
                monitor.Said += context.Console.Say;
            }

            return await entry.Create().RunAsync(request, monitor, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            context.Folder = monitor.Folder;
        }
    }
}
