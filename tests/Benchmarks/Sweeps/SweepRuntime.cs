using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>Trains sweeps as the generator's harness does, without a run folder around it.</summary>
internal static class SweepRuntime
{
    /// <summary>Time per step of one arm, in the planner's cohorts.</summary>
    /// <param name="cell">The sweep.</param>
    /// <param name="steps">Steps that are timed.</param>
    /// <param name="workers">Cohorts at a time.</param>
    public static Sample Train(Cell cell, int steps, int workers) => Train(cell, CohortPlanner.Plan(cell.Designs(steps + TimedSession.WarmUp)), workers);

    /// <summary>Time per step of one arm, in the cohorts of any plan.</summary>
    public static Sample Train(Cell cell, IReadOnlyList<CohortPlan> plans, int workers) =>
        TimedCohorts.Together(plans, TimedCohorts.Run(plans, cohort => Train(cell, cohort), workers), workers) / cell.Arms;

    /// <summary>Losses before each step of the arms of the first cohort, [arm][step], and which arms those are.</summary>
    public static (int[] Arms, double[][] Losses) Losses(Cell cell, int steps)
    {
        var plan = CohortPlanner.Plan(cell.Designs(steps, measureEvery: 1))[0];
        var cohort = Detached(plan);
        CohortRunner.Run([cohort], each => Train(cell, each), workers: 1);
        return ([.. plan.Arms], [.. Enumerable.Range(0, plan.Arms.Length).Select(arm => cohort.Curve.Take(steps).Select(step => step.Losses[arm]).ToArray())]);
    }

    /// <summary>Lets someone look at every cohort before its first step.</summary>
    public static void Look(Cell cell, Action<Cohort, Transformer, SweepTask, Adapter> look) => Look(cell, CohortPlanner.Plan(cell.Designs(steps: 1)), look);

    /// <summary>The same for the cohorts of any plan.</summary>
    public static void Look(Cell cell, IReadOnlyList<CohortPlan> plans, Action<Cohort, Transformer, SweepTask, Adapter> look)
    {
        foreach (var cohort in plans.Select(Detached))
        {
            Prepare(cell, cohort, (backbone, task, adapter) => look(cohort, backbone, task, adapter));
        }
    }

    /// <summary>Trains one cohort.</summary>
    public static void Train(Cell cell, Cohort cohort) => Prepare(cell, cohort, (backbone, task, adapter) =>
    {
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        foreach (var step in cohort.Steps(adapter, optimizer))
        {
            using var stepScope = torch.NewDisposeScope();
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }
    });

    private static Cohort Detached(CohortPlan plan) => new(plan, new DetachedSession(), torch.CPU);

    private static void Prepare(Cell cell, Cohort cohort, Action<Transformer, SweepTask, Adapter> then)
    {
        using var scope = torch.NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device) { Shortcuts = cell.Shortcuts };
        var task = new SweepTask(cell.Task, backbone, cell.Batch);
        then(backbone, task, cell.Method switch
        {
            "prompt" => new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.AdapterSeeds, task),
            "prefix" => new Prefix(cohort.Options<PrefixOptions>(), backbone, cohort.AdapterSeeds, task),
            _ => new Lora(cohort.Options<LoraOptions>(), backbone, cohort.AdapterSeeds, task),
        });
    }
}
