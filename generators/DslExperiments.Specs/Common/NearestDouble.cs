using System.Numerics;

namespace DslExperiments.Specs;

/// <summary>
/// The double nearest to a decimal number, exactly. .NET Framework, which hosts the compiler in some editors, may be
/// off by one in the last bit for numbers of more than 15 digits, and generated code must not depend on that.
/// </summary>
internal static class NearestDouble
{
    private const int MantissaBits = 52;
    private const int MinExponent = -1074;

    /// <summary>The double nearest to <paramref name="digits"/> · 10^<paramref name="power"/>, ties to even.</summary>
    /// <param name="digits">At least 0.</param>
    /// <param name="power">A moderate power of ten.</param>
    /// <param name="guess">The answer, or a double close to it; finite and not negative.</param>
    public static double Correct(BigInteger digits, int power, double guess)
    {
        while (true)
        {
            (long mantissa, int exponent) = Split(guess);
            bool odd = (mantissa & 1) == 1;
            int above = Compare(digits, power, (2 * mantissa) + 1, exponent - 1);
            if (above > 0 || (above == 0 && odd))
            {
                guess = Step(guess, 1);
                continue;
            }

            // Just above a power of two the doubles below are half as far apart.
            bool narrow = mantissa == 1L << MantissaBits && exponent > MinExponent;
            int below = guess == 0
                ? 1
                : narrow
                    ? Compare(digits, power, (4 * mantissa) - 1, exponent - 2)
                    : Compare(digits, power, (2 * mantissa) - 1, exponent - 1);
            if (below < 0 || (below == 0 && odd))
            {
                guess = Step(guess, -1);
                continue;
            }

            return guess;
        }
    }

    /// <summary>The order of digits · 10^power and factor · 2^exponent.</summary>
    private static int Compare(BigInteger digits, int power, long factor, int exponent)
    {
        BigInteger left = digits * BigInteger.Pow(10, Math.Max(power, 0)) << Math.Max(-exponent, 0);
        BigInteger right = factor * BigInteger.Pow(10, Math.Max(-power, 0)) << Math.Max(exponent, 0);
        return left.CompareTo(right);
    }

    /// <summary>A double as mantissa · 2^exponent.</summary>
    private static (long Mantissa, int Exponent) Split(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> MantissaBits) & 0x7ff;
        long fraction = bits & ((1L << MantissaBits) - 1);
        return exponent == 0 ? (fraction, MinExponent) : (fraction | (1L << MantissaBits), exponent - 1075);
    }

    private static double Step(double value, int direction) => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(value) + direction);
}
