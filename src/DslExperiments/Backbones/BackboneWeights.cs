using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Weights that are given rather than drawn: pretrained or constructed.</summary>
/// <param name="OfSeed">
/// The weights of a seed by <see cref="WeightNames"/>, in any precision; the caller keeps them. A weight that is not among
/// them is drawn, a gain is one; a name or shape that the backbone does not have is an <see cref="ArgumentException"/>.
/// What full tuning of everything exports (<see cref="Methods.Adapter.Export"/>) is such a dictionary.
/// </param>
public sealed record BackboneWeights(Func<int, IReadOnlyDictionary<string, Tensor>> OfSeed)
{
    /// <summary>True when all seeds have the same weights, which then lie in memory once: those of a checkpoint.</summary>
    public bool AreShared { get; init; }
}
