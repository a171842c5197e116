using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// The floor of D4 of the fact sheet. Let E be the coordinates that no token of <see cref="DistinctQueries"/> has. When
/// W_o W_v keeps content out of E, the attention outputs of the n last tokens are, on E, sums of m projected prompt values
/// each: a matrix of rank at most m. The targets ask for another one, and by Eckart and Young its singular values beyond
/// the m-th are lost.
/// </summary>
internal static class RankFloor
{
    /// <summary>
    /// The singular values of the attention outputs that the targets ask for on E, in falling order, by seed group [G][n];
    /// null when the cohort's backbone or task is of another kind, or content reaches E.
    /// </summary>
    public static double[][]? Of(TrainedCohort trained)
    {
        var (backbone, options) = (trained.Backbone, trained.Backbone.Options);
        if (trained.Task is not DistinctQueries task
            || options is not { Depth: 1, Heads: 1, Norm: Norm.None, Positions: Positions.None, Mlp.Hidden: 0 })
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        long n = task.Options.Sequences, inside = options.Width - n;
        var values = backbone.Layers[0][Projection.V].Matrix.to(float64);
        values = options.Attention.Output ? backbone.Layers[0][Projection.O].Matrix.to(float64).bmm(values) : values;
        var leaked = values.narrow(1, inside, n).narrow(2, 0, inside).abs().amax([0, 1, 2]) + task.Content.Tokens.narrow(3, inside, n).abs().to(float64).amax([0, 1, 2, 3]);
        if (leaked.item<double>() != 0)
        {
            return null;
        }

        var asked = (task.Targets.to(float64) - task.LastTokens.to(float64)).squeeze(2).narrow(2, inside, n);
        return [.. Enumerable.Range(0, backbone.Groups.Count).Select(group => linalg.svdvals(asked[group]).ToDoubles())];
    }

    /// <summary>The smallest mean squared error that m virtual tokens can reach: <c>Σ_{j&gt;m} σ_j² / (n D)</c>.</summary>
    public static double Floor(double[] singularValues, int length, int width) =>
        singularValues.Skip(length).Sum(static sigma => sigma * sigma) / ((double)singularValues.Length * width);
}
