namespace DslExperiments.Text.Data;

/// <summary>A row of a file.</summary>
/// <param name="line">The line on which it begins, from 1 on.</param>
/// <param name="values">A value per column; null where the row has none.</param>
/// <param name="lists">The values of columns that hold several, by column.</param>
public sealed class TextRow(int line, IReadOnlyList<string?> values, IReadOnlyDictionary<int, IReadOnlyList<string>>? lists = null)
{
    /// <summary>The line on which it begins, from 1 on.</summary>
    public int Line { get; } = line;

    /// <summary>The value of a column, the first one of several; null where the row has none.</summary>
    public string? this[int column] => column < values.Count ? values[column] : null;

    /// <summary>All values of a column.</summary>
    public IReadOnlyList<string> All(int column) =>
        lists?.GetValueOrDefault(column) ?? (this[column] is { } value ? [value] : []);
}
