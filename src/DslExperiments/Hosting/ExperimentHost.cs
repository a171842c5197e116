using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using DslExperiments.Cohorts;
using DslExperiments.Hosting.Commands;
using DslExperiments.Results;

namespace DslExperiments.Hosting;

/// <summary>The program around compiled experiments: its <c>Main</c> is one line.</summary>
public static class ExperimentHost
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">As <c>Main</c> gets them.</param>
    /// <param name="experiments">The generated registry.</param>
    /// <returns>The exit code: 0 all held, 1 an expectation failed, 42 wrong input, 75 interrupted.</returns>
    public static Task<int> RunAsync(string[] args, ImmutableArray<ExperimentEntry> experiments) =>
        RunAsync(args, experiments, ProgramConsole.OfProcess());

    /// <summary>As above, with given streams.</summary>
    internal static async Task<int> RunAsync(string[] args, ImmutableArray<ExperimentEntry> experiments, ProgramConsole console)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        var context = new CommandContext(new ExperimentCatalog(experiments), console);
        try
        {
            var parsed = CommandTree.Create(context).Parse(args.Length == 0 ? ["--help"] : args);
            context.Debug = CommandTree.IsDebug(parsed);
            if (UsageErrors.Describe(parsed) is { } wrong)
            {
                console.Say($"error: {wrong}");
                console.Say($"See '{string.Join(' ', UsageErrors.PathOf(parsed).Append("--help"))}'.");
                return ExitCode.Usage;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return Report(e, context);
        }
    }

    /// <summary>One line for whatever went wrong, and the exit code that says of what kind it is.</summary>
    internal static int Report(Exception exception, CommandContext context)
    {
        var console = context.Console;
        if (context.Debug && exception is not TrainingInterruptedException)
        {
            console.Say(exception.ToString());
        }

        switch (exception)
        {
            case ExperimentUsageException:
                console.Say($"error: {exception.Message}");
                return ExitCode.Usage;
            case TrainingInterruptedException:
                console.Say(context.Folder is { } folder
                    ? $"Interrupted. The state is saved in {folder}; the same command goes on from there."
                    : "Interrupted.");
                return ExitCode.Interrupted;
            case RunFolderInUseException:
                console.Say($"error: {exception.Message}");
                return ExitCode.Interrupted;
            case InvalidDataException or FileNotFoundException or DirectoryNotFoundException:
                console.Say($"error: {exception.Message}");
                return ExitCode.Usage;
            case IOException or UnauthorizedAccessException:
                console.Say($"error: {exception.Message}");
                console.Say("What was written before is whole; once there is room, the same command goes on.");
                return ExitCode.InputOutput;
            default:
                var log = CrashLog.Write(context.Folder, exception);
                console.Say($"error: {exception.GetType().Name}: {FirstLine(exception.Message)} ({(log is null ? "--debug shows where" : $"details in {log}")})");
                return ExitCode.Crash;
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
