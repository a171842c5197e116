using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// A smooth function of points on the unit sphere of R^D, one token per sequence: the target of x is x + f(x) with
/// <c>f_k(x) = Σ_j a_kj tanh(w_j · x) / sqrt(terms)</c>, a_kj from N(0, 1) and every w_j of the same length. A prefix of one
/// attention head can approximate any such f (Petrov, Torr, Bibi 2024b).
/// </summary>
public sealed class SphereRegression : VectorTask
{
    /// <summary>Draws points and function from each seed.</summary>
    public SphereRegression(SphereRegressionOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, seed => Points(seed, "data/inputs", options.Sequences, backbone.Options.Width), [0])
    {
        TaskSeeds.Check(backbone, seeds);
        Options = options;
        int width = backbone.Options.Width;
        Test = new Content(backbone.Groups.Stack(seed => Points(seed, "data/test", options.TestSequences, width)), [0]);
        Targets = backbone.Groups.Stack(seed => TargetsOf(seed, Points(seed, "data/inputs", options.Sequences, width), options));
        TestTargets = backbone.Groups.Stack(seed => TargetsOf(seed, Points(seed, "data/test", options.TestSequences, width), options));
    }

    /// <summary>Number of points, terms and steepness.</summary>
    public SphereRegressionOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor Targets { get; }

    /// <summary>Points that training never sees.</summary>
    public Content Test { get; }

    /// <summary>What they should become, [G, N, 1, D].</summary>
    public Tensor TestTargets { get; }

    /// <summary>N points uniform on the unit sphere, [N, 1, D]: normalised Gaussians.</summary>
    private static Tensor Points(int seed, string concern, int count, int width) =>
        OnSphere(new Normal(1).Draw([count, 1, width], Seeds.Derive(seed, concern)), 1);

    private static Tensor TargetsOf(int seed, Tensor points, SphereRegressionOptions options)
    {
        long width = points.shape[^1];
        var directions = OnSphere(new Normal(1).Draw([options.Terms, width], Seeds.Derive(seed, "data/directions")), options.Steepness);
        var amplitudes = new Normal(1).Draw([width, options.Terms], Seeds.Derive(seed, "data/amplitudes"));
        return points + (points.matmul(directions.t()).tanh().matmul(amplitudes.t()) / Math.Sqrt(options.Terms));
    }

    private static Tensor OnSphere(Tensor rows, double radius) => rows * (radius / rows.square().sum(-1, keepdim: true).sqrt());
}
