using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>The change <c>scale · B A</c> of a weight, for all arms of a cohort.</summary>
/// <param name="Down">Aᵀ, [A, in, R]; columns beyond an arm's rank are zero.</param>
/// <param name="Up">Bᵀ, [A, R, out]; rows beyond an arm's rank are zero.</param>
/// <param name="Scale">The factor when all arms have the same.</param>
/// <param name="Scales">Factors per arm, [A, 1, 1], when they differ; they come on top of <paramref name="Scale"/>.</param>
public sealed record LowRank(Tensor Down, Tensor Up, double Scale, Tensor? Scales)
{
    /// <summary>What <see cref="Down"/> reads of rows [A, M, in] in a training step with dropout; null for the rows themselves.</summary>
    public Func<Tensor, Tensor>? Drop { get; init; }
}

/// <summary>A trained weight of all arms of a cohort.</summary>
/// <param name="Transposed">Wᵀ, [A, in, out].</param>
/// <param name="BiasRow">[A, 1, out], or null.</param>
public sealed record TrainedLinear(Tensor Transposed, Tensor? BiasRow);
