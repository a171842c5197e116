using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>How long a table in a terminal may become.</summary>
internal static class TableRows
{
    /// <summary>Rows that are shown.</summary>
    public const int Most = 40;

    /// <summary>Says what a table left out, and where it is.</summary>
    public static void WriteRest(IAnsiConsole console, int rows, string where)
    {
        if (rows > Most)
        {
            console.WriteLine($"… {SpecText.Of(rows - Most)} more rows; {where}.");
            console.WriteLine();
        }
    }
}
