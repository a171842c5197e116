namespace DslExperiments.Specs;

/// <summary>The lengths of a text's lines, for keeping positions inside the text.</summary>
internal sealed class LineMap
{
    private readonly List<int> lengths = new();

    /// <summary>Lines end where the C# compiler thinks they do: CR LF, LF, CR, NEL, LS, PS.</summary>
    public LineMap(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029')
            {
                lengths.Add(i - start);
                if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                {
                    i++;
                }

                start = i + 1;
            }
        }

        lengths.Add(text.Length - start);
    }

    /// <summary>A span moved into the text where it reaches out of it.</summary>
    public SpecSpan Clamp(string path, long startLine, long startColumn, long endLine, long endColumn)
    {
        (int fromLine, int fromColumn) = Clamp(startLine, startColumn);
        (int toLine, int toColumn) = Clamp(endLine, endColumn);
        bool backwards = toLine < fromLine || (toLine == fromLine && toColumn < fromColumn);
        return backwards
            ? new SpecSpan(path, fromLine, fromColumn, fromLine, fromColumn)
            : new SpecSpan(path, fromLine, fromColumn, toLine, toColumn);
    }

    private (int Line, int Column) Clamp(long line, long column)
    {
        if (line < 1)
        {
            return (1, 1);
        }

        if (line > lengths.Count)
        {
            return (lengths.Count, lengths[lengths.Count - 1] + 1);
        }

        int length = lengths[(int)line - 1];
        return ((int)line, column < 1 ? 1 : (int)Math.Min(column, length + 1));
    }
}
