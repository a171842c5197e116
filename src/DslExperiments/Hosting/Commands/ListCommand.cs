using System.CommandLine;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>list</c>: names and summaries; touches nothing but the registry.</summary>
internal static class ListCommand
{
    public static Command Create(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("list", "List the experiments.") { json };
        command.SetAction(parsed => List(context, parsed.GetValue(json)));
        return command;
    }

    private static int List(CommandContext context, bool json)
    {
        var output = context.Console.Out;
        var all = context.Experiments.All;
        if (json)
        {
            output.Write(JsonOutput.Text(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("experiments");
                foreach (var entry in all)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", entry.Name);
                    writer.WriteString("full_name", entry.FullName);
                    writer.WriteString("summary", entry.Summary);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
            return ExitCode.Ok;
        }

        var width = all.IsEmpty ? 0 : all.Max(static entry => entry.FullName.Length);
        foreach (var entry in all)
        {
            output.WriteLine($"{entry.FullName.PadRight(width)}  {entry.Summary}");
        }

        if (all.IsEmpty)
        {
            context.Console.Say("The program was compiled without specs.");
        }

        return ExitCode.Ok;
    }
}
