using System.CommandLine;
using DslExperiments.Pretraining;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>show</c>: what an experiment would do.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("EXPERIMENT") { Description = "A name, as 'list' shows it." };
        var settings = new RunSettings();
        var command = new Command("show", "Show the arms, shapes, cohorts and expectations of an experiment, without training.") { name };
        foreach (var option in (ReadOnlySpan<Option>)[settings.Profile, settings.Device, settings.Arm, settings.Set, settings.Pretrained, settings.Workers, settings.Memory])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var entry = context.Experiments.Find(parsed.GetValue(name)!);
            var request = settings.ToRequest(parsed, entry, alone: true);
            var experiment = entry.Create();
            PlanView.Write(context.Console.Rich, experiment.PlanOf(request), request, PretrainStage.Of(experiment, request), BackboneCache.Of(request));
            return ExitCode.Ok;
        });
        return command;
    }
}
