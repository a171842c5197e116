using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>
/// Updates all arms of a cohort, each with its own rate, decay and clipping, by a few operations on the adapter's flat
/// buffers [A·n]. Arms with equal settings use plain numbers, others a tensor of that shape.
/// </summary>
public abstract class Optimizer
{
    private readonly IReadOnlyList<TrainingOptions> trainings;
    private readonly Tensor armIndex;
    private readonly Tensor? clips;
    private readonly bool sameRates;
    private readonly bool sameCourse;
    private readonly Tensor? peaks;

    /// <summary>Reads the settings of every arm.</summary>
    protected Optimizer(IReadOnlyList<TrainingOptions> trainings, Adapter adapter)
    {
        if (trainings.Count != adapter.Arms)
        {
            throw new ArgumentException($"{trainings.Count} settings for {adapter.Arms} arms.", nameof(trainings));
        }

        this.trainings = trainings;
        Adapter = adapter;
        armIndex = adapter.ArmIndex();
        clips = trainings.All(t => t.Clip == 0) ? null : tensor([.. trainings.Select(t => t.Clip > 0 ? t.Clip : double.PositiveInfinity)], float64)
            .to(adapter.Values.dtype, adapter.Values.device);
        sameCourse = trainings.All(t => t.Schedule == trainings[0].Schedule && t.Warmup == trainings[0].Warmup && t.Steps == trainings[0].Steps);
        sameRates = sameCourse && trainings.All(t => t.LearningRate.Equals(trainings[0].LearningRate));
        peaks = sameCourse && !sameRates ? Spread(t => t.LearningRate) : null;
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

        return adapter is HardPrompt prompt
            ? new TokenSearch(trainings, prompt, prompt.Head is null ? null : OfKind(trainings, prompt))
            : OfKind(trainings, adapter);
    }

    /// <summary>Updates the adapter after a pass; a search also tries other numbers on its batch.</summary>
    /// <param name="step">Updates done before this one.</param>
    /// <param name="batch">The pass's sequences.</param>
    /// <param name="losses">The pass's losses, [A].</param>
    public virtual void Step(int step, Batch batch, Tensor losses) => Step(step);

    private static Optimizer OfKind(IReadOnlyList<TrainingOptions> trainings, Adapter adapter) => trainings[0].Optimizer switch
    {
        OptimizerKind.Adam => new Adam(trainings, adapter, decoupled: false),
        OptimizerKind.AdamW => new Adam(trainings, adapter, decoupled: true),
        OptimizerKind.Sgd => new Sgd(trainings, adapter),
        OptimizerKind.Adafactor => new Adafactor(trainings, adapter),
        _ => throw new NotSupportedException($"No update is defined for the optimiser {trainings[0].Optimizer}."),
    };

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
    /// <param name="direction">[A·n].</param>
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

        if (sameRates && decay.Spread is null)
        {
            Adapter.Values.mul_(1 - (LearningRates.At(trainings[0], step) * decay.First));
            return;
        }

        Adapter.Values.mul_(Spread(t => 1 - (LearningRates.At(t, step) * t.WeightDecay)));
    }

    /// <summary>Adds <c>decay · values</c> to the gradients (L2); nothing when no arm decays.</summary>
    private protected void AddPenalty(PerArm decay)
    {
        if (decay.Spread is { } spread)
        {
            Adapter.Gradients.addcmul_(Adapter.Values, spread, 1);
        }
        else if (decay.First != 0)
        {
            Adapter.Gradients.add_(Adapter.Values, decay.First);
        }
    }

    /// <summary>A number of each arm's settings for each of its trained numbers, [A·n].</summary>
    private protected Tensor Spread(Func<TrainingOptions, double> value) =>
        PerArm.Spreading([.. trainings.Select(value)], armIndex, Adapter.Values.dtype);

    /// <summary>The same as one number where all arms agree.</summary>
    private protected PerArm Setting(Func<TrainingOptions, double> value) =>
        PerArm.Of(trainings.Select(value), armIndex, Adapter.Values.dtype);

    /// <summary>Rates of all trained numbers up to a common factor.</summary>
    private Tensor Rates(int step, out double common)
    {
        common = peaks is null ? 1 : LearningRates.Factor(trainings[0], step);
        return peaks ?? Spread(t => LearningRates.At(t, step));
    }

    private void Clip()
    {
        if (clips is null)
        {
            return;
        }

        // As PyTorch's clip_grad_norm_, per arm: min(1, clip / (norm + 1e-6)).
        Tensor? squares = null;
        foreach (var tensor in Adapter.Tensors)
        {
            var square = tensor.Gradients.square().view(Adapter.Arms, tensor.Size).sum(1);
            squares = squares is null ? square : squares.add_(square);
        }

        var factor = (clips / squares!.sqrt_().add_(1e-6)).clamp_(max: 1);
        Adapter.Gradients.mul_(factor.index_select(0, armIndex));
    }
}
