using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// Data made by a class of the user's project. Derive from it, keep a parameterless constructor, and name the class in a
/// spec: <c>task: { family: custom, type: My.Namespace.Family }</c>.
/// </summary>
public abstract class CustomTask
{
    /// <summary>Makes the data of one seed from nothing but its arguments.</summary>
    /// <param name="options">Number and length of the sequences.</param>
    /// <param name="width">Size of a token, D.</param>
    /// <param name="generator">A CPU generator that is seeded for this seed's data.</param>
    public abstract CustomData Make(CustomTaskOptions options, int width, Generator generator);

    /// <summary>Positions of the tokens that have a target; the last token unless a class says otherwise.</summary>
    public virtual IReadOnlyList<int> Reads(CustomTaskOptions options) => [options.Length - 1];
}

/// <summary>The data of one seed, as CPU tensors in any precision.</summary>
/// <param name="Inputs">Tokens, [N, T, D].</param>
/// <param name="Targets">Targets of the tokens that are read, [N, reads, D].</param>
public sealed record CustomData(Tensor Inputs, Tensor Targets);

/// <summary>A <see cref="CustomTask"/> as a task family.</summary>
public sealed class CustomTaskFamily : VectorTask
{
    /// <summary>Makes the data of each seed.</summary>
    public CustomTaskFamily(CustomTaskOptions options, CustomTask task, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, seed => Made(options, task, seed, backbone.Options.Width).Inputs, task.Reads(options))
    {
        TaskSeeds.Check(backbone, seeds);
        Targets = backbone.Groups.Stack(seed => Made(options, task, seed, backbone.Options.Width).Targets);
    }

    /// <inheritdoc/>
    public override Tensor Targets { get; }

    private static CustomData Made(CustomTaskOptions options, CustomTask task, int seed, int width)
    {
        using var generator = new Generator(Seeds.Derive(seed, "data/custom"), CPU);
        var data = task.Make(options, width, generator);
        Check("inputs", data.Inputs, [options.Sequences, options.Length, width]);
        Check("targets", data.Targets, [options.Sequences, task.Reads(options).Count, width]);
        return data;

        void Check(string name, Tensor made, long[] wanted)
        {
            if (!made.shape.SequenceEqual(wanted))
            {
                throw new InvalidOperationException(
                    $"{task.GetType().FullName} made {name} [{string.Join(", ", made.shape)}]; they must be [{string.Join(", ", wanted)}].");
            }
        }
    }
}
