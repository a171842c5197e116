using System.Text;

namespace DslExperiments.Specs;

/// <summary>From names of the spec language to C# identifiers; one home, so that spec compiler and generator agree.</summary>
public static class CSharpNames
{
    /// <summary>The longest name that a spec, a folder, a profile or a custom metric may have.</summary>
    public const int MaxLength = 100;

    // Members of generated classes; a class or a property cannot share its name with what surrounds it.
    private static readonly string[] ReservedExperiments =
        { "Arm", "Arms", "Metrics", "Experiment", "Results", "Profiles", "System", "DslExperiments" };

    // Members that every C# record has or that the generated arm adds.
    private static readonly string[] ReservedAxes =
    {
        "Seed", "Arm", "Method", "Metrics", "Index", "Name", "Profile", "TrainableParameters", "Equals", "GetHashCode", "GetType",
        "ToString", "Deconstruct", "Clone", "Finalize", "MemberwiseClone", "EqualityContract", "PrintMembers", "Values",
    };

    /// <summary><c>learning_rate</c>, <c>learning-rate</c> and <c>train.mse</c> in Pascal case: <c>LearningRate</c>, <c>TrainMse</c>.</summary>
    /// <param name="name">Words of letters and digits, parted by <c>_</c>, <c>-</c>, <c>.</c> or <c>/</c>.</param>
    public static string Pascal(string name)
    {
        StringBuilder text = new(name.Length);
        bool upper = true;
        foreach (char c in name)
        {
            if (c is '_' or '-' or '.' or '/')
            {
                upper = true;
            }
            else
            {
                text.Append(upper ? char.ToUpperInvariant(c) : c);
                upper = false;
            }
        }

        return text.ToString();
    }

    /// <summary>As <see cref="Pascal"/>, with the first letter in lower case and keywords escaped: <c>learningRate</c>, <c>@out</c>.</summary>
    /// <param name="name">Words of letters and digits.</param>
    public static string Camel(string name)
    {
        string pascal = Pascal(name);
        string camel = pascal.Length == 0 ? pascal : char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
        return IsKeyword(camel) ? "@" + camel : camel;
    }

    /// <summary>True when <paramref name="name"/> is made of ASCII letters, digits, <c>_</c> and <c>-</c>, begins with a letter, and is short enough.</summary>
    /// <param name="name">The name as written.</param>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > MaxLength || !IsLetter(name[0]))
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!IsLetter(c) && c is not ((>= '0' and <= '9') or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when <paramref name="text"/> is a C# identifier in ASCII and no keyword.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsIdentifier(string text)
    {
        if (text.Length == 0 || !(IsLetter(text[0]) || text[0] == '_') || IsKeyword(text))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!IsLetter(c) && c is not ((>= '0' and <= '9') or '_'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when no experiment may be called so in C#, because a part of its class or a namespace already is.</summary>
    /// <param name="pascal">The name in Pascal case.</param>
    public static bool IsReservedForExperiments(string pascal) => Array.IndexOf(ReservedExperiments, pascal) >= 0;

    /// <summary>True when no axis may be called so in C#, because every arm already has such a member.</summary>
    /// <param name="pascal">The name in Pascal case.</param>
    public static bool IsReservedForAxes(string pascal) => Array.IndexOf(ReservedAxes, pascal) >= 0;

    /// <summary>True for C#'s reserved words.</summary>
    /// <param name="text">The word.</param>
    public static bool IsKeyword(string text) => text switch
    {
        "abstract" or "as" or "base" or "bool" or "break" or "byte" or "case" or "catch" or "char" or "checked" or "class"
            or "const" or "continue" or "decimal" or "default" or "delegate" or "do" or "double" or "else" or "enum" or "event"
            or "explicit" or "extern" or "false" or "finally" or "fixed" or "float" or "for" or "foreach" or "goto" or "if"
            or "implicit" or "in" or "int" or "interface" or "internal" or "is" or "lock" or "long" or "namespace" or "new"
            or "null" or "object" or "operator" or "out" or "override" or "params" or "private" or "protected" or "public"
            or "readonly" or "ref" or "return" or "sbyte" or "sealed" or "short" or "sizeof" or "stackalloc" or "static"
            or "string" or "struct" or "switch" or "this" or "throw" or "true" or "try" or "typeof" or "uint" or "ulong"
            or "unchecked" or "unsafe" or "ushort" or "using" or "virtual" or "void" or "volatile" or "while" => true,
        _ => false,
    };

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');
}
