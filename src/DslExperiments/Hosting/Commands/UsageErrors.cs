using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DslExperiments.Hosting.Commands;

/// <summary>Command lines that do not parse, explained.</summary>
internal static partial class UsageErrors
{
    /// <summary>The program's name as it was started.</summary>
    public static string Program { get; } = RootCommand.ExecutableName;

    /// <summary>What is wrong, with the nearest right word where one is near; null when nothing is.</summary>
    public static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Concat(Arguments(parsed)).FirstOrDefault(static token => token.StartsWith('-')) is { } option)
        {
            var word = option.Split('=', ':')[0];
            return $"'{Title(command)}' has no option '{word}'.{NearestNames.Hint(word, [.. OptionsOf(parsed.CommandResult)])}";
        }

        if (parsed.UnmatchedTokens is [var token, ..])
        {
            return command.Subcommands.Count > 0
                ? $"There is no command '{token}'.{NearestNames.Hint(token, [.. command.Subcommands.Select(static sub => sub.Name)])}"
                : $"'{Title(command)}' does not know what to do with '{token}'.";
        }

        return parsed.Errors.Count == 0 ? null : WrongType().Replace(parsed.Errors[0].Message, static match =>
            $"{match.Groups["option"].Value} wants a {(match.Groups["type"].Value.Contains("Int32", StringComparison.Ordinal) ? "whole number" : "number")}, not '{match.Groups["value"].Value}'.");
    }

    [GeneratedRegex(@"^Cannot parse argument '(?<value>.*)' for option '(?<option>[^']*)' as expected type '(?<type>.*)'\.$", RegexOptions.CultureInvariant)]
    private static partial Regex WrongType();

    /// <summary>Words that were taken for names of experiments or folders.</summary>
    private static IEnumerable<string> Arguments(ParseResult parsed) => parsed.CommandResult.Children
        .OfType<ArgumentResult>()
        .SelectMany(static argument => argument.Tokens)
        .Select(static token => token.Value);

    /// <summary>The command as it is typed.</summary>
    public static IEnumerable<string> PathOf(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? [Program] : [Program, parsed.CommandResult.Command.Name];

    private static string Title(Command command) => command is RootCommand ? Program : command.Name;

    private static IEnumerable<string> OptionsOf(CommandResult? result)
    {
        for (var at = result; at is not null; at = at.Parent as CommandResult)
        {
            foreach (var option in at.Command.Options.Where(option => !option.Hidden && (at == result || option.Recursive)))
            {
                yield return option.Name;
            }
        }
    }
}
