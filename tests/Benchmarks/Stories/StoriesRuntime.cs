using System.Runtime.CompilerServices;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Benchmarks.Stories;

/// <summary>Language modelling on a checkpoint: the harness that the generator emits, without a run folder around it.</summary>
internal static class StoriesRuntime
{
    /// <summary>Sequences per step.</summary>
    public static int Batch { get; private set; } = 8;

    /// <summary>Tokens per sequence.</summary>
    public static int Window { get; private set; } = 64;

    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    /// <summary>The checkpoint's folder.</summary>
    public static string Model { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", "models", "stories260k"));

    /// <summary>Windows of the stories of the sea.</summary>
    public static LanguageModellingOptions Task => new()
    {
        Train = "stories-sea.txt",
        Eval = "stories-sea-test.txt",
        Length = Window,
    };

    /// <summary>Other sizes than 8 windows of 64: <c>8x16</c>.</summary>
    public static void SetSizes(string text)
    {
        (Batch, Window) = text.Split('x') is [var batch, var window] && int.TryParse(batch, out int b) && int.TryParse(window, out int w) && b > 0 && w > 0
            ? (b, w)
            : throw new ArgumentException($"--windows '{text}' is not like 8x64: windows per step, tokens per window.");
    }

    private static SpecFiles Files => new(Path.Combine(Root, "specs", "text", "data"));

    /// <summary>What is missing, or null.</summary>
    public static string? Missing() => Directory.Exists(Model) ? null : $"{Model} does not exist; the benchmark needs that checkpoint.";

    /// <summary>Time per step of one arm, in the planner's cohorts.</summary>
    public static Sample Train(IReadOnlyList<ArmDesign> designs, int workers)
    {
        var plans = CohortPlanner.Plan(designs);
        return TimedCohorts.Together(plans, TimedCohorts.Run(plans, cohort => Train(cohort), workers, Bind), workers) / designs.Count;
    }

    /// <summary>Trains designs and keeps what the last arm of the first cohort starts from, reads and loses.</summary>
    public static StoriesTask Record(IReadOnlyList<ArmDesign> designs, out double[] losses)
    {
        var cohort = Bind(CohortPlanner.Plan(designs)[0], new DetachedSession());
        int arm = cohort.Count - 1;
        StoriesTask? task = null;
        CohortRunner.Run([cohort], each => Train(each, (data, adapter) => task = TaskOf(each, data, adapter, arm)), workers: 1);
        losses = [.. cohort.Curve.Select(step => step.Losses[arm])];
        return task!;
    }

    private static Cohort Bind(CohortPlan plan, ICohortSession session) => new(plan, session, torch.CPU)
    {
        Pretrained = Checkpoint.Open(Model).Weights,
        Files = Files,
        Tokenizer = TokenizerFiles.Open(Model)!,
    };

    private static void Train(Cohort cohort, Action<LanguageModelling, Adapter>? look = null)
    {
        using var scope = torch.NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device, cohort.Pretrained);
        var task = new LanguageModelling(Task, backbone, cohort.Seeds, cohort.Files, cohort.Tokenizer);
        Adapter adapter = cohort.Designs[0].Method switch
        {
            PromptOptions => new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.AdapterSeeds, task),
            PrefixOptions => new Prefix(cohort.Options<PrefixOptions>(), backbone, cohort.AdapterSeeds, task),
            _ => new Lora(cohort.Options<LoraOptions>(), backbone, cohort.AdapterSeeds, task),
        };
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        look?.Invoke(task, adapter);
        foreach (var step in cohort.Steps(adapter, optimizer))
        {
            using var stepScope = torch.NewDisposeScope();
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }
    }

    private static StoriesTask TaskOf(Cohort cohort, LanguageModelling task, Adapter adapter, int arm)
    {
        using var scope = torch.NewDisposeScope();
        int group = new SeedGroups(cohort.Seeds, torch.float32, torch.CPU).GroupOf(arm);
        TokenData[] steps = [.. Enumerable.Range(0, cohort.StepCount).Select(step => task.Train(DslExperiments.Cohorts.Batch.Fresh(step, Batch)))];
        return new StoriesTask(
            adapter.Export(arm).ToDictionary(tensor => tensor.Key, tensor => new StoriesTensor(tensor.Value.shape, [.. tensor.Value.contiguous().data<float>()])),
            [.. steps.Select(step => RowsOf(step.Ids[group]))], [.. steps.Select(step => RowsOf(step.Targets[group]))],
            cohort.Trainings[arm].LearningRate, cohort.StepCount);
    }

    private static long[][] RowsOf(torch.Tensor rows) => [.. rows.contiguous().data<long>().ToArray().Chunk((int)rows.shape[1])];

    private static string ThisFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
