using System.Text;
using DslExperiments.Hosting;

namespace DslExperiments.Text.Data;

/// <summary>A text with columns in it, <c>{column}</c>; <c>{{</c> and <c>}}</c> stand for single braces.</summary>
public sealed class TextTemplate
{
    private readonly List<(string Literal, string? Name)> parts = [];
    private readonly string key;

    /// <summary>Reads a template.</summary>
    /// <param name="key">The spec's key that it stands under, for messages.</param>
    /// <param name="template">The template.</param>
    /// <exception cref="ExperimentUsageException">A brace has no partner, or no column is named.</exception>
    public TextTemplate(string key, string template)
    {
        this.key = key;
        var literal = new StringBuilder();
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            if (c is not ('{' or '}'))
            {
                literal.Append(c);
            }
            else if (i + 1 < template.Length && template[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else
            {
                int end = c == '{' ? template.IndexOfAny(['{', '}'], i + 1) : -1;
                if (end < 0 || template[end] == '{')
                {
                    throw new ExperimentUsageException(
                        $"{key}: the '{c}' at character {SpecText.Of(i + 1)} of '{template}' has no partner; write {{column}} for a column, and {c}{c} for the brace itself.");
                }

                parts.Add((literal.ToString(), template[(i + 1)..end]));
                literal.Clear();
                i = end;
            }
        }

        if (parts.Count == 0)
        {
            throw new ExperimentUsageException($"{key}: '{template}' names no column, so all texts would be the same; write {{column}}.");
        }

        Tail = literal.ToString();
        parts.Add((Tail, null));
    }

    /// <summary>What follows the last column.</summary>
    public string Tail { get; }

    /// <summary>The text of every row of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="names">Names that stand for columns besides the columns' own, and before them.</param>
    /// <returns>Gives the text of a row, or null where a value is missing, which is noted as an error.</returns>
    /// <exception cref="ExperimentUsageException">The table has no such column.</exception>
    internal Func<TextRow, string?> On(TextTable table, params (string Name, string Column)[] names)
    {
        (string Literal, int Column)[] bound = [.. parts.Select(part => (part.Literal, part.Name is { } name ? ColumnOf(name) : -1))];
        return row =>
        {
            var text = new StringBuilder();
            bool whole = true;
            foreach (var (literal, column) in bound)
            {
                text.Append(literal);
                if (column >= 0)
                {
                    var value = table.ValueOf(row, column);
                    whole &= value is not null;
                    text.Append(value);
                }
            }

            return whole ? text.ToString() : null;
        };

        int ColumnOf(string name)
        {
            foreach (var (known, column) in names)
            {
                if (known == name)
                {
                    return table.ColumnOf(key, column);
                }
            }

            return table.ColumnOf(key, name);
        }
    }
}
