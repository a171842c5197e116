using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>Consoles that keep to plain text where nobody can see colours, or does not want them.</summary>
internal static class Terminals
{
    /// <summary>Wide enough that redirected tables are never wrapped.</summary>
    private const int UnlimitedWidth = 1000;

    /// <summary>True unless the terminal says that it cannot move its cursor.</summary>
    public static bool CanRedraw => Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>See no-color.org.</summary>
    public static bool NoColor => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>A console on a writer.</summary>
    /// <param name="writer">Standard output or error, or a buffer.</param>
    /// <param name="terminal">True when a person looks at a terminal there.</param>
    public static IAnsiConsole On(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && !NoColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal ? writer : new TrimmedWriter(writer)),
        });
        if (!terminal)
        {
            console.Profile.Width = UnlimitedWidth;
            console.Profile.Capabilities.Unicode = true;
        }

        return console;
    }
}
