using DslExperiments.Hosting;

namespace DslExperiments.Text.Data;

/// <summary>What is wrong with the rows of a file; all of it is told at once.</summary>
/// <param name="file">The file's name, see <see cref="NameOf"/>.</param>
internal sealed class RowErrors(string file)
{
    /// <summary>Errors that are told; of the others, only their number.</summary>
    private const int Most = 10;

    private readonly List<(int Line, string Text)> errors = [];
    private readonly HashSet<int> lines = [];

    /// <summary>Notes an error.</summary>
    /// <param name="line">The line on which the row begins, from 1 on; 0 for the file as a whole.</param>
    /// <param name="text">What is wrong and what would be right, without a full stop.</param>
    public void Add(int line, string text)
    {
        lines.Add(line);
        errors.Add((line, text));
    }

    /// <summary>True when something was noted.</summary>
    public bool IsAny => errors.Count > 0;

    /// <summary>True when something is wrong with a row.</summary>
    public bool Has(int line) => lines.Contains(line);

    /// <summary>Tells what was noted, in the order of the file.</summary>
    /// <exception cref="ExperimentUsageException">Something was noted.</exception>
    public void ThrowIfAny()
    {
        if (errors.Count == 0)
        {
            return;
        }

        var told = errors.OrderBy(static error => error.Line).Take(Most)
            .Select(error => $"{file}{(error.Line == 0 ? "" : $"({SpecText.Of(error.Line)})")}: {error.Text}{(error.Text.EndsWith('?') ? "" : ".")}");
        var rest = errors.Count > Most ? (string[])[$"{file}: and {SpecText.Of(errors.Count - Most)} more."] : [];
        throw new ExperimentUsageException(string.Join('\n', told.Concat(rest)));
    }

    /// <summary>A file's path within a message: from the current folder on where it lies below that, as compilers do.</summary>
    public static string NameOf(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? Path.GetFullPath(path) : relative;
    }

    /// <summary>A value within a message: on one line, and not too long.</summary>
    public static string Quoted(string value)
    {
        var line = string.Concat(value.Take(40).Select(static c => char.IsControl(c) ? ' ' : c));
        return $"'{line}{(value.Length > 40 ? "…" : "")}'";
    }
}
