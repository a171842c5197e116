using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>Stochastic gradient descent; with momentum <c>b = µ b + g, x -= rate · b</c>, as in PyTorch. L2 decay.</summary>
public sealed class Sgd : Optimizer
{
    private readonly PerArm decay;
    private readonly PerArm momentum;
    private readonly Tensor? velocity;

    /// <summary>Starts with zero velocity.</summary>
    public Sgd(IReadOnlyList<TrainingOptions> trainings, Adapter adapter)
        : base(trainings, adapter)
    {
        decay = Setting(t => t.WeightDecay);
        momentum = Setting(t => t.Momentum);
        velocity = momentum.IsAll(0) ? null : zeros_like(adapter.Values);
        State = velocity is null ? new Dictionary<string, Tensor>() : new Dictionary<string, Tensor> { ["velocity"] = velocity };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(int step)
    {
        AddPenalty(decay);
        if (velocity is null)
        {
            Descend(Adapter.Gradients, step);
            return;
        }

        var kept = momentum.Spread is { } spread ? velocity.mul_(spread) : velocity.mul_(momentum.First);
        Descend(kept.add_(Adapter.Gradients), step);
    }
}
