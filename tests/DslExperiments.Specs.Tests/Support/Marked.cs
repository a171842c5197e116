namespace DslExperiments.Specs.Tests.Support;

/// <summary>A text in which « and » mark where findings are expected.</summary>
public sealed class Marked
{
    private Marked(string text, IReadOnlyList<SpecSpan> spans)
    {
        Text = text;
        Spans = spans;
    }

    public string Text { get; }

    /// <summary>The marked ranges in the order of their starts.</summary>
    public IReadOnlyList<SpecSpan> Spans { get; }

    public static Marked Parse(string marked, string path)
    {
        System.Text.StringBuilder text = new();
        List<SpecSpan> spans = [];
        Stack<int> open = new();
        int line = 1;
        int column = 1;
        foreach (char c in marked)
        {
            switch (c)
            {
                case '«':
                    open.Push(spans.Count);
                    spans.Add(new SpecSpan(path, line, column, line, column));
                    break;
                case '»':
                    int index = open.Pop();
                    spans[index] = spans[index] with { EndLine = line, EndColumn = column };
                    break;
                default:
                    text.Append(c);
                    (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
                    break;
            }
        }

        return new Marked(text.ToString(), spans);
    }
}
