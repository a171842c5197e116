using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>Where the program writes: results to one stream, everything else to the other.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="OutIsTerminal">True when a person looks at standard output.</param>
/// <param name="ErrorIsTerminal">True when a person looks at standard error.</param>
internal sealed record ProgramConsole(TextWriter Out, TextWriter Error, bool OutIsTerminal, bool ErrorIsTerminal)
{
    /// <summary>The process's own.</summary>
    public static ProgramConsole OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>Standard output with tables and colours.</summary>
    public IAnsiConsole Rich => field ??= Terminals.On(Out, OutIsTerminal);

    /// <summary>One line to standard error.</summary>
    public void Say(string message) => Error.WriteLine(message);
}
