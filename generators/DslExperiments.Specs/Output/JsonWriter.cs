using System.Text;

namespace DslExperiments.Specs;

/// <summary>Writes indented JSON; just what the schema needs.</summary>
internal sealed class JsonWriter
{
    private readonly StringBuilder text = new();
    private int depth;
    private bool first = true;

    public override string ToString() => text.ToString();

    public JsonWriter Property(string name, string value)
    {
        Name(name);
        Quote(value);
        return this;
    }

    public JsonWriter Property(string name, double value)
    {
        Name(name);
        text.Append(NumberText.Format(value));
        return this;
    }

    public JsonWriter Property(string name, long value)
    {
        Name(name);
        text.Append(NumberText.Format(value));
        return this;
    }

    public JsonWriter Property(string name, bool value)
    {
        Name(name);
        text.Append(value ? "true" : "false");
        return this;
    }

    public JsonWriter Property(string name, IEnumerable<string> values)
    {
        Name(name);
        text.Append('[');
        bool comma = false;
        foreach (string value in values)
        {
            text.Append(comma ? ", " : "");
            comma = true;
            Quote(value);
        }

        text.Append(']');
        return this;
    }

    public JsonWriter Object(string name, Action<JsonWriter> content)
    {
        Name(name);
        return Block('{', '}', content);
    }

    public JsonWriter Array(string name, Action<JsonWriter> content)
    {
        Name(name);
        return Block('[', ']', content);
    }

    /// <summary>An object that has no name: the whole text, or an item of an array.</summary>
    public JsonWriter Item(Action<JsonWriter> content)
    {
        if (depth > 0)
        {
            Separate();
        }

        return Block('{', '}', content);
    }

    private JsonWriter Block(char open, char close, Action<JsonWriter> content)
    {
        text.Append(open);
        depth++;
        first = true;
        content(this);
        depth--;
        if (!first)
        {
            text.Append('\n').Append(' ', 2 * depth);
        }

        first = false;
        text.Append(close);
        return this;
    }

    private void Name(string name)
    {
        Separate();
        Quote(name);
        text.Append(": ");
    }

    private void Separate()
    {
        text.Append(first ? "\n" : ",\n").Append(' ', 2 * depth);
        first = false;
    }

    private void Quote(string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case < ' ':
                    text.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
