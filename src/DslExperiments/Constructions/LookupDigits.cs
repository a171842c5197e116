namespace DslExperiments.Constructions;

/// <summary>
/// V digits below V in one number: <c>w = Σ_i (d_i + a) / B^(i+1)</c>, <c>B = V + 1</c>, <c>a = 1 / (2V + 1)</c>. With
/// <c>w_0 = w</c> and <c>w_(i+1) = B w_i − d_i − a</c>, <c>B w_i</c> lies in <c>[d_i + a, d_i + 1 − a]</c> for every tail, so a
/// step at k that rises within <c>k ± a/2</c> is 0 or 1 exactly, and d_i is the sum of the steps at 1 … V − 1.
/// </summary>
internal static class LookupDigits
{
    /// <summary>B.</summary>
    public static double Base(int symbols) => symbols + 1;

    /// <summary>a.</summary>
    public static double Margin(int symbols) => 1.0 / ((2 * symbols) + 1);

    /// <summary>Slope of a step that rises from 0 to 1 within a.</summary>
    public static double Slope(int symbols) => (2 * symbols) + 1;

    /// <summary>The number of V digits.</summary>
    public static double Encode(ReadOnlySpan<int> digits)
    {
        double number = 0;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            number = (number + digits[i] + Margin(digits.Length)) / Base(digits.Length);
        }

        return number;
    }
}
