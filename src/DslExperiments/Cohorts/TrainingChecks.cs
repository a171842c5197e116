using DslExperiments.Backbones;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>Facts about a finished training that a mistake in the harness would break.</summary>
internal static class TrainingChecks
{
    /// <summary>No bit of the backbone changed.</summary>
    public static void FrozenStayedFrozen(Transformer backbone)
    {
        if (!backbone.IsUnchanged())
        {
            throw new InvalidOperationException("The frozen backbone changed during training.");
        }
    }

    /// <summary>
    /// Every arm that had something to learn moved, and every tensor moved that has a gradient. A tensor whose gradient is
    /// exactly zero may stay: scores over one key do not depend on W_q.
    /// </summary>
    public static void AdaptersMoved(Cohort cohort, Adapter adapter)
    {
        if (cohort.StepCount == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var moved = adapter.Values != adapter.Initial;
        var pulled = adapter.Gradients != 0;
        var perTensor = adapter.Tensors.Select(tensor => (
            tensor.Name, Moved: PerArm(tensor.In(moved), cohort.Count), Pulled: PerArm(tensor.In(pulled), cohort.Count))).ToArray();
        for (int arm = 0; arm < cohort.Count; arm++)
        {
            double loss = cohort.Curve.Count > 0 ? cohort.Curve[^1].Losses[arm] : 0;
            if (cohort.DivergedAt[arm] >= 0 || cohort.Trainings[arm].LearningRate == 0 || loss == 0)
            {
                continue;
            }

            string label = cohort.Designs[arm].Arm.Label;
            if (!perTensor.Any(tensor => tensor.Moved[arm]))
            {
                throw new InvalidOperationException(
                    $"{label}: no trained number moved in {cohort.StepCount} steps; the adapter does not reach the loss, or its gradient vanished.");
            }

            // LoRA's A has no gradient before B moved once.
            foreach (var tensor in cohort.StepCount > 1 ? perTensor : [])
            {
                if (tensor.Pulled[arm] && !tensor.Moved[arm])
                {
                    throw new InvalidOperationException(
                        $"{label}: tensor {tensor.Name} has a gradient but did not move in {cohort.StepCount} steps.");
                }
            }
        }
    }

    private static bool[] PerArm(Tensor flags, int arms) => flags.reshape(arms, -1).any(1).cpu().data<bool>().ToArray();
}
