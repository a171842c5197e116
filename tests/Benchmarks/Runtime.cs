using System.Diagnostics;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Benchmarks;

/// <summary>The harness that the generator emits for the experiment, without a run folder around it.</summary>
internal static class Runtime
{
    /// <summary>Plans and trains designs on one thread: seconds, set-up and train.mse included.</summary>
    public static double Train(IReadOnlyList<ArmDesign> designs)
    {
        Cohort[] cohorts = [.. CohortPlanner.Plan(designs).Select(plan => new Cohort(plan, new DetachedSession(), torch.CPU))];
        var watch = Stopwatch.StartNew();
        CohortRunner.Run(cohorts, Train, workers: 1);
        return watch.Elapsed.TotalSeconds;
    }

    private static void Train(Cohort cohort)
    {
        using var scope = torch.NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device);
        var task = new SharedTokenPair((SharedTokenPairOptions)cohort.Task, backbone, cohort.Seeds);
        Adapter adapter = cohort.Method switch
        {
            "prompt" => new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.Seeds),
            _ => new Lora(cohort.Options<LoraOptions>(), backbone, cohort.Seeds),
        };
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        foreach (var step in cohort.Steps(adapter, optimizer))
        {
            using var stepScope = torch.NewDisposeScope();
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }

        cohort.Finish(new TrainedCohort(cohort, backbone, task, adapter), [new TrainMse()]);
    }
}
