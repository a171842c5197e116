using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>Nothing of the backbone is trained: every arm is the backbone as it is, the baseline of all methods.</summary>
public sealed class Frozen(IReadOnlyList<FrozenOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
    : Adapter(backbone, options.Count == seeds.Count ? seeds : throw new ArgumentException("One seed per arm is needed.", nameof(seeds)), [], task);
