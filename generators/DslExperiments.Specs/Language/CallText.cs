namespace DslExperiments.Specs;

/// <summary>The parts of <c>name(argument, argument)</c>.</summary>
/// <param name="Name">The word before the parenthesis.</param>
/// <param name="Arguments">The texts between the commas, trimmed.</param>
/// <param name="HasParentheses">True when a parenthesis was opened.</param>
/// <param name="IsWellFormed">True when the name is a word and the parentheses match.</param>
internal sealed record CallText(string Name, string[] Arguments, bool HasParentheses, bool IsWellFormed)
{
    /// <summary>Why it is broken, when YAML itself split the text: inside braces and brackets a comma ends a value.</summary>
    public string FlowHint => HasParentheses && !IsWellFormed
        ? "; inside { } and [ ] YAML splits at commas, so put the call in quotes"
        : "";

    /// <summary>Takes a text apart; never fails.</summary>
    public static CallText Parse(string text)
    {
        text = text.Trim();
        int open = text.IndexOf('(');
        if (open < 0)
        {
            return new CallText(text, Array.Empty<string>(), false, IsWord(text));
        }

        string name = text.Substring(0, open).TrimEnd();
        bool closed = text[text.Length - 1] == ')';
        string inside = text.Substring(open + 1, text.Length - open - (closed ? 2 : 1)).Trim();
        bool nested = inside.IndexOf('(') >= 0 || inside.IndexOf(')') >= 0;
        string[] arguments = inside.Length == 0 ? Array.Empty<string>() : inside.Split(',');
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = arguments[i].Trim();
        }

        return new CallText(name, arguments, true, closed && !nested && IsWord(name));
    }

    private static bool IsWord(string text)
    {
        foreach (char c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-'))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
