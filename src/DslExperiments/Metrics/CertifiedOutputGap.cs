using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>output_gap.certified</c>: what no virtual tokens within the arm's norm caps can bring output_gap below (D6 of the
/// fact sheet); it never looks at trained values. 0 where a layer is not certified to be contractive, NaN for arms that
/// train no virtual tokens or do not cap their norms (without a cap attention has no Lipschitz constant), and for
/// backbones with bidirectional attention, normalisation or positions.
/// </summary>
/// <remarks>
/// <para>Virtual tokens of a causal backbone never depend on the content. On m content tokens of norm at most D, beside
/// virtual tokens whose scores change by at most s when a query moves by 1 and whose values have norm at most v, a head's
/// output changes by at most <c>|W| sqrt(m) + max(|W| D, v) (max(|M| D, s) + sqrt(m) |M| D)</c> times the change of the
/// content: softmax mixes changed values, and its weights move by the covariance of values and scores. Here W = W_o W_v
/// and M = scale W_kᵀ W_q; for soft prompts, which have the norms of content, it is D6's
/// <c>|W| (sqrt(m) + |M| D² (sqrt(m) + 1))</c>. The constants of heads add up.</para>
/// <para>A layer then keeps at least <c>(1 - L_att)(1 - L_mlp)</c> of a distance, L_mlp = |W_1| |W_2| times the slope of the
/// activation.</para>
/// </remarks>
public sealed class CertifiedOutputGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "output_gap.certified";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        double[] inputs = new InputGap().Measure(trained);
        if (trained.Task is not CommonTarget task
            || trained.Backbone.Options is not { Causal: true, Norm: Norm.None, Positions: Positions.None })
        {
            return [.. inputs.Select(static _ => double.NaN)];
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var layers = new Dictionary<int, LayerNorms[]>();
        var largest = task.Content.Tokens.to(float64).square().sum(-1).amax([1, 2]).sqrt().ToDoubles();
        return [.. inputs.Select((gap, arm) =>
        {
            int group = trained.Backbone.Groups.GroupOf(arm);
            if (!layers.TryGetValue(group, out var norms))
            {
                layers.Add(group, norms = [.. trained.Backbone.Layers.Select(layer => new LayerNorms(trained.Backbone.Options, layer, group))]);
            }

            return gap * KeptShare(norms, trained.Cohort.Designs[arm].Method, task.Content.Length, largest[group]);
        })];
    }

    /// <summary>The share of a distance that every prompt within its caps leaves; NaN without caps.</summary>
    private static double KeptShare(LayerNorms[] layers, MethodOptions method, int tokens, double largest)
    {
        double kept = 1, bound = largest, root = Math.Sqrt(tokens);
        if (method is PromptOptions soft)
        {
            bound = soft.NormCap > 0 ? Math.Max(bound, soft.NormCap) : double.NaN;
        }

        foreach (var layer in layers)
        {
            double attention = 0, added = 0;
            foreach (var head in layer.Heads)
            {
                var (score, value) = VirtualToken(method, head, bound);
                double largestValue = Math.Max(head.Value * bound, value);
                attention += (head.Value * root) + (largestValue * (Math.Max(head.Scores * bound, score) + (root * head.Scores * bound)));
                added += largestValue;
            }

            if (double.IsNaN(attention))
            {
                return double.NaN;
            }

            kept *= Math.Max(0, 1 - attention) * Math.Max(0, 1 - layer.MlpSlope);
            bound = layer.AfterMlp(bound + added);
        }

        return kept;
    }

    /// <summary>The largest score that a virtual token gives a query of norm 1, and the norm of its value.</summary>
    private static (double Score, double Value) VirtualToken(MethodOptions method, HeadNorms head, double bound) => method switch
    {
        PromptOptions => (head.Scores * bound, head.Value * bound),
        PrefixOptions { Form: PrefixForm.BlockInput, NormCap: > 0 and var cap } => (head.Scores * cap, head.Value * cap),
        PrefixOptions { Form: PrefixForm.KeyValue, KeyCap: > 0 and var key, ValueCap: > 0 and var value } => (head.Query * key, head.Output * value),
        _ => (double.NaN, double.NaN),
    };

    /// <summary>Spectral norms of a head.</summary>
    /// <param name="Scores">Of scale W_kᵀ W_q.</param>
    /// <param name="Query">Of scale W_q.</param>
    /// <param name="Value">Of W_o W_v.</param>
    /// <param name="Output">Of W_o; 1 without one.</param>
    private sealed record HeadNorms(double Scores, double Query, double Value, double Output);

    /// <summary>Spectral norms of a layer.</summary>
    private sealed class LayerNorms
    {
        private readonly bool residual = true;
        private readonly double first, firstBias, second, secondBias;

        public LayerNorms(TransformerOptions options, LayerWeights layer, int group)
        {
            long size = options.Width / options.Heads;
            Heads = [.. Enumerable.Range(0, options.Heads).Select(HeadOf)];
            if (layer.Has(Projection.MlpIn))
            {
                residual = options.Mlp.Residual;
                (first, firstBias) = (Norm(Matrix(Projection.MlpIn)), Length(layer[Projection.MlpIn].Bias));
                (second, secondBias) = (Norm(Matrix(Projection.MlpOut)), Length(layer[Projection.MlpOut].Bias));
            }

            // Without the residual nothing keeps two tokens apart.
            MlpSlope = residual ? first * second * Slope(options.Mlp.Activation) : double.PositiveInfinity;

            HeadNorms HeadOf(int head)
            {
                var query = options.ScoreScale() * Rows(Projection.Q);
                var value = Rows(Projection.V);
                var output = options.Attention.Output ? Matrix(Projection.O).narrow(1, head * size, size) : null;
                return new HeadNorms(
                    Norm(Rows(Projection.K).t().matmul(query)), Norm(query), Norm(output?.matmul(value) ?? value), output is null ? 1 : Norm(output));

                Tensor Rows(Projection projection) => Matrix(projection).narrow(0, head * size, size);
            }

            Tensor Matrix(Projection projection) => layer[projection].Matrix[group].to(float64);

            double Length(Tensor? bias) => bias is null ? 0 : bias[group].to(float64).square().sum().sqrt().item<double>();
        }

        /// <summary>The heads.</summary>
        public HeadNorms[] Heads { get; }

        /// <summary>L_mlp.</summary>
        public double MlpSlope { get; }

        /// <summary>The norm of a token after the MLP, from its norm before; activations never exceed their argument.</summary>
        public double AfterMlp(double norm) => (residual ? norm : 0) + (second * ((first * norm) + firstBias)) + secondBias;

        private static double Norm(Tensor matrix) => linalg.svdvals(matrix).amax(0).item<double>();

        /// <summary>The largest slope: gelu's at x = sqrt 2, silu's near x = 2.4, both rounded up.</summary>
        private static double Slope(Activation activation) => activation switch
        {
            Activation.Relu or Activation.Tanh => 1,
            Activation.Gelu => 1.1290,
            Activation.Silu => 1.0999,
            _ => double.PositiveInfinity,
        };
    }
}
