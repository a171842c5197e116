using System.Globalization;
using DslExperiments.Cohorts;
using DslExperiments.Planning;
using DslExperiments.Pretraining;
using Spectre.Console;

namespace DslExperiments.Hosting;

/// <summary>A plan for people.</summary>
internal static class PlanView
{
    /// <summary>Writes a plan.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="request">What was asked for: device, workers, memory.</param>
    /// <param name="stages">The pretraining behind its arms.</param>
    /// <param name="cache">Where pretrained backbones are, or null.</param>
    public static void Write(IAnsiConsole console, ExperimentPlan plan, RunRequest request, IReadOnlyList<PretrainStage> stages, BackboneCache? cache)
    {
        var info = plan.Info;
        console.MarkupLine($"[bold]{Markup.Escape(info.FullName)}[/] ({Markup.Escape(plan.Profile)})");
        console.WriteLine(info.Summary);
        if (info.Paper is not null)
        {
            console.WriteLine($"Source: {info.Paper}{(info.Claim is null ? "" : $", {info.Claim}")}");
        }

        console.WriteLine($"Spec: {info.SpecPath}; profiles {string.Join(", ", info.Profiles)}");
        foreach (var warning in plan.Warnings)
        {
            console.WriteLine(warning);
        }

        console.WriteLine();
        WriteSettings(console, plan);
        WritePretraining(console, stages, cache);
        SearchView.Write(console, plan);
        WriteArms(console, plan);
        WriteCohorts(console, plan, request);
        console.WriteLine($"Metrics: {string.Join(", ", plan.Metrics)}");
        if (!plan.Expectations.IsEmpty)
        {
            console.WriteLine("Expectations:");
            foreach (var expectation in plan.Expectations)
            {
                console.WriteLine($"  {expectation}");
            }
        }
    }

    private static void WriteSettings(IAnsiConsole console, ExperimentPlan plan)
    {
        var first = plan.Designs[0];
        console.WriteLine($"Backbone: {OptionsText.KindOf(first.Backbone)}, {OptionsText.Of(first.Backbone)}");
        console.WriteLine($"Task: {OptionsText.KindOf(first.Task)}, {OptionsText.Of(first.Task)}");
        foreach (var method in plan.Designs.GroupBy(static design => design.Arm.Method))
        {
            var design = method.First();
            console.WriteLine($"Method {method.Key}: {OptionsText.Of(design.Method)}");
            console.WriteLine($"  training: {OptionsText.Of(design.Training)}");
        }

        var swept = plan.Arms.SelectMany(static arm => arm.Settings.Select(static setting => setting.Name)).Distinct().ToArray();
        if (swept.Length > 0)
        {
            console.WriteLine($"Swept ({string.Join(", ", swept)}): above with the first arm's values, below with each arm's.");
        }
    }

    /// <summary>Once per kind of stage: what it is, how long it takes, which seeds are there.</summary>
    private static void WritePretraining(IAnsiConsole console, IReadOnlyList<PretrainStage> stages, BackboneCache? cache)
    {
        foreach (var kind in stages.GroupBy(static stage => (stage.Design.Backbone, stage.Design.Task, stage.Design.Training)))
        {
            var design = kind.First().Design;
            console.WriteLine($"Pretraining of the backbone, once per seed: {OptionsText.KindOf(design.Task)}, {OptionsText.Of(design.Task)}");
            console.WriteLine($"  training: {OptionsText.Of(design.Training)}");
            console.WriteLine(
                $"  {SpecText.Of(design.TrainableParameters)} parameters, {ProgressDisplay.Count(design.Training.Steps, "step")}, ≈ {ProgressDisplay.Duration(CohortTime.Of(kind.First().Plan))} a seed on one core");
            foreach (var (there, state) in (ReadOnlySpan<(bool, string)>)[(true, "trained already"), (false, "to be trained")])
            {
                var seeds = kind.Where(stage => (cache?.Has(stage) ?? false) == there).Select(static stage => SpecText.Of(stage.Seed)).ToArray();
                if (seeds.Length > 0)
                {
                    console.WriteLine($"  {state}: seed {string.Join(", ", seeds)}");
                }
            }
        }
    }

