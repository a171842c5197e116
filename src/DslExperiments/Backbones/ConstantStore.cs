using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// Tensors that are computed once, without gradient, and kept as long as the scope in which the store was made.
/// </summary>
internal sealed class ConstantStore
{
    private readonly Dictionary<ConstantKey, Tensor> kept = [];
    private readonly Tensor anchor = empty(0);

    /// <summary>The tensor of a key; computed at the first call.</summary>
    public Tensor Get(ConstantKey key, Func<Tensor> compute)
    {
        if (kept.TryGetValue(key, out var known))
        {
            return known;
        }

        using (NewDisposeScope())
        using (no_grad())
        {
            return kept[key] = compute().MoveToOtherDisposeScope(anchor);
        }
    }
}

/// <summary>Names a constant: what, in which layer, in which variant, for which <see cref="Content.Outline"/>.</summary>
internal readonly record struct ConstantKey(Stage Stage, int Layer, int A = 0, int B = 0, int C = 0, string Outline = "");

/// <summary>What a layer computes on its way, as far as it is kept.</summary>
internal enum Stage
{
    Tokens,
    Lookup,
    Positions,
    Input,
    InputReads,
    Normed,
    NormedReads,
    Queries,
    QueriesOfReads,
    Keys,
    Values,
    QueryProduct,
    KeyProduct,
    ValueProduct,
    LogMass,
    LogMassOfAll,
    Means,
    MeansOfAll,
    MappedMeans,
    Kappa,
    ValueMap,
    Mixed,
    OutputBase,
    Attended,
    MlpInput,
    MlpBase,
    GateBase,
    Hidden,
    Output,
    Mask,
    CausalMask,
    KeyMask,
    Rotation,
    Relative,
    PromptRotation,
    PrefixRotation,
    Reads,
    OwnMask,
    VirtualPositions,
    Target,
    Instruction,
}
