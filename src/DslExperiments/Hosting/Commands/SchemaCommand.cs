using System.CommandLine;
using DslExperiments.Specs;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>schema</c>: the JSON schema of specs, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("schema", "Print the JSON schema of specs, for completion in editors.");
        command.SetAction(_ =>
        {
            context.Console.Out.Write(JsonSchema.Write());
            return ExitCode.Ok;
        });
        return command;
    }
}
