using System.CommandLine;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>show</c>: what an experiment would do.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("EXPERIMENT") { Description = "A name, as 'list' shows it." };
        var settings = new RunSettings();
        var command = new Command("show", "Show the arms, shapes, cohorts and expectations of an experiment, without training.") { name };
        foreach (var option in (ReadOnlySpan<Option>)[settings.Profile, settings.Arm, settings.Set])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var entry = context.Experiments.Find(parsed.GetValue(name)!);
            PlanView.Write(context.Console.Rich, entry.Create().PlanOf(settings.ToRequest(parsed, entry, alone: true)));
            return ExitCode.Ok;
        });
        return command;
    }
}
