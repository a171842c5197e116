using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Constructions;

/// <summary>
/// The heads of the exact compile tests (Mondal and Shihab). Width 2: a query is its first number, the head writes into the
/// second coordinate; the other rows are 0.
/// </summary>
internal static class HeadWeights
{
    /// <summary><c>W_q = [1 0]</c>, <c>W_k = 0</c>, <c>W_v = [0 1 + gain]</c>.</summary>
    public static Dictionary<string, Tensor> Value(double gain = 0) => Of(query: 1, key: 0, value: 1 + gain);

    /// <summary><c>W_q = [strength 0]</c>, <c>W_k = W_v = [0 1]</c>.</summary>
    public static Dictionary<string, Tensor> Query(double strength = 0) => Of(query: strength, key: 1, value: 1);

    /// <summary>The weights after an update.</summary>
    public static Dictionary<string, Tensor> After(HeadUpdate update) => update switch
    {
        ValueUpdate value => Value(value.Gain),
        QueryUpdate query => Query(query.Strength),
        _ => throw new NotSupportedException($"No weights are defined for the update {update}."),
    };

    private static Dictionary<string, Tensor> Of(double query, double key, double value) => new()
    {
        [WeightNames.Matrix(0, Projection.Q)] = new double[,] { { query, 0 }, { 0, 0 } }.ToTensor(),
        [WeightNames.Matrix(0, Projection.K)] = new double[,] { { 0, key }, { 0, 0 } }.ToTensor(),
        [WeightNames.Matrix(0, Projection.V)] = new double[,] { { 0, 0 }, { 0, value } }.ToTensor(),
    };
}
