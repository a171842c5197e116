using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>
/// Adam (Kingma and Ba 2015) with L2 decay, or AdamW (Loshchilov and Hutter 2019) with decoupled decay.
/// <c>m = β1 m + (1-β1) g</c>, <c>v = β2 v + (1-β2) g²</c>,
/// <c>x -= rate · (m / (1-β1ᵗ)) / (sqrt(v / (1-β2ᵗ)) + ε)</c>.
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly bool decoupled;
    private readonly PerArm decay;
    private readonly PerArm beta1;
    private readonly PerArm beta2;
    private readonly PerArm epsilon;
    private readonly Tensor mean;
    private readonly Tensor square;

    /// <summary>Starts with zero moments.</summary>
    public Adam(IReadOnlyList<TrainingOptions> trainings, Adapter adapter, bool decoupled)
        : base(trainings, adapter)
    {
        this.decoupled = decoupled;
        decay = Setting(t => t.WeightDecay);
        beta1 = Setting(t => t.Beta1);
        beta2 = Setting(t => t.Beta2);

        // Padding has gradient zero for ever; an epsilon of 0 must not make 0 / 0 of it.
        double smallest = adapter.Values.dtype == float64 ? 1e-300 : 1e-37;
        epsilon = Setting(t => Math.Max(t.Epsilon, smallest));
        mean = zeros_like(adapter.Values);
        square = zeros_like(adapter.Values);
        State = new Dictionary<string, Tensor> { ["mean"] = mean, ["square"] = square };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(int step)
    {
        if (decoupled)
        {
            Shrink(decay, step);
        }
        else
        {
            AddPenalty(decay);
        }

        var gradient = Adapter.Gradients;
        if (beta1.Spread is null && beta2.Spread is null && epsilon.Spread is null)
        {
            // rate · m̂ / (sqrt(v̂) + ε) = (rate · c / (1-β1ᵗ)) · m / (sqrt(v) + c ε) with c = sqrt(1-β2ᵗ):
            // two passes over the buffers less.
            double b1 = beta1.First, b2 = beta2.First;
            double root = Math.Sqrt(1 - Math.Pow(b2, step + 1));
            mean.mul_(b1).add_(gradient, 1 - b1);
            square.mul_(b2).addcmul_(gradient, gradient, 1 - b2);
            DescendRatio(mean, square.sqrt().add_(root * epsilon.First), step, root / (1 - Math.Pow(b1, step + 1)));
            return;
        }

        mean.mul_(Spread(t => t.Beta1)).add_(gradient * Spread(t => 1 - t.Beta1));
        square.mul_(Spread(t => t.Beta2)).addcmul_(gradient * Spread(t => 1 - t.Beta2), gradient, 1);
        var corrected = mean * Spread(t => 1 / (1 - Math.Pow(t.Beta1, step + 1)));
        var denominator = square.sqrt().mul_(Spread(t => 1 / Math.Sqrt(1 - Math.Pow(t.Beta2, step + 1))))
            .add_(epsilon.Spread ?? full(1, epsilon.First, mean.dtype, mean.device));
        DescendRatio(corrected, denominator, step, 1);
    }
}
