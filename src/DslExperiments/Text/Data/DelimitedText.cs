using System.Text;

namespace DslExperiments.Text.Data;

/// <summary>Rows of fields between separators.</summary>
internal static class DelimitedText
{
    /// <summary>A field per tab, with no quoting; blank lines are none.</summary>
    public static IEnumerable<(int Line, List<string> Fields)> TabSeparated(string text) => Utf8Lines.Split(text)
        .Where(static line => !string.IsNullOrWhiteSpace(line.Line) || line.Line.Contains('\t', StringComparison.Ordinal))
        .Select(static line => (line.Number, line.Line.Split('\t').ToList()));

    /// <summary>
    /// As RFC 4180: a field in double quotes may hold commas, line breaks and, doubled, quotes. A record that is wrong
    /// is noted and left out.
    /// </summary>
    public static List<(int Line, List<string> Fields)> CommaSeparated(string text, RowErrors errors)
    {
        var records = new List<(int, List<string>)>();
        int at = 0, line = 1;
        while (at < text.Length)
        {
            int first = line;
            var fields = new List<string>();
            string? wrong = null;
            for (bool more = true; more;)
            {
                fields.Add(at < text.Length && text[at] == '"' ? Quoted() : Plain());
                if (wrong is not null)
                {
                    break;
                }

                more = at < text.Length && text[at] == ',';
                at += more ? 1 : 0;
            }

            if (wrong is not null)
            {
                errors.Add(first, wrong);
                at = text.IndexOf('\n', Math.Min(at, text.Length)) is >= 0 and var end ? end : text.Length;
            }
            else if (fields is not [var only] || !string.IsNullOrWhiteSpace(only))
            {
                records.Add((first, fields));
            }

            if (at < text.Length)
            {
                at += text[at] == '\r' ? 2 : 1;
                line++;
            }

            string Plain()
            {
                int end = at;
                while (end < text.Length && text[end] is not (',' or '\n') && !IsBreak(end))
                {
                    if (text[end] == '"')
                    {
                        wrong = $"field {SpecText.Of(fields.Count + 1)} has a double quote inside; put the whole field in double quotes and double those inside";
                        break;
                    }

                    end++;
                }

                var field = text[at..end];
                at = end;
                return field;
            }

            string Quoted()
            {
                var field = new StringBuilder();
                for (int next = at + 1; next < text.Length; next++)
                {
                    if (text[next] != '"')
                    {
                        line += text[next] == '\n' ? 1 : 0;
                        field.Append(text[next]);
                    }
                    else if (next + 1 < text.Length && text[next + 1] == '"')
                    {
                        field.Append('"');
                        next++;
                    }
                    else
                    {
                        at = next + 1;
                        if (at < text.Length && text[at] is not (',' or '\n') && !IsBreak(at))
                        {
                            wrong = $"field {SpecText.Of(fields.Count + 1)} goes on after its closing quote; double the quotes inside a field";
                        }

                        return field.ToString();
                    }
                }

                wrong = $"field {SpecText.Of(fields.Count + 1)} begins with a double quote that is never closed";
                at = text.Length;
                return "";
            }
        }

        return records;

        bool IsBreak(int place) => text[place] == '\r' && place + 1 < text.Length && text[place + 1] == '\n';
    }

    /// <summary>The records as rows of columns; those with a wrong number of fields are noted and left out.</summary>
    public static (IReadOnlyList<string> Columns, IReadOnlyList<TextRow> Rows) Table(
        IEnumerable<(int Line, List<string> Fields)> records, bool header, RowErrors errors)
    {
        List<string>? columns = null;
        var rows = new List<TextRow>();
        foreach (var (line, fields) in records)
        {
            if (columns is null)
            {
                columns = header ? fields : [.. Enumerable.Range(1, fields.Count).Select(static number => SpecText.Of(number))];
                if (header)
                {
                    CheckNames(line, fields, errors);
                    continue;
                }
            }

            if (fields.Count != columns.Count)
            {
                errors.Add(line, $"the row has {Fields(fields.Count)}, but {(header ? "the header" : "the first row")} has {SpecText.Of(columns.Count)}");
            }
            else if (!errors.Has(line))
            {
                rows.Add(new TextRow(line, fields));
            }
        }

        return (columns ?? [], rows);
    }

    private static void CheckNames(int line, List<string> names, RowErrors errors)
    {
        foreach (var group in names.GroupBy(static name => name))
        {
            if (string.IsNullOrWhiteSpace(group.Key))
            {
                errors.Add(line, "the header has a column without a name; set header: false if the first line is a row");
            }
            else if (group.Count() > 1)
            {
                errors.Add(line, $"the header names {RowErrors.Quoted(group.Key)} {SpecText.Of(group.Count())} times; set header: false if the first line is a row");
            }
        }
    }

    private static string Fields(int count) => count == 1 ? "1 field" : $"{SpecText.Of(count)} fields";
}
