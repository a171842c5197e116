using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// n sequences <c>[x_i1 … x_i(T-1), x_0]</c> that end in the same token, with one target each on that token (D1 to D3 of
/// the fact sheet). A prompt changes the shared query's attention only through its mass and its sum of values, so random
/// targets are out of its reach, whatever its length.
/// </summary>
public sealed class SharedTokenPair : VectorTask
{
    /// <summary>Draws tokens and targets from each seed.</summary>
    public SharedTokenPair(SharedTokenPairOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, seed => Inputs(options, seed, backbone.Options.Width), [options.Length - 1])
    {
        TaskSeeds.Check(backbone, seeds);
        Options = options;
        Targets = options.Targets switch
        {
            RandomTargets => backbone.Groups.Stack(seed => new Normal(1).Draw(
                [options.Sequences, 1, backbone.Options.Width], Seeds.Derive(seed, "data/targets"))),
            TeacherTargets teacher => TaughtTargets(backbone, Content, teacher.Length),
            _ => throw new NotSupportedException($"No data is defined for the targets {options.Targets}."),
        };
    }

    /// <summary>Shape and distributions.</summary>
    public SharedTokenPairOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor Targets { get; }

    private static Tensor Inputs(SharedTokenPairOptions options, int seed, int width)
    {
        var own = options.Inputs.Draw([options.Sequences * (options.Length - 1), width], Seeds.Derive(seed, "data/inputs"));
        var shared = options.Inputs.Draw([1, width], Seeds.Derive(seed, "data/shared"));
        return cat([own.view(options.Sequences, options.Length - 1, width), shared.view(1, 1, width).expand(options.Sequences, 1, width)], 1);
    }
}

/// <summary>A task must be made for the same arms as its backbone.</summary>
internal static class TaskSeeds
{
    public static void Check(Transformer backbone, IReadOnlyList<int> seeds)
    {
        if (!backbone.Groups.ArmSeeds.SequenceEqual(seeds))
        {
            throw new ArgumentException("The task and its backbone must be made for the same arms.", nameof(seeds));
        }
    }
}
