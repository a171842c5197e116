using System.Globalization;
using System.Numerics;

namespace DslExperiments.Specs;

/// <summary>Numbers to text and back; the same on every machine, whatever its culture and framework.</summary>
public static class NumberText
{
    // The longest number; a longer one has more digits than any double can tell apart.
    private const int MaxLength = 400;

    // So many digits every framework reads exactly.
    private const int ExactDigits = 15;

    private static readonly char[] Exponent = { 'e', 'E' };

    /// <summary>The shortest decimal text that reads back as the same number: <c>0.001</c>, <c>1e-6</c>, <c>4000</c>.</summary>
    /// <param name="value">A finite number.</param>
    public static string Format(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        // Not "R": on .NET Framework, which hosts some compilers, it is neither shortest nor always exact.
        // A number below the normal range has fewer digits than 15, so every length is tried there.
        string text = "";
        for (int digits = Math.Abs(value) < 2.3e-308 ? 1 : 15; digits <= 17; digits++)
        {
            text = value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (TryParse(text, out double again) && again.Equals(value))
            {
                break;
            }
        }

        int exponent = text.IndexOf('E');
        if (exponent < 0)
        {
            return text;
        }

        int power = int.Parse(text.Substring(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return text.Substring(0, exponent) + "e" + power.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A whole number as text.</summary>
    /// <param name="value">The number.</param>
    public static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads a real number in the spellings of YAML 1.2's core schema, with <c>_</c> allowed between digits:
    /// <c>1e-3</c>, <c>1E-3</c>, <c>0.001</c>, <c>.001</c>, <c>5_000</c>. Never infinite; minus zero reads as zero.
    /// </summary>
    /// <param name="text">The text, without spaces around it.</param>
    /// <param name="value">The number, when there is one.</param>
    public static bool TryParse(string text, out double value)
    {
        value = 0;
        int at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        int whole = Digits(text, ref at);
        int fraction = 0;
        if (whole < 0)
        {
            return false;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
        }

        if (fraction < 0 || whole + fraction == 0)
        {
            return false;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
            {
                at++;
            }

            int start = at;
            if (Digits(text, ref at) <= 0 || at - start > 6)
            {
                return false;
            }
        }

        if (at != text.Length)
        {
            return false;
        }

        string plain = text.IndexOf('_') < 0 ? text : text.Replace("_", "");
        if (plain.Length > MaxLength || !double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || double.IsInfinity(value))
        {
            value = 0;
            return false;
        }

        if (value == 0)
        {
            value = 0;
            return !HasNonZeroDigit(plain);
        }

        if (whole + fraction > ExactDigits)
        {
            value = Corrected(plain, value);
        }

        return !double.IsInfinity(value);
    }

    /// <summary>Reads a whole number: decimal (leading zeros do not make it octal), <c>0x1F</c> or <c>0o17</c>, with <c>_</c> allowed between digits.</summary>
    /// <param name="text">The text, without spaces around it.</param>
    /// <param name="value">The number, when there is one.</param>
    public static bool TryParse(string text, out long value)
    {
        value = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        int at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        int radix = 10;
        if (text.Length > at + 2 && text[at] == '0' && text[at + 1] is 'x' or 'o')
        {
            radix = text[at + 1] == 'x' ? 16 : 8;
            at += 2;
        }

        int start = at;
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (c == '_')
            {
                if (at == start || at == text.Length - 1 || text[at - 1] == '_')
                {
                    return false;
                }

                continue;
            }

            int digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'f' => c - 'a' + 10,
                >= 'A' and <= 'F' => c - 'A' + 10,
                _ => 99,
            };
            if (digit >= radix || value > (long.MaxValue - digit) / radix)
            {
                value = 0;
                return false;
            }

            value = (value * radix) + digit;
        }

        value = negative ? -value : value;
        return at > start;
    }

    private static double Corrected(string plain, double guess)
    {
        int exponent = plain.IndexOfAny(Exponent);
        string number = (exponent < 0 ? plain : plain.Substring(0, exponent)).TrimStart('+', '-');
        int power = exponent < 0 ? 0 : int.Parse(plain.Substring(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = number.IndexOf('.');
        if (point >= 0)
        {
            power -= number.Length - point - 1;
            number = number.Remove(point, 1);
        }

        double nearest = NearestDouble.Correct(BigInteger.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture), power, Math.Abs(guess));
        return guess < 0 ? -nearest : nearest;
    }

    /// <summary>Number of digits from <paramref name="at"/> on, or -1 when an underscore does not stand between two of them.</summary>
    private static int Digits(string text, ref int at)
    {
        int count = 0;
        for (; at < text.Length; at++)
        {
            if (text[at] is >= '0' and <= '9')
            {
                count++;
            }
            else if (text[at] != '_')
            {
                break;
            }
            else if (count == 0 || text[at - 1] == '_' || at + 1 == text.Length || text[at + 1] is not (>= '0' and <= '9'))
            {
                return -1;
            }
        }

        return count;
    }

    private static bool HasNonZeroDigit(string text)
    {
        foreach (char c in text)
        {
            if (c is 'e' or 'E')
            {
                return false;
            }

            if (c is >= '1' and <= '9')
            {
                return true;
            }
        }

        return false;
    }
}
