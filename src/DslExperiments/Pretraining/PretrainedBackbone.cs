using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Pretraining;

/// <summary>A backbone that a stage has trained.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Weights">Its weights by name, on the CPU.</param>
/// <param name="FinalLoss">The loss of the last pass.</param>
internal sealed record PretrainedBackbone(PretrainStage Stage, IReadOnlyDictionary<string, Tensor> Weights, double FinalLoss) : IDisposable
{
    /// <summary>SHA-256 over names, shapes and bits of all weights, lower-case hex.</summary>
    public string ContentHash => field ??= CohortCheckpoint.ContentHash(ToSafe(), []);

    /// <summary>What a run's manifest says of it.</summary>
    public PretrainedEntry Entry => new(Stage.Seed, Stage.Hash, ContentHash, FinalLoss);

    /// <summary>The weights as bytes.</summary>
    public SafeTensor[] ToSafe() => [.. Weights.Select(static pair => TensorBytes.ToSafe(pair.Key, pair.Value))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Weights.Values)
        {
            tensor.Dispose();
        }
    }
}
