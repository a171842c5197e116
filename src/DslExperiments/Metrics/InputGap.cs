using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary><c>input_gap</c>: the Frobenius distance of the two sequences of common_target. NaN for other tasks.</summary>
public sealed class InputGap : Metric
{
    /// <inheritdoc/>
    public override string Name => "input_gap";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        if (trained.Task is not CommonTarget task)
        {
            return [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];
        }

        using var scope = NewDisposeScope();
        return trained.Backbone.Groups.PerArm(Of(task.Content.Tokens), trained.Cohort.Count).ToDoubles();
    }

    /// <summary>The distance of the two sequences of [A, 2, T, D]: [A].</summary>
    internal static Tensor Of(Tensor tokens) => CommonTarget.Difference(tokens.to(float64)).square().sum([1, 2]).sqrt();
}
