using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>Facts about a finished training that a mistake in the harness would break.</summary>
internal static class TrainingChecks
{
    /// <summary>Steps between neighbouring numbers that an update must span before rounding is no excuse for its loss.</summary>
    private const double Spacings = 1024;

    /// <summary>No bit of the backbone changed.</summary>
    public static void FrozenStayedFrozen(Transformer backbone)
    {
        if (!backbone.IsUnchanged())
        {
            throw new InvalidOperationException("The frozen backbone changed during training.");
        }
    }

    /// <summary>
    /// A sentence for every arm that had something to learn and stayed where it was, or has a tensor with a gradient that
    /// did. It may be a mistake, or a finding: attention that saturates has no gradient, and small rates are lost to
    /// rounding. A tensor whose gradient is exactly zero may stay: scores over one key do not depend on W_q.
    /// </summary>
    /// <param name="cohort">The cohort.</param>
    /// <param name="adapter">Its adapter.</param>
    /// <param name="arms">The arms to look at.</param>
    /// <exception cref="InvalidOperationException">
    /// A tensor stayed although its last update alone was far above rounding: it is trained in name only.
    /// </exception>
    public static List<string> ArmsAtRest(Cohort cohort, Adapter adapter, IReadOnlyList<int> arms)
    {
        var atRest = new List<string>();
        if (cohort.StepCount == 0)
        {
            return atRest;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var moved = adapter.Values != adapter.Initial;
        var pulled = adapter.Gradients != 0;
        var perTensor = adapter.Tensors.Select(tensor => (
            tensor.Name, Moved: PerArm(tensor.In(moved), cohort.Count), Pulled: PerArm(tensor.In(pulled), cohort.Count))).ToArray();
        foreach (int arm in arms)
        {
            double loss = cohort.LastLosses.Count > 0 ? cohort.LastLosses[arm] : 0;
            if (cohort.DivergedAt[arm] >= 0 || cohort.StoppedAt[arm] >= 0 || cohort.RestoredFrom[arm] >= 0 || cohort.Trainings[arm].LearningRate == 0 || loss == 0)
            {
                continue;
            }

            string label = cohort.Designs[arm].Arm.Label;
            if (perTensor.FirstOrDefault(tensor => tensor.Pulled[arm] && !tensor.Moved[arm]) is { Name: { } stuck } && MustMove(cohort, adapter, arm, stuck))
            {
                throw new InvalidOperationException(
                    $"{label}: the trained tensor {stuck} has a gradient, its last update is no matter of rounding, and none of its numbers moved in {cohort.StepCount} steps.");
            }

            if (!perTensor.Any(tensor => tensor.Moved[arm]))
            {
                atRest.Add($"{label}: no trained number moved in {cohort.StepCount} steps; its gradient vanished, or its updates are lost to rounding.");
                continue;
            }

            // LoRA's A has no gradient before B moved once.
            foreach (var tensor in cohort.StepCount > 1 ? perTensor : [])
            {
                if (tensor.Pulled[arm] && !tensor.Moved[arm])
                {
                    atRest.Add($"{label}: tensor {tensor.Name} has a gradient but did not move in {cohort.StepCount} steps.");
                }
            }
        }

        return atRest;
    }

    /// <summary>
    /// True when the last update of a tensor spans many times the distance of neighbouring numbers, for any of its numbers.
    /// Tokens move by a search alone, and rows at their cap may be put back to where they were.
    /// </summary>
    private static bool MustMove(Cohort cohort, Adapter adapter, int arm, string name)
    {
        if (adapter is HardPrompt || adapter.HasCaps)
        {
            return false;
        }

        var training = cohort.Trainings[arm];
        var tensor = adapter.Tensors.Single(tensor => tensor.Name == name);
        var (values, pull) = (tensor.In(adapter.Values)[arm], tensor.In(adapter.Gradients)[arm].abs());

        // Adam's update is about the rate where a gradient outweighs epsilon; Adafactor has put its update in place of the gradient.
        var update = training.Optimizer is OptimizerKind.Adam or OptimizerKind.AdamW ? pull / (pull + training.Epsilon) : pull;
        double spacing = Spacings * (values.dtype == float64 ? Math.ScaleB(1, -52) : Math.ScaleB(1, -23));
        return (update * LearningRates.At(training, cohort.StepCount - 1)).gt(values.abs() * spacing).any().item<bool>();
    }

    private static bool[] PerArm(Tensor flags, int arms) => flags.reshape(arms, -1).any(1).cpu().data<bool>().ToArray();
}
