using System.Text;

namespace DslExperiments.Generators.Emit;

/// <summary>Writes C# line by line with LF endings; a text of several lines is indented as a whole.</summary>
internal sealed class SourceWriter
{
    /// <summary>What a line that is broken where it can be should not exceed, indentation apart.</summary>
    public const int MaxLine = 140;

    private const int IndentSize = 4;
    private readonly StringBuilder text = new();

    /// <summary>Depth of the lines to come.</summary>
    public int Indentation { get; set; }

    /// <summary>Writes lines; empty ones stay free of spaces.</summary>
    public void Lines(string lines)
    {
        int start = 0;
        while (start <= lines.Length)
        {
            int end = lines.IndexOf('\n', start);
            end = end < 0 ? lines.Length : end;
            int length = end > start && lines[end - 1] == '\r' ? end - start - 1 : end - start;
            if (length > 0)
            {
                text.Append(' ', Indentation * IndentSize).Append(lines, start, length);
            }

            text.Append('\n');
            start = end + 1;
        }
    }

    /// <summary>Writes an empty line.</summary>
    public void Blank() => text.Append('\n');

    /// <summary>Writes a heading of a part of the file.</summary>
    public void Heading(string title)
    {
        if (text.Length < 2 || text[text.Length - 2] != '{')
        {
            Blank();
        }

        Lines("// " + title + " " + new string('-', 112 - 4 - title.Length));
        Blank();
    }

    /// <summary>Writes lines and an opening brace, and indents what follows.</summary>
    public void Open(string lines, string brace = "{")
    {
        Lines(lines);
        Lines(brace);
        Indentation++;
    }

    /// <summary>Ends what <see cref="Open"/> began.</summary>
    public void Close(string brace = "}")
    {
        Indentation--;
        Lines(brace);
    }

    /// <summary>Writes a list on one line where it fits, else one item per line.</summary>
    /// <param name="start">What stands before it, its bracket included.</param>
    /// <param name="items">The items; commas are added.</param>
    /// <param name="end">What stands behind it, its bracket included.</param>
    public void List(string start, IReadOnlyList<string> items, string end)
    {
        string line = start + string.Join(", ", items) + end;
        if (line.Length <= MaxLine)
        {
            Lines(line);
            return;
        }

        Lines(start);
        Indentation++;
        Lines(string.Join(",\n", items) + end);
        Indentation--;
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();
}
