using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;

namespace DslExperiments;

/// <summary>An arm with all of its settings resolved: what the planner groups and the harness trains.</summary>
public sealed record ArmDesign(
    ExperimentArm Arm,
    TransformerOptions Backbone,
    TaskOptions Task,
    MethodOptions Method,
    TrainingOptions Training,
    long TrainableParameters)
{
    /// <summary>How the backbone was trained before it was frozen, or null when it is as drawn or constructed.</summary>
    public PretrainOptions? Pretrain { get; init; }

    /// <summary>True when there is something to train; the tokens of a prompt that is not searched are numbers, but stay.</summary>
    public bool Trains => TrainableParameters > (Method is HardPromptOptions { Candidates: 0 } prompt ? HardPrompt.Count(prompt) : 0);
}

/// <summary>The resolved settings of one profile; generated experiments derive one record each.</summary>
public abstract record ExperimentSettings<TArm>
    where TArm : ExperimentArm
{
    /// <summary><c>full</c>, or the profile's key in the spec.</summary>
    public required string Profile { get; init; }

    /// <summary>The arms to train, in reporting order.</summary>
    public required System.Collections.Immutable.ImmutableArray<PlannedArm<TArm>> Arms { get; init; }

    /// <summary>How arms are dropped on the way, or null when every arm is trained to its end.</summary>
    public Search.HalvingOptions? Halving { get; init; }

    /// <summary>The settings of one arm: this profile's, with the arm's own values on its axes.</summary>
    public abstract ArmDesign DesignOf(PlannedArm<TArm> planned);
}
