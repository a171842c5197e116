using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The learned function <c>(Σ_{i≤6} p_i xⁱ) / (1 + |Σ_{1≤j≤5} q_j xʲ|)</c>, each arm its own. It starts as GELU up to 1.3e-4
/// on [-3, 3]: x / 2, and the even rest by least squares.
/// </summary>
/// <param name="Numerator">p_0 … p_6, [A, 1, 7].</param>
/// <param name="Denominator">q_1 … q_5, [A, 1, 5].</param>
public sealed record RationalActivation(Tensor Numerator, Tensor Denominator)
{
    /// <summary>Numbers per arm.</summary>
    public const int Count = 12;

    /// <summary>p_0 … p_6 at the start.</summary>
    public static IReadOnlyList<double> NumeratorOfGelu { get; } = [0, 0.5, 0.398650114, 0.159385388, 0.061522428, 0.0175968455, 0.002032797];

    /// <summary>q_1 … q_5 at the start.</summary>
    public static IReadOnlyList<double> DenominatorOfGelu { get; } = [0, 0.318770776, 0, 0.035193691, 0];

    /// <summary>The function of every entry of [A, …].</summary>
    public Tensor Of(Tensor x)
    {
        var numerator = Coefficient(Numerator, 6, x);
        for (int i = 5; i >= 0; i--)
        {
            numerator = Coefficient(Numerator, i, x).addcmul(numerator, x, 1);
        }

        var denominator = Coefficient(Denominator, 4, x);
        for (int j = 3; j >= 0; j--)
        {
            denominator = Coefficient(Denominator, j, x).addcmul(denominator, x, 1);
        }

        return numerator / ((denominator * x).abs() + 1);
    }

    /// <summary>The i-th number of every arm, [A, 1, …] with as many axes as <paramref name="x"/>.</summary>
    private static Tensor Coefficient(Tensor all, int i, Tensor x) => all.select(2, i).view([x.shape[0], .. x.shape.Skip(1).Select(static _ => 1L)]);
}
