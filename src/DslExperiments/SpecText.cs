using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace DslExperiments;

/// <summary>Values written as a spec writes them, in any culture alike.</summary>
public static class SpecText
{
    /// <summary>What a record's name ends in only to tell C# families apart: <c>TeacherTargets</c> is <c>teacher</c>.</summary>
    private static readonly string[] FamilySuffixes = ["Targets", "Schedule", "Options", "Table", "Network", "Update", "RotaryScaling"];

    /// <summary>A number, bool, text, enum member, function such as <c>teacher(4)</c>, or a list of these.</summary>
    public static string Of(object value) => value switch
    {
        bool b => b ? "true" : "false",
        double d => Of(d),
        float f => Of((double)f),
        string s => s,
        Training.OptimizerKind.AdamW => "adamw",
        Enum e => Words(e.ToString()),
        Backbones.NoConstruction or Backbones.NoTokenizer or Backbones.NoRotaryScaling => "none",
        Backbones.ByteTokens => "bytes",
        Backbones.WordTokens words => $"words({words.Corpus}, {Of(words.Size)})",
        Backbones.TokenizerFile file => $"file({file.Path})",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Of))}]",
        _ => OfRecord(value),
    };

    /// <summary>The shortest text that reads back as the same number: <c>0.1</c>, <c>1e-6</c>, <c>4000</c>.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        return TidyExponent(value.ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>The number to some significant digits, for people.</summary>
    public static string Rounded(double value, int digits = 4) => double.IsFinite(value)
        ? TidyExponent(value.ToString($"G{digits.ToString(CultureInfo.InvariantCulture)}", CultureInfo.InvariantCulture))
        : Of(value);

    /// <summary><c>InverseSqrt</c> as <c>inverse_sqrt</c>.</summary>
    public static string Words(string pascalCase)
    {
        var text = new StringBuilder(pascalCase.Length + 4);
        for (var i = 0; i < pascalCase.Length; i++)
        {
            if (char.IsAsciiLetterUpper(pascalCase[i]) && i > 0 && !char.IsAsciiLetterUpper(pascalCase[i - 1]))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(pascalCase[i]));
        }

        return text.ToString();
    }

    private static string OfRecord(object value)
    {
        var type = value.GetType();
        var name = type.Name;
        var suffix = FamilySuffixes.FirstOrDefault(s => name.Length > s.Length && name.EndsWith(s, StringComparison.Ordinal));
        name = Words(suffix is null ? name : name[..^suffix.Length]);

        var arguments = type.GetConstructors()
            .Select(constructor => constructor.GetParameters())
            .MaxBy(parameters => parameters.Length)!
            .Select(parameter => type.GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance)?.GetValue(value))
            .Select(argument => argument is null ? "~" : Of(argument))
            .ToArray();
        return arguments.Length == 0 ? name : $"{name}({string.Join(", ", arguments)})";
    }

    /// <summary>.NET writes <c>1E-06</c>; a spec writes <c>1e-6</c>.</summary>
    private static string TidyExponent(string text)
    {
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e < 0)
        {
            return text;
        }

        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, e)}e{exponent}");
    }
}
