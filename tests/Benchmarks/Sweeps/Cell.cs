using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Training;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>One sweep that is timed: a backbone, a task, a method, and so many arms of four rates and as many seeds as that takes.</summary>
internal sealed record Cell
{
    private static readonly double[] Rates = [1e-3, 3e-3, 1e-2, 3e-2];

    /// <summary>D.</summary>
    public required int Width { get; init; }

    /// <summary>L.</summary>
    public required int Depth { get; init; }

    /// <summary><c>prompt</c>, <c>prefix</c> or <c>lora</c> (on q and v).</summary>
    public required string Method { get; init; }

    /// <summary>Virtual tokens, P, or rank, R.</summary>
    public required int Size { get; init; }

    /// <summary>Arms, A.</summary>
    public required int Arms { get; init; }

    /// <summary>True when tokens see earlier ones only.</summary>
    public bool Causal { get; init; } = true;

    /// <summary>Tokens per sequence, T.</summary>
    public int Tokens { get; init; } = 16;

    /// <summary>Sequences per step, B.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Tokens per sequence that the loss reads, the last ones.</summary>
    public int Reads { get; init; } = 1;

    /// <summary>True when all arms stand on the same weights, as those of a checkpoint; false when each seed draws its own.</summary>
    public bool Shared { get; init; } = true;

    /// <summary>True when every step has the same sequences; false when each has others.</summary>
    public bool Fixed { get; init; }

    /// <summary>True when the last layer of the PyTorch side leaves out what nobody reads.</summary>
    public bool Lean { get; init; }

    /// <summary>Heads, H; 0 for heads of 32.</summary>
    public int Heads { get; init; }

    /// <summary>Precision of everything.</summary>
    public Precision Dtype { get; init; } = Precision.Float32;

    /// <summary>What our passes leave out.</summary>
    public Shortcuts Shortcuts { get; init; } = Shortcuts.All;

    /// <summary>What the cell is called in tables.</summary>
    public string Name =>
        $"{Method} {Size}, width {Width}, depth {Depth}, {(Causal ? "causal" : "bidirectional")}, T {Tokens}, B {Batch}, reads {Reads}, {Arms} arms";

    /// <summary>Layers with normalisation first, heads of 32 and an MLP of four times the width.</summary>
    public TransformerOptions Backbone => new()
    {
        Depth = Depth,
        Width = Width,
        Heads = Heads > 0 ? Heads : Math.Max(1, Width / 32),
        Mlp = new MlpOptions { Hidden = 4 * Width, Activation = Activation.Gelu, Bias = false },
        Causal = Causal,
        Seed = Shared ? 0 : -1,
        Dtype = Dtype,
    };

    /// <summary>Vectors with a target for each token that is read.</summary>
    public SweepTaskOptions Task => new() { Sequences = Fixed ? Batch : 0, Length = Tokens, Reads = Reads };

    private MethodOptions Options => Method switch
    {
        "prompt" => new PromptOptions { Length = Size, Init = new Normal(0.5) },
        "prefix" => new PrefixOptions { Length = Size, Init = new Normal(0.5) },
        _ => new LoraOptions { Rank = Size },
    };

    /// <summary>The arms: every rate with each seed.</summary>
    public ArmDesign[] Designs(int steps, int measureEvery = 0)
    {
        var (options, backbone, task) = (Options, Backbone, Task);
        long trainable = TrainableParameters.Count(options, backbone);
        return [.. from seed in Enumerable.Range(0, (Arms + Rates.Length - 1) / Rates.Length)
                   from rate in Rates.Take(Arms - (seed * Rates.Length))
                   select new ArmDesign(
                       new Point(rate, seed), backbone, task, options,
                       new TrainingOptions { LearningRate = rate, Steps = steps, Batch = Batch, MeasureEvery = measureEvery > 0 ? measureEvery : steps },
                       trainable)];
    }

    /// <summary>A point of the sweep.</summary>
    private sealed record Point(double Rate, int Seed) : ExperimentArm(Seed)
    {
        public override string Method => "sweep";

        public override System.Collections.Immutable.ImmutableArray<Setting> Settings => [new("learning_rate", Rate)];
    }
}
