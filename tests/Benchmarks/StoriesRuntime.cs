using System.Diagnostics;
using System.Runtime.CompilerServices;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Benchmarks;

/// <summary>Language modelling on a checkpoint: the harness that the generator emits, without a run folder around it.</summary>
internal static class StoriesRuntime
{
    /// <summary>Sequences per step.</summary>
    public static int Batch { get; private set; } = 8;

    /// <summary>Tokens per sequence.</summary>
    public static int Window { get; private set; } = 64;

    /// <summary>First steps that are not timed.</summary>
    public const int WarmUp = 2;

    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", ".."));

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
        int[] sizes = [.. text.Split('x').Select(int.Parse)];
        (Batch, Window) = (sizes[0], sizes[1]);
    }

    private static SpecFiles Files => new(Path.Combine(Root, "specs", "text", "data"));

    /// <summary>What is missing, or null.</summary>
    public static string? Missing() => Directory.Exists(Model) ? null : $"{Model} does not exist; the benchmark needs that checkpoint.";

    /// <summary>Plans and trains designs on one thread: the time per step of one arm, set-up left out.</summary>
    public static StoriesTime Train(IReadOnlyList<ArmDesign> designs)
    {
        double cpu = 0, wall = 0;
        CohortRunner.Run(Cohorts(designs), cohort => Train(cohort, (_, _) => { }, (seconds, busy) => (wall, cpu) = (wall + seconds, cpu + busy)), workers: 1);
        double timed = (designs[0].Training.Steps - WarmUp) * designs.Count / 1000.0;
        return new(cpu / timed, wall / timed);
    }

    /// <summary>Trains designs and keeps what one of the arms of the first cohort starts from, reads and loses.</summary>
    public static StoriesTask Record(IReadOnlyList<ArmDesign> designs, int arm, out double[] losses)
    {
        var cohort = Cohorts(designs)[0];
        StoriesTask? task = null;
        CohortRunner.Run([cohort], each => Train(each, (data, adapter) => task = TaskOf(each, data, adapter, arm), (_, _) => { }), workers: 1);
        losses = [.. cohort.Curve.Select(step => step.Losses[arm])];
        return task!;
    }

    private static Cohort[] Cohorts(IReadOnlyList<ArmDesign> designs)
    {
        var checkpoint = Checkpoint.Open(Model);
        return [.. CohortPlanner.Plan(designs).Select(plan => new Cohort(plan, new DetachedSession(), torch.CPU)
        {
            Pretrained = checkpoint.Weights,
            Files = Files,
            Tokenizer = TokenizerFiles.Open(Model)!,
        })];
    }

    private static void Train(Cohort cohort, Action<LanguageModelling, Adapter> begin, Action<double, double> end)
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
        begin(task, adapter);
        var watch = new Stopwatch();
        var busy = TimeSpan.Zero;
        foreach (var step in cohort.Steps(adapter, optimizer))
        {
            if (step.Index == WarmUp)
            {
                (watch, busy) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            }

            if (!step.Updates)
            {
                end(watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
            }

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
