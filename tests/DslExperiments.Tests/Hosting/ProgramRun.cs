using DslExperiments.Hosting;

namespace DslExperiments.Tests.Hosting;

/// <summary>The program run in this process.</summary>
public sealed record ProgramRun(int ExitCode, string Out, string Error)
{
    public static Task<ProgramRun> Of(params string[] args) => Of([TinyExperiment.Entry()], args);

    public static async Task<ProgramRun> Of(ExperimentEntry[] entries, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await ExperimentHost.RunAsync(args, [.. entries], new ProgramConsole(output, TextWriter.Synchronized(error), false, false));
        return new ProgramRun(code, output.ToString(), error.ToString());
    }
}
