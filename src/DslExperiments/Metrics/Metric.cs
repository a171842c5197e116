using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary>A named number that is measured on every arm after training.</summary>
public abstract class Metric
{
    /// <summary>The name in specs: <c>train.mse</c>.</summary>
    public abstract string Name { get; }

    /// <summary>True when a value is made of all arms that differ in their seed alone: these then stand in one cohort.</summary>
    public virtual bool ComparesSeeds => false;

    /// <summary>Measures all arms of a cohort at once.</summary>
    /// <returns>One value per arm in stacking order, [A]; NaN where the metric does not apply to the arm.</returns>
    public abstract double[] Measure(TrainedCohort trained);
}

/// <summary>A cohort after its last step, with all that metrics read.</summary>
public sealed record TrainedCohort(Cohort Cohort, Transformer Backbone, TaskFamily Task, Adapter Adapter)
{
    private double[]? floors;
    private TextEvaluation? texts;

    /// <summary>floor.mse of every arm; solved once, whichever metrics ask for it.</summary>
    internal double[] Floors => floors ??= Metrics.PromptFloor.Of(this);

    /// <summary>What the arms make of the task's texts; computed once, whichever metrics ask for it.</summary>
    internal TextEvaluation Texts => texts ??= new TextEvaluation(this);

    /// <summary>The task, for metrics that the spec compiler allows on vectors only.</summary>
    internal VectorTask Vectors => (VectorTask)Task;

    /// <summary>The task, for metrics that the spec compiler allows on tokens only.</summary>
    internal TokenTask Tokens => (TokenTask)Task;
}
