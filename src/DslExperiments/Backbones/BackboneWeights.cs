using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Weights that are given rather than drawn: pretrained or constructed.</summary>
/// <param name="OfSeed">
/// The weights of a seed by <see cref="WeightNames"/>, on the CPU in any precision; the caller keeps them. A weight that is
/// not among them is drawn.
/// </param>
public sealed record BackboneWeights(Func<int, IReadOnlyDictionary<string, Tensor>> OfSeed);
