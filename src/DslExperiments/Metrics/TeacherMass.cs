using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>teacher.mass</c>: the attention mass <c>Z_P = Σ exp(s q · W_k p)</c> that the hidden prompt of the targets has at the
/// tokens that are read, in a single layer with one head; the mean over sequences where queries differ. NaN for targets
/// without a teacher.
/// </summary>
public sealed class TeacherMass : Metric
{
    /// <inheritdoc/>
    public override string Name => "teacher.mass";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        int? length = trained.Vectors switch
        {
            SharedTokenPair { Options.Targets: TeacherTargets teacher } => teacher.Length,
            TeacherPrompt teacher => teacher.Options.TeacherLength,
            _ => null,
        };
        if (length is null || trained.Backbone.Options is not { Depth: 1, Heads: 1 })
        {
            return [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();

        // In the backbone's own precision, as the teacher was used.
        var teachers = VectorTask.TeacherOf(trained.Backbone, length.Value);
        double[] masses = trained.Backbone.PromptMass(trained.Vectors.Content, teachers).mean([1, 2]).ToDoubles();
        return [.. Enumerable.Range(0, trained.Cohort.Count).Select(arm => masses[trained.Backbone.Groups.GroupOf(arm)])];
    }
}
