using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Expectations;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Results;
using DslExperiments.Tasks;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Tests.Hosting;

/// <summary>An experiment as the generator would write it, small enough to train in a blink.</summary>
public sealed class TinyExperiment : Experiment<TinyExperiment.Arm, TinyExperiment.Metrics>
{
    private const string Spec = """
        summary: Four arms that train for a blink.
        source: { paper: nobody2026, claim: none <at all> }
        backbone:
          kind: transformer
          depth: 1
          width: 4
          heads: 1
          mlp: { hidden: 8, activation: relu }
          norm: none
          dtype: float64
        task: { family: shared_token_pair, sequences: 2, length: 2 }
        methods:
          prompt: { length: [1, 2], init: normal(1), training: { learning_rate: 0.1 } }
          lora: { rank: 1, on: [mlp], training: { learning_rate: 0.01 } }
        training: { optimizer: adam, steps: 40, measure_every: 10 }
        seeds: 0..1
        metrics: [train.mse]
        expect:
          - max(prompt.train.mse) < 1e6
          - min(lora.train.mse) > 1e-12
        profiles:
          ci: { training.steps: 20, seeds: 0..0 }

        """;

    private static readonly PromptOptions PromptSettings = new() { Length = 1, Init = new Normal(1) };
    private static readonly LoraOptions LoraSettings = new() { Rank = 1, On = [Projection.Mlp] };
    private static readonly TrainingOptions Training = new() { Steps = 40, MeasureEvery = 10 };

    public static Settings Full { get; } = new()
    {
        Profile = "full",
        Backbone = new TransformerOptions
        {
            Depth = 1, Width = 4, Heads = 1, Mlp = new MlpOptions { Hidden = 8 }, Norm = Norm.None, Dtype = Precision.Float64,
        },
        Task = new SharedTokenPairOptions(),
        Prompt = PromptSettings,
        PromptTraining = Training with { LearningRate = 0.1 },
        Lora = LoraSettings,
        LoraTraining = Training with { LearningRate = 0.01 },
        Arms =
        [
            new(new Arm.Prompt(1, 0), 4), new(new Arm.Prompt(1, 1), 4), new(new Arm.Prompt(2, 0), 8), new(new Arm.Prompt(2, 1), 8),
            new(new Arm.Lora(0), 24), new(new Arm.Lora(1), 24),
        ],
    };

    public static Settings Ci { get; } = Full with
    {
        Profile = "ci",
        PromptTraining = Full.PromptTraining with { Steps = 20 },
        LoraTraining = Full.LoraTraining with { Steps = 20 },
        Arms = [new(new Arm.Prompt(1, 0), 4), new(new Arm.Prompt(2, 0), 8), new(new Arm.Lora(0), 24)],
    };

    public override ExperimentInfo Info { get; } = new(
        "tiny", "tests", "Four arms that train for a blink.", "nobody2026", "none <at all>", "specs/tests/tiny.yaml", Spec,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Spec))), ["full", "ci"]);

    /// <summary>Called after every step.</summary>
    public Action<Cohort, TrainingStep>? OnStep { get; init; }

    /// <summary>More expectations than the spec's.</summary>
    public ImmutableArray<Expectation<Arm, Metrics>> More { get; init; } = [];

    /// <summary>Other settings than the spec's.</summary>
    public Func<Settings, Settings> Change { get; init; } = static settings => settings;

    /// <summary>The arms whose results were reported.</summary>
    public List<string> Reported { get; } = [];

    protected override ImmutableArray<Metric> MetricList { get; } = [new TrainMse()];

    protected override ImmutableArray<Expectation<Arm, Metrics>> ExpectationList =>
    [
        new("max(prompt.train.mse) < 1e6", static results => Expect.Max(results.Of<Arm.Prompt>().Series(static m => m.TrainMse)) < 1e6),
        new("min(lora.train.mse) > 1e-12", static results => Expect.Min(results.Of<Arm.Lora>().Series(static m => m.TrainMse)) > 1e-12),
        .. More,
    ];

    /// <summary>The registry entry of a new one.</summary>
    public static ExperimentEntry Entry(Func<TinyExperiment>? create = null, string name = "tiny", string folder = "tests") =>
        new(name, folder, "Four arms that train for a blink.", create ?? (() => new TinyExperiment()));

    protected override ExperimentSettings<Arm> SettingsOf(string profile) => profile switch
    {
        "full" => Change(Full),
        "ci" => Change(Ci),
        _ => throw UnknownProfile(profile),
    };

    protected override Metrics ToMetrics(ReadOnlySpan<double> values) => new(values[0]);

    protected override void ArmFinished(ArmResult<Arm, Metrics> result) => Reported.Add(result.Arm.Label);

    protected override void Train(Cohort cohort)
    {
        using var scope = torch.NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device);
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

    public sealed record Settings : ExperimentSettings<Arm>
    {
        public required TransformerOptions Backbone { get; init; }

        public required SharedTokenPairOptions Task { get; init; }

        public required PromptOptions Prompt { get; init; }

        public required TrainingOptions PromptTraining { get; init; }

        public required LoraOptions Lora { get; init; }

        public required TrainingOptions LoraTraining { get; init; }

        public override ArmDesign DesignOf(PlannedArm<Arm> planned) => planned.Arm switch
        {
            Arm.Prompt arm => new(arm, Backbone, Task, Prompt with { Length = arm.Length }, PromptTraining, planned.TrainableParameters),
            Arm.Lora arm => new(arm, Backbone, Task, Lora, LoraTraining, planned.TrainableParameters),
            _ => throw new UnreachableException(),
        };
    }

    public abstract record Arm(int Seed) : ExperimentArm(Seed)
    {
        public sealed record Prompt(int Length, int Seed) : Arm(Seed)
        {
            public override string Method => "prompt";

            public override ImmutableArray<Setting> Settings => [new("length", Length)];
        }

        public sealed record Lora(int Seed) : Arm(Seed)
        {
            public override string Method => "lora";

            public override ImmutableArray<Setting> Settings => [];
        }
    }

    public readonly record struct Metrics(double TrainMse);
}
