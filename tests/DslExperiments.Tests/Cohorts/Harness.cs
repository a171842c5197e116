using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Tests.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>An arm of a test; its number keeps otherwise equal arms apart.</summary>
public sealed record TestArm(string Name, int Number, int Seed) : ExperimentArm(Seed)
{
    public override string Method => Name;

    public override ImmutableArray<Setting> Settings => [new("number", Number)];
}

/// <summary>Designs and the training loop that generated experiments have.</summary>
public static class Harness
{
    /// <summary>The backbone of single-layer-limit.</summary>
    public static TransformerOptions SingleLayer { get; } = new()
    {
        Depth = 1,
        Width = 10,
        Heads = 1,
        Attention = new AttentionOptions { Scale = AttentionScale.None, Output = false },
        Mlp = new MlpOptions { Hidden = 32 },
        Norm = Norm.None,
        Dtype = Precision.Float64,
        Init = new BackboneInit { Mlp = new SpectralNorm(0.9486832980505138), Bias = new Normal(0.1) },
    };

    public static ArmDesign Design(
        MethodOptions method, int seed, TransformerOptions? backbone = null, TaskOptions? task = null, TrainingOptions? training = null, int number = 0)
    {
        backbone ??= SingleLayer;
        string name = method switch { PromptOptions => "prompt", PrefixOptions => "prefix", LoraOptions => "lora", FrozenOptions => "frozen", PromptLoraOptions => "prompt_lora", PrefixLoraOptions => "prefix_lora", IaptOptions => "iapt", HardPromptOptions => "hard_prompt", _ => "full" };
        return new ArmDesign(
            new TestArm(name, number, seed), backbone, task ?? new SharedTokenPairOptions(), method,
            training ?? new TrainingOptions { Steps = 50, LearningRate = 0.01 },
            TrainableParameters.Count(method, backbone, (task as LabelledVectorsOptions)?.Classes ?? 0));
    }

    public static CohortPlan PlanOf(params ArmDesign[] designs) => new(0, [.. Enumerable.Range(0, designs.Length)], [.. designs]);

    public static Adapter AdapterOf(Cohort cohort, Transformer backbone, TaskFamily? task = null) => cohort.Method switch
    {
        "prompt" => new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.AdapterSeeds, task),
        "prefix" => new Prefix(cohort.Options<PrefixOptions>(), backbone, cohort.AdapterSeeds, task),
        "lora" => new Lora(cohort.Options<LoraOptions>(), backbone, cohort.AdapterSeeds, task),
        "frozen" => new Frozen(cohort.Options<FrozenOptions>(), backbone, cohort.AdapterSeeds, task),
        "prompt_lora" => new PromptLora(cohort.Options<PromptLoraOptions>(), backbone, cohort.AdapterSeeds, task),
        "hard_prompt" => new HardPrompt(cohort.Options<HardPromptOptions>(), backbone, cohort.AdapterSeeds, task),
        "iapt" => new Iapt(cohort.Options<IaptOptions>(), backbone, cohort.AdapterSeeds, task),
        "prefix_lora" => new PrefixLora(cohort.Options<PrefixLoraOptions>(), backbone, cohort.AdapterSeeds, task),
        _ => new FullTuning(cohort.Options<FullOptions>(), backbone, cohort.AdapterSeeds, task),
    };

    public static TaskFamily TaskOf(TaskOptions options, Transformer backbone, IReadOnlyList<int> seeds) => options switch
    {
        SharedTokenPairOptions shared => new SharedTokenPair(shared, backbone, seeds),
        TeacherPromptOptions teacher => new TeacherPrompt(teacher, backbone, seeds),
        DistinctQueriesOptions distinct => new DistinctQueries(distinct, backbone, seeds),
        CommonTargetOptions common => new CommonTarget(common, backbone, seeds),
        LabelledVectorsOptions labelled => new LabelledVectors(labelled, backbone, seeds),
        SphereRegressionOptions sphere => new SphereRegression(sphere, backbone, seeds),
        _ => throw new NotSupportedException(),
    };

    /// <summary>What a generated harness does.</summary>
    public static void Train(Cohort cohort, IReadOnlyList<Metric>? metrics = null, Action<Adapter>? prepare = null, Action<TrainingStep>? onStep = null)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device);
        var task = TaskOf(cohort.Task, backbone, cohort.Seeds);
        var adapter = AdapterOf(cohort, backbone, task);
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        prepare?.Invoke(adapter);
        var trained = new TrainedCohort(cohort, backbone, task, adapter);
        foreach (var step in cohort.Steps(trained, optimizer, metrics ??= [new TrainMse()]))
        {
            using var stepScope = NewDisposeScope();
            var losses = task.Loss(backbone, adapter, step.Batch);
            step.Descend(losses);
            onStep?.Invoke(step);
        }

        cohort.Finish(trained, metrics);
    }

    /// <summary>Trains designs in the order given, as one cohort.</summary>
    public static CohortOutcome TrainTogether(params ArmDesign[] designs)
    {
        var cohort = new Cohort(PlanOf(designs), new DetachedSession(), CPU);
        Train(cohort);
        return cohort.Outcome!;
    }
}
