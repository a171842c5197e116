using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// What n sequences with one shared query offer to a prompt, in double arithmetic: the notation of D1 to D3 of the fact
/// sheet for a single layer with one head, without normalisation and positions. Masses are divided by <c>e^Shift</c>.
/// </summary>
internal sealed class SharedQuery
{
    private SharedQuery(Transformer backbone, VectorTask task, int group)
    {
        var options = backbone.Options;
        Width = options.Width;
        Sequences = task.Content.Sequences;
        int length = task.Content.Length, read = task.Content.Reads[0];
        int visible = options.Causal ? read + 1 : length;
        var layer = backbone.Layers[0];
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var tokens = task.Content.Tokens[group].to(float64);
        var query = tokens[0][read];
        Query = query.ToDoubles();
        Targets = task.Targets[group].ToDoubles();

        var kappa = options.ScoreScale() * Matrix(Projection.K).t().mv(Matrix(Projection.Q).mv(query));
        Kappa = kappa.ToDoubles();
        var values = options.Attention.Output ? Matrix(Projection.O).matmul(Matrix(Projection.V)) : Matrix(Projection.V);
        Values = values.ToDoubles();

        var seen = tokens.narrow(1, 0, visible);
        double[] scores = seen.matmul(kappa).ToDoubles();
        double[] mapped = seen.matmul(values.t()).ToDoubles();
        Shift = scores.Max();
        Mass = new double[Sequences];
        Sums = new double[Sequences * Width];
        for (int row = 0; row < scores.Length; row++)
        {
            int sequence = row / visible;
            double weight = Math.Exp(scores[row] - Shift);
            Mass[sequence] += weight;
            for (int i = 0; i < Width; i++)
            {
                Sums[(sequence * Width) + i] += weight * mapped[(row * Width) + i];
            }
        }

        Mlp = new MlpFunction(backbone, 0, group);

        Tensor Matrix(Projection projection) => layer[projection].Matrix[group].to(float64);
    }

    /// <summary>D.</summary>
    public int Width { get; }

    /// <summary>n.</summary>
    public int Sequences { get; }

    /// <summary>x_0, [D].</summary>
    public double[] Query { get; }

    /// <summary>Targets of x_0, [n, D].</summary>
    public double[] Targets { get; }

    /// <summary>Scaled <c>W_kᵀ W_q x_0</c>, [D].</summary>
    public double[] Kappa { get; }

    /// <summary><c>W_o W_v</c>, [D, D].</summary>
    public double[] Values { get; }

    /// <summary>Logarithm of the unit of mass.</summary>
    public double Shift { get; }

    /// <summary>Z_i, [n].</summary>
    public double[] Mass { get; }

    /// <summary>N_i after W_o, [n, D].</summary>
    public double[] Sums { get; }

    /// <summary>The layer's MLP.</summary>
    public MlpFunction Mlp { get; }

    /// <summary>Reads the problem of every seed group; null when the cohort's backbone or task is of another kind.</summary>
    public static SharedQuery[]? Of(TrainedCohort trained)
    {
        var options = trained.Backbone.Options;
        return options is { Depth: 1, Heads: 1, Norm: Norm.None, Positions: Positions.None } && trained.Vectors is SharedTokenPair
            ? [.. Enumerable.Range(0, trained.Backbone.Groups.Count).Select(group => new SharedQuery(trained.Backbone, trained.Vectors, group))]
            : null;
    }
}
