using System.CommandLine;
using DslExperiments.Checkpoints;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>inspect</c>: a checkpoint's folder as the block <c>backbone:</c> of a spec.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context)
    {
        var folder = new Argument<string>("FOLDER") { Description = "A folder in Hugging Face's layout: config.json and safetensors." };
        var command = new Command("inspect", "Check a checkpoint's folder and print the backbone that a spec has to state for it.") { folder };
        command.SetAction(parsed =>
        {
            context.Console.Out.Write(Checkpoint.Open(parsed.GetValue(folder)!).ToYaml());
            return ExitCode.Ok;
        });
        return command;
    }
}
