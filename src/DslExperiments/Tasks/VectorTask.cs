using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>Sequences of vectors, and a target vector for each token that the loss reads.</summary>
public abstract class VectorTask : TaskFamily
{
    private readonly ConstantStore constants = new();

    /// <summary>Stacks the data of every seed.</summary>
    /// <param name="backbone">The backbone, whose width the tokens have.</param>
    /// <param name="inputs">Tokens of a seed, [N, T, D].</param>
    /// <param name="reads">Positions of the tokens that have a target.</param>
    protected VectorTask(Transformer backbone, Func<int, Tensor> inputs, IReadOnlyList<int> reads)
        : base(backbone)
    {
        Content = new Content(backbone.Groups.Stack(inputs), reads);
    }

    /// <summary>The sequences.</summary>
    public Content Content { get; }

    /// <summary>What the tokens that are read should become, [G, N, reads, D].</summary>
    public abstract Tensor Targets { get; }

    /// <inheritdoc/>
    public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch) => MeanSquaredError(backbone, adapter, batch);

    /// <summary>Mean squared error over the batch's sequences, the tokens that are read and the width; one per arm, [A].</summary>
    public Tensor MeanSquaredError(Transformer backbone, Adapter adapter, Batch batch)
    {
        var outputs = backbone.Forward(Content, adapter, batch);
        return nn.functional.mse_loss(outputs.Widened(), TargetsOf(adapter.Arms, batch).Widened(), nn.Reduction.None).mean([1, 2, 3]);
    }

    /// <summary>The targets of a batch for every arm, [A, B, reads, D].</summary>
    internal Tensor TargetsOf(int arms, Batch batch) => batch.IsAll
        ? constants.Get(new(Stage.Target, 0, arms), () => Backbone.Groups.PerArm(Targets, arms).contiguous())
        : Backbone.Groups.PerArm(batch.Select(Targets), arms);

    /// <summary>
    /// What the frozen backbone makes of the sequences under hidden N(0, 1) prompts, one per seed: [G, N, reads, D].
    /// </summary>
    private protected static Tensor TaughtTargets(Transformer backbone, Content content, int length)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var teacher = TeacherOf(backbone, length);
        return backbone.Forward(content, teacher, Batch.All).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The hidden prompts, one arm per seed group.</summary>
    internal static FixedPrompt TeacherOf(Transformer backbone, int length) => new(
        backbone, [.. backbone.Groups.Seeds.Select(seed => TeacherRows(seed, length, backbone.Options.Width))]);

    /// <summary>The hidden prompt of a seed, [P, D].</summary>
    internal static Tensor TeacherRows(int seed, int length, int width) =>
        new Normal(1).Draw([length, width], Seeds.Derive(seed, "teacher/prompt"));
}
