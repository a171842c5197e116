using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>teacher.mass</c>: the mass <c>Σ exp(q·k(p))</c> of the teacher prompt that made the targets, at the shared query
/// (D1 of the fact sheet); NaN for targets that no teacher made.
/// </summary>
public sealed class TeacherMass : Metric
{
    /// <inheritdoc/>
    public override string Name => "teacher.mass";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        if (trained.Task is not SharedTokenPair { Options.Targets: TeacherTargets teacher } || SharedQuery.Of(trained) is not { } problems)
        {
            return [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];
        }

        var groups = trained.Backbone.Groups;
        double[] masses = [.. problems.Select((problem, group) => MassOf(trained, problem, groups.Seeds[group], teacher.Length))];
        return [.. Enumerable.Range(0, trained.Cohort.Count).Select(arm => masses[groups.GroupOf(arm)])];
    }

    private static double MassOf(TrainedCohort trained, SharedQuery problem, int seed, int length)
    {
        using var scope = NewDisposeScope();
        // In the backbone's own precision, as the teacher was used.
        double[] rows = TaskFamily.TeacherRows(seed, length, problem.Width).to(trained.Backbone.Dtype).ToDoubles();
        return Enumerable.Range(0, length).Sum(row =>
            Math.Exp(Enumerable.Range(0, problem.Width).Sum(column => problem.Kappa[column] * rows[(row * problem.Width) + column])));
    }
}
