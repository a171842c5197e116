using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// n sequences, each with its own last token, whose targets the frozen backbone itself produces under a hidden prompt: a
/// prompt of the teacher's length can reach loss 0.
/// </summary>
public sealed class TeacherPrompt : VectorTask
{
    /// <summary>Draws tokens and teacher from each seed.</summary>
    public TeacherPrompt(TeacherPromptOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(
            backbone,
            seed => options.Inputs.Draw([options.Sequences * options.Length, backbone.Options.Width], Seeds.Derive(seed, "data/inputs"))
                .view(options.Sequences, options.Length, backbone.Options.Width),
            [options.Length - 1])
    {
        TaskSeeds.Check(backbone, seeds);
        Options = options;
        Targets = TaughtTargets(backbone, Content, options.TeacherLength);
    }

    /// <summary>Shape and distributions.</summary>
    public TeacherPromptOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor Targets { get; }
}
