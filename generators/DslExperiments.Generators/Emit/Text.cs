using System.Text;

namespace DslExperiments.Generators.Emit;

/// <summary>Text of a spec inside comments.</summary>
internal static class Text
{
    private const int MaxComment = 400;

    /// <summary>For a documentation comment: one line, with XML's characters escaped.</summary>
    public static string Xml(string value) =>
        Comment(value).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>For a <c>//</c> comment: one line of bounded length; what is not <see cref="IsPlain"/> becomes a space.</summary>
    public static string Comment(string value)
    {
        StringBuilder text = new();
        foreach (char c in value)
        {
            if (text.Length == MaxComment)
            {
                text.Append(" …");
                break;
            }

            if (IsPlain(c))
            {
                text.Append(c);
            }
            else if (text.Length > 0 && text[text.Length - 1] != ' ')
            {
                text.Append(' ');
            }
        }

        return text.ToString().TrimEnd(' ');
    }

    /// <summary>
    /// True when a character stands for itself in a source file: it does not end a line, is not invisible, does not reorder
    /// the line on screen, is not half of a surrogate pair. A fixed list, because the Unicode tables of frameworks differ.
    /// </summary>
    public static bool IsPlain(char c) => c switch
    {
        <= '~' => c >= ' ',
        <= '\u00a0' or '\u00ad' => false,                      // C1 controls with NEL, no-break space, soft hyphen
        '\u061c' or '\u115f' or '\u1160' or '\u1680' or '\u180e' or '\u3000' or '\u3164' or '\uffa0' => false,
        >= '\u2000' and <= '\u200f' => false,                  // spaces, zero-width characters, marks of direction
        >= '\u2028' and <= '\u202f' => false,                  // line and paragraph ends, embeddings
        >= '\u205f' and <= '\u206f' => false,
        >= '\ud800' and <= '\uf8ff' => false,                  // surrogates, private use
        '\ufeff' or >= '\ufff0' => false,
        _ => true,
    };
}
