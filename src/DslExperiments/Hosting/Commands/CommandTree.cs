using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace DslExperiments.Hosting.Commands;

/// <summary>The commands of the program.</summary>
internal static class CommandTree
{
    private const string DebugName = "--debug";

    /// <summary>Adding a command means adding it here.</summary>
    public static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("Compiled experiments: run them, look at them, compare what they found.")
        {
            ListCommand.Create(context),
            ShowCommand.Create(context),
            RunCommand.Create(context),
            TheoryCommand.Create(context),
            CheckCommand.Create(context),
            CompareCommand.Create(context),
            ReportCommand.Create(context),
            NeighboursCommand.Create(context),
            InspectCommand.Create(context),
            GenerateCommand.Create(context),
            SchemaCommand.Create(context),
        };
        root.Options.Add(new Option<bool>(DebugName) { Description = "Show where an unexpected error happened.", Recursive = true });
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        return root;
    }

    /// <summary>True when stacks were asked for.</summary>
    public static bool IsDebug(ParseResult parsed) => parsed.GetResult(DebugName) is OptionResult { Implicit: false } result && result.GetValueOrDefault<bool>();
}
