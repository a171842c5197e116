using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Constructions;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// Two inputs of a constructed head, and what the head makes of them after an update of its weights (Mondal and Shihab). For
/// <see cref="ValueUpdate"/> the inputs are the tokens <c>(1, 1)</c> and <c>(1, −1)</c>; for <see cref="QueryUpdate"/> the
/// tokens <c>(0, 1), (0, −1), (s, 0)</c> with s = 1 and s = −1, of which the last is read. The same for every seed.
/// </summary>
/// <remarks>
/// A prefix gives every one of these queries the same mass a &gt; 0 and sum of values b: the head's output h becomes
/// <c>(Z h + b) / (Z + a)</c>. So it can shrink what the head writes, but never make it larger, nor tell apart two inputs of one Z h.
/// </remarks>
public sealed class HeadUpdateTask : VectorTask
{
    /// <summary>Computes the targets.</summary>
    /// <exception cref="ArgumentException">The backbone is not the head that the update is for.</exception>
    public HeadUpdateTask(HeadUpdateOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, _ => Inputs(options.Update), [options.Update is QueryUpdate ? 2 : 0])
    {
        TaskSeeds.Check(backbone, seeds);
        if (options.Update is ValueUpdate ? backbone.Options.Construct is not ValueHead : backbone.Options.Construct is not QueryHead)
        {
            throw new ArgumentException($"{options.Update} is not for the head {backbone.Options.Construct}.", nameof(options));
        }

        Targets = Updated(options.Update, backbone);
    }

    /// <inheritdoc/>
    public override Tensor Targets { get; }

    private static Tensor Inputs(HeadUpdate update) => update is QueryUpdate
        ? tensor(new double[] { 0, 1, 0, -1, 1, 0, 0, 1, 0, -1, -1, 0 }, [2, 3, 2], float64)
        : tensor(new double[] { 1, 1, 1, -1 }, [2, 1, 2], float64);

    private Tensor Updated(HeadUpdate update, Transformer backbone)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var updated = new Transformer(
            backbone.Options, backbone.Groups.Seeds, backbone.Device, ConstructedWeights.Same(HeadWeights.After(update)));

        // What a content keeps belongs to one backbone and to this scope.
        return updated.Forward(new Content(Content.Tokens.clone(), Content.Reads), new Unadapted(updated), Batch.All).contiguous().MoveToOuterDisposeScope();
    }
}
