using System.CommandLine;
using System.CommandLine.Parsing;

namespace DslExperiments.Hosting.Commands;

/// <summary>Command lines that do not parse, explained.</summary>
internal static class UsageErrors
{
    /// <summary>The program's name as it was started.</summary>
    public static string Program { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath ?? "dslexperiments") is var name && name == "dotnet"
        ? "dotnet run --"
        : name;

    /// <summary>What is wrong, with the nearest right word where one is near.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            if (token.StartsWith('-'))
            {
                var word = token.Split('=', ':')[0];
                string[] options = [.. OptionsOf(parsed.CommandResult).SelectMany(static option => option.Aliases.Prepend(option.Name)).Where(static o => o.StartsWith("--", StringComparison.Ordinal))];
                return $"'{Title(command)}' has no option '{word}'.{NearestNames.Hint(word, options)}";
            }

            return command.Subcommands.Count > 0
                ? $"There is no command '{token}'.{NearestNames.Hint(token, [.. command.Subcommands.Select(static sub => sub.Name)])}"
                : $"'{Title(command)}' does not know what to do with '{token}'.";
        }

        return parsed.Errors[0].Message;
    }

    /// <summary>The command as it is typed.</summary>
    public static IEnumerable<string> PathOf(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? [Program] : [Program, parsed.CommandResult.Command.Name];

    private static string Title(Command command) => command is RootCommand ? Program : command.Name;

    private static IEnumerable<Option> OptionsOf(CommandResult? result)
    {
        for (var at = result; at is not null; at = at.Parent as CommandResult)
        {
            foreach (var option in at.Command.Options.Where(option => at == result || option.Recursive))
            {
                yield return option;
            }
        }
    }
}
