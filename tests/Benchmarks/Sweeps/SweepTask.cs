using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>Random sequences of vectors with random targets.</summary>
internal sealed record SweepTaskOptions : TaskOptions, IWorkload
{
    /// <inheritdoc/>
    public override int Sequences { get; init; }

    /// <summary>Tokens per sequence, T.</summary>
    public int Length { get; init; }

    /// <summary>Last tokens that the loss reads.</summary>
    public int Reads { get; init; }

    /// <inheritdoc/>
    public override bool Streams => Sequences == 0;

    /// <summary>What the planner counts.</summary>
    Workload IWorkload.Workload => new(Sequences, Length, Reads) { Streams = Streams };
}

/// <summary>
/// <see cref="SweepTaskOptions"/> as a task family. Data are drawn before the first step. Where every step has other
/// sequences, a few batches take turns and nothing is kept of them from one step to the next.
/// </summary>
internal sealed class SweepTask : TaskFamily
{
    /// <summary>Batches that take turns.</summary>
    private const int Turns = 4;

    private readonly int[] reads;
    private readonly Content? kept;

    public SweepTask(SweepTaskOptions options, Transformer backbone, int batch)
        : base(backbone)
    {
        int turns = options.Streams ? Turns : 1, width = backbone.Options.Width;
        reads = [.. Enumerable.Range(options.Length - options.Reads, options.Reads)];
        Inputs = backbone.Groups.Stack(seed => Draw(seed, "inputs", [turns, batch, options.Length, width]));
        Targets = backbone.Groups.Stack(seed => Draw(seed, "targets", [turns, batch, options.Reads, width]));
        kept = options.Streams ? null : new Content(Inputs.select(1, 0), reads);
    }

    /// <summary>[G, batches, B, T, D].</summary>
    public Tensor Inputs { get; }

    /// <summary>[G, batches, B, reads, D].</summary>
    public Tensor Targets { get; }

    /// <inheritdoc/>
    public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch)
    {
        int turn = kept is null ? batch.Step % Turns : 0;
        var outputs = backbone.Forward(kept ?? new Content(Inputs.select(1, turn), reads), adapter, Batch.All);
        var targets = backbone.Groups.PerArm(Targets.select(1, turn), adapter.Arms);
        return nn.functional.mse_loss(outputs, targets, nn.Reduction.None).mean([1, 2, 3]);
    }

    private static Tensor Draw(int seed, string concern, long[] shape)
    {
        using var generator = new Generator(Seeds.Derive(seed, $"data/{concern}"), CPU);
        return randn(shape, float64, generator: generator);
    }
}
