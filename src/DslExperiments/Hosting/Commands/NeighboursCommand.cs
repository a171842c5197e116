using System.CommandLine;
using System.Globalization;
using DslExperiments.Results;
using Spectre.Console;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>neighbours</c>: the tokens of the vocabulary that learned prompts are nearest to (Lester et al. 2021, section 7).</summary>
internal static class NeighboursCommand
{
    public static Command Create(CommandContext context)
    {
        var run = new Argument<string>("RUN") { Description = "A run folder, or the folder of one adapter." };
        var command = new Command("neighbours", "Show which tokens of the vocabulary each virtual token is nearest to.") { run };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(run)!;
            foreach (var (name, path) in FilesOf(folder))
            {
                var table = new Table().Border(TableBorder.Simple).AddColumn("virtual token").AddColumn("nearest tokens, with their cosines");
                foreach (var (index, row) in NearestFile.Read(path).Index())
                {
                    table.AddRow(
                        SpecText.Of(index),
                        Markup.Escape(string.Join("  ", row.Select(static near => string.Create(CultureInfo.InvariantCulture, $"{Shown(near.Piece)} {near.Cosine:F2}")))));
                }

                context.Console.Rich.WriteLine(name);
                context.Console.Rich.Write(table);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The adapters with neighbours, by their folders' names.</summary>
    private static IReadOnlyList<(string Name, string Path)> FilesOf(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ExperimentUsageException($"There is no folder '{folder}'.");
        }

        string adapters = Path.Combine(folder, RunFolder.AdaptersName);
        IEnumerable<string> folders = Directory.Exists(adapters) ? Directory.EnumerateDirectories(adapters).Order(StringComparer.Ordinal) : [folder];
        var found = folders
            .Select(static adapter => (Name: Path.GetFileName(Path.GetFullPath(adapter)), Path: Path.Combine(adapter, NearestFile.FileName)))
            .Where(static adapter => File.Exists(adapter.Path))
            .ToArray();
        return found.Length > 0
            ? found
            : throw new ExperimentUsageException($"'{folder}' has no prompt before texts: no adapter in it has a {NearestFile.FileName}.");
    }

    /// <summary>A piece without what a terminal would obey.</summary>
    private static string Shown(string piece) => string.Concat(piece.Select(static c => char.IsControl(c) ? '·' : c));
}
