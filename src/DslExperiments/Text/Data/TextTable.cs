using DslExperiments.Hosting;

namespace DslExperiments.Text.Data;

/// <summary>
/// The rows of a text file: .tsv (no quoting), .csv (RFC 4180), .jsonl (an object per line) or .txt (a text per line, or
/// one text). Lines that are blank are no rows.
/// </summary>
public sealed class TextTable
{
    /// <summary>The column of a .txt file; <c>1</c> is it as well.</summary>
    public const string OnlyColumn = "text";

    private TextTable(string name, RowErrors errors, IReadOnlyList<string> columns, IReadOnlyList<TextRow> rows) =>
        (Name, Errors, Columns, Rows) = (name, errors, columns, rows);

    /// <summary>The file's path as messages tell it.</summary>
    public string Name { get; }

    /// <summary>The columns; numbers from 1 on where the file does not name them.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows in the order of the file.</summary>
    public IReadOnlyList<TextRow> Rows { get; }

    /// <summary>True for a .txt file, which has one column.</summary>
    public bool IsPlain => Path.GetExtension(Name).Equals(".txt", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with rows so far; whoever reads the columns adds to it, then tells it.</summary>
    internal RowErrors Errors { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">True when the first line of .tsv and .csv names the columns.</param>
    /// <param name="whole">True for one row with all of a .txt file.</param>
    /// <exception cref="ExperimentUsageException">The file cannot be read; wrong rows are told by <see cref="ThrowIfWrong"/>.</exception>
    public static TextTable Read(string path, bool header, bool whole = false) => Parse(path, BytesOf(path), header, whole);

    /// <summary>Tells all that is wrong with the file's rows.</summary>
    /// <exception cref="ExperimentUsageException">Something is.</exception>
    public void ThrowIfWrong() => Errors.ThrowIfAny();

    /// <summary>The place of a column.</summary>
    /// <param name="key">The spec's key that names it, for the message.</param>
    /// <param name="name">The column's name.</param>
    /// <exception cref="ExperimentUsageException">There is none.</exception>
    public int ColumnOf(string key, string name)
    {
        for (int column = 0; column < Columns.Count; column++)
        {
            if (Columns[column] == name || (IsPlain && name == "1"))
            {
                return column;
            }
        }

        // Without rows the file says what is wrong with itself.
        ThrowIfWrong();
        var near = NearestNames.Of(name, Columns, 1);
        throw new ExperimentUsageException(
            $"{key}: {Name} has no column '{name}'{(near.Length > 0 ? $"; did you mean '{near[0]}'?" : ".")} Its columns are {string.Join(", ", Columns)}.");
    }

    /// <summary>The value of a column, or null, which is noted as an error.</summary>
    internal string? ValueOf(TextRow row, int column)
    {
        if (row[column] is not { } value)
        {
            Errors.Add(row.Line, $"the row has no '{Columns[column]}'");
            return null;
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            Errors.Add(row.Line, $"'{Columns[column]}' is empty");
            return null;
        }

        return value;
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="ExperimentUsageException">It cannot be read.</exception>
    internal static byte[] BytesOf(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExperimentUsageException(
                Directory.Exists(path) ? $"{path} is a folder; name a file." : $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the content of a file that was read before.</summary>
    internal static TextTable Parse(string path, byte[] bytes, bool header, bool whole)
    {
        var name = RowErrors.NameOf(path);
        var errors = new RowErrors(name);
        var read = Utf8Lines.Decode(bytes, errors);
        var text = Utf8Lines.WithLineFeeds(read);
        var (columns, rows) = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".tsv" => DelimitedText.Table(DelimitedText.TabSeparated(text), header, errors),
            ".csv" => DelimitedText.Table(DelimitedText.CommaSeparated(text, errors), header, errors),
            ".jsonl" => JsonLines.Table(text, errors),
            ".txt" when whole => ([OnlyColumn], string.IsNullOrWhiteSpace(read) ? [] : [new TextRow(1, [read])]),
            ".txt" => ([OnlyColumn], [.. Utf8Lines.Split(text)
                .Where(static line => !string.IsNullOrWhiteSpace(line.Line))
                .Select(static line => new TextRow(line.Number, [line.Line]))]),
            var ending => throw new ExperimentUsageException(
                $"{name}: texts are read from .tsv, .csv, .jsonl and .txt, not from {(ending.Length == 0 ? "a file without an ending" : ending)}."),
        };
        if (rows.Count == 0 && !errors.IsAny)
        {
            errors.Add(0, "the file has no rows");
        }

        return new TextTable(name, errors, columns, rows);
    }
}
