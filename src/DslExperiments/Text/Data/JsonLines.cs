using System.Text.Json;

namespace DslExperiments.Text.Data;

/// <summary>
/// A JSON object per line. Members of nested objects are columns named <c>outer.inner</c>; a list of values is a column
/// with several; what else a list holds is kept as JSON.
/// </summary>
internal static class JsonLines
{
    /// <summary>The columns in the order in which they appear, and the rows; wrong lines are noted and left out.</summary>
    public static (IReadOnlyList<string> Columns, IReadOnlyList<TextRow> Rows) Table(string text, RowErrors errors)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new List<TextRow>();
        foreach (var (number, line) in Utf8Lines.Split(text))
        {
            if (string.IsNullOrWhiteSpace(line) || errors.Has(number))
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    errors.Add(number, "the line is no JSON object, {\"column\": \"value\", …}");
                    continue;
                }

                rows.Add(RowOf(number, document.RootElement, columns));
            }
            catch (JsonException e)
            {
                var reason = e.Message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
                errors.Add(number, $"invalid JSON at byte {SpecText.Of((e.BytePositionInLine ?? 0) + 1)} of the line: {reason}");
            }
            catch (InvalidOperationException)
            {
                errors.Add(number, "invalid JSON: a text has half of a surrogate pair");
            }
        }

        return ([.. columns.OrderBy(static column => column.Value).Select(static column => column.Key)], rows);
    }

    private static TextRow RowOf(int number, JsonElement line, Dictionary<string, int> columns)
    {
        var values = new Dictionary<int, string?>();
        var lists = new Dictionary<int, IReadOnlyList<string>>();
        Add("", line);
        var row = new string?[values.Count == 0 ? 0 : values.Keys.Max() + 1];
        foreach (var (column, value) in values)
        {
            row[column] = value;
        }

        return new TextRow(number, row, lists.Count == 0 ? null : lists);

        void Add(string prefix, JsonElement parent)
        {
            foreach (var member in parent.EnumerateObject())
            {
                var name = prefix + member.Name;
                if (member.Value.ValueKind == JsonValueKind.Object)
                {
                    Add(name + ".", member.Value);
                    continue;
                }

                if (!columns.TryGetValue(name, out int column))
                {
                    columns.Add(name, column = columns.Count);
                }

                if (member.Value.ValueKind == JsonValueKind.Array)
                {
                    string[] several = [.. member.Value.EnumerateArray().Select(TextOf).OfType<string>()];
                    lists[column] = several;
                    values[column] = several.FirstOrDefault();
                }
                else
                {
                    values[column] = TextOf(member.Value);
                    lists.Remove(column);
                }
            }
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
