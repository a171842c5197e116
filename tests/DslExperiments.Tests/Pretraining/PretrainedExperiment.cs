using System.Collections.Immutable;
using System.Diagnostics;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Expectations;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Tests.Hosting;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Tests.Pretraining;

/// <summary>The tiny experiment on a backbone that learned something first, as the generator would write it.</summary>
public sealed class PretrainedExperiment : Experiment<TinyExperiment.Arm, TinyExperiment.Metrics>
{
    /// <summary>What the backbone learns.</summary>
    public PretrainOptions Stage { get; init; } = new()
    {
        Task = new SharedTokenPairOptions { Sequences = 4, Length = 3 },
        Training = new TrainingOptions { Steps = 30, LearningRate = 0.01, MeasureEvery = 10 },
    };

    /// <summary>The experiment's name.</summary>
    public string Name { get; init; } = "pretrained-tiny";

    /// <summary>Called after every step of the backbone.</summary>
    public Action<Cohort, TrainingStep>? OnPretrainStep { get; init; }

    /// <summary>Called after every step of the arms.</summary>
    public Action<Cohort, TrainingStep>? OnStep { get; init; }

    /// <summary>Called with what a seed's pretraining has kept.</summary>
    public Action<Cohort>? OnKept { get; init; }

    public override ExperimentInfo Info => new TinyExperiment().Info with { Name = Name };

    /// <summary>The seeds whose backbones were trained, in the order in which they were finished.</summary>
    public List<int> PretrainedSeeds { get; } = [];

    protected override ImmutableArray<Metric> MetricList { get; } = [new TrainMse()];

    protected override ImmutableArray<Expectation<TinyExperiment.Arm, TinyExperiment.Metrics>> ExpectationList => [];

    protected override ExperimentSettings<TinyExperiment.Arm> SettingsOf(string profile) => profile switch
    {
        "full" => Settings.Of(TinyExperiment.Full, Stage),
        "ci" => Settings.Of(TinyExperiment.Ci, Stage),
        _ => throw UnknownProfile(profile),
    };

    protected override TinyExperiment.Metrics ToMetrics(ReadOnlySpan<double> values) => new(values[0]);

    protected override void Train(Cohort cohort)
    {
        using var scope = torch.NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device, cohort.Pretrained);
        var task = new SharedTokenPair((SharedTokenPairOptions)cohort.Task, backbone, cohort.Seeds);
        Adapter adapter = cohort.Method switch
        {
            "prompt" => new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.Seeds),
            "lora" => new Lora(cohort.Options<LoraOptions>(), backbone, cohort.Seeds),
            _ => throw new UnreachableException(),
        };
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        var trained = new TrainedCohort(cohort, backbone, task, adapter);
        foreach (var step in cohort.Steps(trained, optimizer, MetricList))
        {
            using var stepScope = torch.NewDisposeScope();
            step.Descend(task.Loss(backbone, adapter, step.Batch));
            OnStep?.Invoke(cohort, step);
        }

        cohort.Finish(trained, MetricList);
    }

    protected override void Pretrain(Cohort cohort)
    {
        using (torch.NewDisposeScope())
        {
            var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device);
            var task = new SharedTokenPair((SharedTokenPairOptions)cohort.Task, backbone, cohort.Seeds);
            var weights = new FullTuning(cohort.Options<FullOptions>(), backbone, cohort.Seeds);
            var optimizer = Optimizer.Create(cohort.Trainings, weights);
            foreach (var step in cohort.Steps(weights, optimizer))
            {
                using var stepScope = torch.NewDisposeScope();
                step.Descend(task.Loss(backbone, weights, step.Batch));
                OnPretrainStep?.Invoke(cohort, step);
            }

            cohort.Keep(weights);
        }

        OnKept?.Invoke(cohort);
        lock (PretrainedSeeds)
        {
            PretrainedSeeds.Add(cohort.Seeds[0]);
        }
    }

    private sealed record Settings(TinyExperiment.Settings Tiny, PretrainOptions Stage) : ExperimentSettings<TinyExperiment.Arm>
    {
        public static Settings Of(TinyExperiment.Settings tiny, PretrainOptions stage) =>
            new(tiny, stage) { Profile = tiny.Profile, Arms = tiny.Arms };

        public override ArmDesign DesignOf(PlannedArm<TinyExperiment.Arm> planned) => Tiny.DesignOf(planned) with { Pretrain = Stage };
    }
}
