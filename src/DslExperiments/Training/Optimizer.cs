using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>
/// Updates all arms of a cohort, each with its own rate, decay and clipping, by a few operations on the adapter's flat
/// buffers [A, n]. Arms with equal settings use plain numbers, others tensors [A, 1].
/// </summary>
public abstract class Optimizer
{
    private readonly IReadOnlyList<TrainingOptions> trainings;
    private readonly PerArm clip;
    private readonly bool sameRates;
    private readonly bool sameCourse;
    private readonly Tensor peaks;

    /// <summary>Reads the settings of every arm.</summary>
    protected Optimizer(IReadOnlyList<TrainingOptions> trainings, Adapter adapter)
    {
        if (trainings.Count != adapter.Arms)
        {
            throw new ArgumentException($"{trainings.Count} settings for {adapter.Arms} arms.", nameof(trainings));
        }

        this.trainings = trainings;
        Adapter = adapter;
        clip = PerArm.Of(trainings.Select(t => t.Clip > 0 ? t.Clip : double.PositiveInfinity), adapter.Values);
        sameCourse = trainings.All(t => t.Schedule == trainings[0].Schedule && t.Warmup == trainings[0].Warmup && t.Steps == trainings[0].Steps);
        sameRates = sameCourse && trainings.All(t => t.LearningRate.Equals(trainings[0].LearningRate));
        peaks = tensor(trainings.Select(t => t.LearningRate).ToArray(), float64)
            .to(adapter.Values.dtype, adapter.Values.device).view(-1, 1);
    }

    /// <summary>What determines further updates besides the adapter's values and the number of updates done.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>What is updated.</summary>
    protected Adapter Adapter { get; }

    /// <summary>The optimiser that the arms' settings name; all arms of a cohort have the same kind.</summary>
    public static Optimizer Create(IReadOnlyList<TrainingOptions> trainings, Adapter adapter)
    {
        if (trainings.Any(t => t.Optimizer != trainings[0].Optimizer))
        {
            throw new ArgumentException("The arms of a cohort must use the same kind of optimiser.", nameof(trainings));
        }

        return trainings[0].Optimizer switch
        {
            OptimizerKind.Adam => new Adam(trainings, adapter, decoupled: false),
            OptimizerKind.AdamW => new Adam(trainings, adapter, decoupled: true),
            OptimizerKind.Sgd => new Sgd(trainings, adapter),
            OptimizerKind.Adafactor => new Adafactor(trainings, adapter),
            _ => throw new NotSupportedException($"No update is defined for the optimiser {trainings[0].Optimizer}."),
        };
    }

    /// <summary>Updates the adapter from its gradients, which clipping changes in place.</summary>
    /// <param name="step">Updates done before this one.</param>
    public void Step(int step)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Clip();
        Update(step);
    }

    /// <summary>One update of <see cref="Methods.Adapter.Values"/>, without gradient and inside a scope.</summary>
    protected abstract void Update(int step);

    /// <summary><c>values -= rate · factor · direction</c> with each arm's rate.</summary>
    /// <param name="direction">[A, n].</param>
    /// <param name="step">Updates done before this one.</param>
    /// <param name="factor">A common factor.</param>
    protected void Descend(Tensor direction, int step, double factor = 1)
    {
        if (sameRates)
        {
            Adapter.Values.add_(direction, -LearningRates.At(trainings[0], step) * factor);
        }
        else
        {
            Adapter.Values.addcmul_(direction, Rates(step, out double common), -common * factor);
        }
    }

    /// <summary><c>values -= rate · factor · numerator / denominator</c> with each arm's rate; spends the denominator.</summary>
    protected void DescendRatio(Tensor numerator, Tensor denominator, int step, double factor)
    {
        if (sameRates)
        {
            Adapter.Values.addcdiv_(numerator, denominator, -LearningRates.At(trainings[0], step) * factor);
        }
        else
        {
            // The ratio first, so that an arm's number does not depend on its neighbours' rates.
            Descend(denominator.reciprocal_().mul_(numerator), step, factor);
        }
    }

    /// <summary><c>values *= 1 - rate · decay</c> for decoupled weight decay; nothing when no arm decays.</summary>
    private protected void Shrink(PerArm decay, int step)
    {
        if (decay.IsAll(0))
        {
            return;
        }

        if (sameRates && decay.Column is null)
        {
            Adapter.Values.mul_(1 - (LearningRates.At(trainings[0], step) * decay.First));
            return;
        }

        double[] kept = [.. trainings.Select(t => 1 - (LearningRates.At(t, step) * t.WeightDecay))];
        Adapter.Values.mul_(tensor(kept, float64).to(Adapter.Values.dtype, Adapter.Values.device).view(-1, 1));
    }

    /// <summary>Adds <c>decay · values</c> to the gradients (L2); nothing when no arm decays.</summary>
    private protected void AddPenalty(PerArm decay)
    {
        if (decay.Column is { } column)
        {
            Adapter.Gradients.addcmul_(Adapter.Values, column, 1);
        }
        else if (decay.First != 0)
        {
            Adapter.Gradients.add_(Adapter.Values, decay.First);
        }
    }

    /// <summary>Rates per arm, [A, 1], up to a common factor.</summary>
    private Tensor Rates(int step, out double common)
    {
        if (sameCourse)
        {
            common = LearningRates.Factor(trainings[0], step);
            return peaks;
        }

        common = 1;
        double[] rates = [.. trainings.Select(t => LearningRates.At(t, step))];
        return tensor(rates, float64).to(peaks.dtype, peaks.device).view(-1, 1);
    }

    private void Clip()
    {
        if (clip.IsAll(double.PositiveInfinity))
        {
            return;
        }

        // As PyTorch's clip_grad_norm_, per arm: min(1, clip / (norm + 1e-6)).
        var norm = Adapter.Gradients.norm(1, keepdim: true, p: 2).add_(1e-6).reciprocal_();
        var factor = clip.Column is { } column ? norm.mul_(column) : norm.mul_(clip.First);
        Adapter.Gradients.mul_(factor.clamp_(max: 1));
    }
}
