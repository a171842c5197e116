using System.CommandLine;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>theory</c>: the experiments that carry a claim, one after the other.</summary>
internal static class TheoryCommand
{
    private const string Folder = "theory";

    public static Command Create(CommandContext context)
    {
        var settings = new RunSettings();
        var command = new Command("theory", "Run the theory suite, claim by claim.");
        foreach (var option in settings.All.Except([settings.Arm, settings.Set]))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var claims = context.Experiments.All.Where(static entry =>
                entry.Folder == Folder || entry.Folder.StartsWith(Folder + "/", StringComparison.Ordinal));
            return RunCommand.ExecuteAsync(context, parsed, settings, [.. claims], alone: false, cancellationToken);
        });
        return command;
    }
}
