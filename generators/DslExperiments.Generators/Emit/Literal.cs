using System.Text;
using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>
/// The only way from a value to C# text. Whatever a spec contains, the result is one literal of the value's type, the
/// same under every culture; text cannot end it and become code.
/// </summary>
internal static class Literal
{
    /// <summary>A string, or <c>null</c>.</summary>
    public static string Of(string? value)
    {
        if (value is null)
        {
            return "null";
        }

        StringBuilder text = new(value.Length + 2);
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append(@"\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                default:
                    if (Text.IsPlain(c))
                    {
                        text.Append(c);
                    }
                    else
                    {
                        text.Append("\\u").Append(Hex(c));
                    }

                    break;
            }
        }

        return text.Append('"').ToString();
    }

    /// <summary>
    /// A string that people read in the generated file: a raw literal, one line of text per line, without indentation.
    /// Text with characters that a raw literal cannot hold is written by <see cref="Of(string)"/>.
    /// </summary>
    public static string Raw(string value)
    {
        int quotes = 2;
        int run = 0;
        foreach (char c in value)
        {
            run = c == '"' ? run + 1 : 0;
            quotes = Math.Max(quotes, run);
            if (c != '\n' && !Text.IsPlain(c))
            {
                return Of(value);
            }
        }

        string fence = new('"', quotes + 1);
        return fence + "\n" + value + "\n" + fence;
    }

    /// <summary>A <c>double</c>: the shortest text that reads back as the same number, and never an integer literal.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value))
        {
            return "double.NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
        }

        if (value == 0)
        {
            return BitConverter.DoubleToInt64Bits(value) < 0 ? "-0.0" : "0.0";
        }

        string text = NumberText.Format(value);
        return text.IndexOf('.') < 0 && text.IndexOf('e') < 0 ? text + ".0" : text;
    }

    /// <summary>An integer; with a suffix where it needs one.</summary>
    public static string Of(long value) => NumberText.Format(value) + (value is > int.MaxValue or < int.MinValue ? "L" : "");

    /// <summary>A truth value.</summary>
    public static string Of(bool value) => value ? "true" : "false";

    private static string Hex(char c)
    {
        const string digits = "0123456789abcdef";
        return new string(new[] { digits[c >> 12], digits[(c >> 8) & 15], digits[(c >> 4) & 15], digits[c & 15] });
    }
}