    private static void WriteArms(IAnsiConsole console, ExperimentPlan plan)
    {
        console.WriteLine();
        var leftOut = plan.LeftOut == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {plan.LeftOut} left out");
        console.WriteLine($"{ProgressDisplay.Count(plan.Arms.Length, "arm")}{leftOut}:");
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("arm", "seeds");
        table.AddColumn(new TableColumn("parameters").RightAligned());
        table.AddColumn("shape");
        var groups = plan.Arms.Zip(plan.Designs).GroupBy(static pair => pair.First.Point).ToArray();
        foreach (var group in groups.Take(TableRows.Most))
        {
            table.AddRow(
                Markup.Escape(group.Key),
                string.Join(' ', group.Select(static pair => SpecText.Of(pair.First.Seed))),
                SpecText.Of(group.First().First.TrainableParameters),
                Markup.Escape(AdapterShape.Of(group.First().Second.Method, group.First().Second.Backbone)));
        }

        console.Write(table);
        TableRows.WriteRest(console, groups.Length, "--arm selects among them");
    }

    private static void WriteCohorts(IAnsiConsole console, ExperimentPlan plan, RunRequest request)
    {
        console.WriteLine($"{ProgressDisplay.Count(plan.Cohorts.Length, "cohort")}, each one tensor program:");
        var table = new Table().Border(TableBorder.Simple);
        foreach (var title in (ReadOnlySpan<string>)["cohort", "arms", "padding", "steps", "memory", "one core"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        table.AddColumn("members");
        foreach (var cohort in plan.Cohorts.Take(TableRows.Most))
        {
            table.AddRow(
                SpecText.Of(cohort.Index + 1),
                SpecText.Of(cohort.Arms.Length),
                CohortPlanner.PaddingOf(cohort).ToString("P0", CultureInfo.InvariantCulture),
                SpecText.Of(cohort.Designs[0].Training.Steps),
                MemorySize.Of(CohortMemory.Of(cohort.Designs).Peak),
                $"≈ {ProgressDisplay.Duration(CohortTime.Of(cohort))}",
                Markup.Escape(Members(plan, cohort)));
        }

        console.Write(table);
        TableRows.WriteRest(console, plan.Cohorts.Length, "--arm selects among their arms");
        WriteTotal(console, plan, request);
    }

    /// <summary>All cohorts: what they take one after the other, and what the largest take side by side.</summary>
    private static void WriteTotal(IAnsiConsole console, ExperimentPlan plan, RunRequest request)
    {
        var budget = MemoryBudget.Of(request.Memory, request.Device);
        double[] peaks = [.. plan.Cohorts.Select(static cohort => CohortMemory.Of(cohort.Designs).Peak).OrderDescending()];
        int wanted = Math.Min(request.WantedWorkers, peaks.Length), workers = budget.Workers(plan.Cohorts, wanted);
        console.WriteLine(
            $"Together ≈ {ProgressDisplay.Duration(plan.Cohorts.Sum(CohortTime.Of))} on one core; "
            + $"{SpecText.Of(workers)} at once take up to {MemorySize.Of(peaks.Take(workers).Sum())}{(workers < wanted ? $", more do not fit, as {budget}" : "")}.");
        if (peaks.FirstOrDefault() > budget.Bytes)
        {
            console.WriteLine($"That is too much: {budget}.");
        }

        console.WriteLine();
    }

    /// <summary>The first points of a cohort.</summary>
    private static string Members(ExperimentPlan plan, CohortPlan cohort)
    {
        var points = cohort.Arms.Select(arm => plan.Arms[arm].Point).Distinct().ToArray();
        return string.Join("; ", points.Take(4)) + (points.Length > 4 ? string.Create(CultureInfo.InvariantCulture, $"; {points.Length - 4} more") : "");
    }
}
