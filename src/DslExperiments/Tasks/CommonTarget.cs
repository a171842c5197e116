using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// Two sequences whose tokens, all of them read, should become the same random tokens (D6 of the fact sheet). A network
/// that no prompt keeps from being invertible cannot bring them together.
/// </summary>
public sealed class CommonTarget : VectorTask
{
    /// <summary>Draws tokens and target from each seed.</summary>
    public CommonTarget(CommonTargetOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(
            backbone,
            seed => options.Inputs.Draw([options.Sequences * options.Length, backbone.Options.Width], Seeds.Derive(seed, "data/inputs"))
                .view(options.Sequences, options.Length, backbone.Options.Width),
            [.. Enumerable.Range(0, options.Length)])
    {
        TaskSeeds.Check(backbone, seeds);
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Sequences, 2, nameof(options));
        Options = options;
        Targets = backbone.Groups.Stack(seed => new Normal(1)
            .Draw([1, options.Length, backbone.Options.Width], Seeds.Derive(seed, "data/targets")).expand(options.Sequences, -1, -1));
    }

    /// <summary>Shape, distribution and objective.</summary>
    public CommonTargetOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor Targets { get; }

    /// <inheritdoc/>
    /// <remarks>The gap always compares both sequences, whatever the batch.</remarks>
    public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch) => Options.Objective switch
    {
        CommonTargetObjective.Target => MeanSquaredError(backbone, adapter, batch),
        CommonTargetObjective.Gap => Difference(backbone.Forward(Content, adapter, Batch.All)).square().mean([1, 2]),
        _ => throw new NotSupportedException($"No loss is defined for the objective {Options.Objective}."),
    };

    /// <summary>The first sequence minus the second, of tokens [A, 2, T, D]: [A, T, D].</summary>
    internal static Tensor Difference(Tensor tokens) => tokens.select(1, 0) - tokens.select(1, 1);
}
