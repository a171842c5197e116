using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// Methods that are trained together: each answers for the places that it adapts, and all of them train in one buffer, under
/// the names that they have alone. At most one of them may have virtual tokens before the content, or in a layer, and at most
/// one may change a weight.
/// </summary>
public abstract class HybridAdapter : Adapter
{
    private IReadOnlyList<Adapter> parts = [];

    /// <summary>Lays out and fills a buffer for all parts.</summary>
    /// <param name="backbone">The backbone that is adapted.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="tensors">The tensors of all parts.</param>
    /// <param name="task">The task, whose classes ask for a head.</param>
    private protected HybridAdapter(
        Transformer backbone, IReadOnlyList<int> seeds, IReadOnlyList<AdapterTensorPlan> tensors, Tasks.TaskFamily? task)
        : base(backbone, seeds, tensors, task)
    {
    }

    /// <inheritdoc/>
    public override PromptRows? Prompt => First(part => part.Prompt);

    /// <inheritdoc/>
    public override bool HasVirtualTokens => parts.Any(part => part.HasVirtualTokens);

    /// <inheritdoc/>
    public override Tensor? Embedding => First(part => part.Embedding);

    /// <inheritdoc/>
    public override Tensor? Unembedding => First(part => part.Unembedding);

    /// <inheritdoc/>
    public override Tensor? PositionTable => First(part => part.PositionTable);

    /// <inheritdoc/>
    public override Tensor? RelativeTable => First(part => part.RelativeTable);

    /// <inheritdoc/>
    public override Tensor? DecoderRelativeTable => First(part => part.DecoderRelativeTable);

    /// <inheritdoc/>
    public override IReadOnlyList<int>? PrefixLengths => First(part => part.PrefixLengths);

    /// <inheritdoc/>
    public override PrefixRows? PrefixOf(int layer) => First(part => part.PrefixOf(layer));

    /// <inheritdoc/>
    public override TrainedLinear? Replacement(int layer, Projection projection) => First(part => part.Replacement(layer, projection));

    /// <inheritdoc/>
    public override LowRank? Change(int layer, Projection projection) => First(part => part.Change(layer, projection));

    /// <inheritdoc/>
    public override Tensor? Gain(int layer, NormPlace place) => First(part => part.Gain(layer, place));

    /// <inheritdoc/>
    public override Tensor? Shift(int layer, NormPlace place) => First(part => part.Shift(layer, place));

    /// <inheritdoc/>
    protected internal override void Prepare()
    {
        foreach (var part in parts)
        {
            part.Prepare();
        }
    }

    /// <inheritdoc/>
    protected internal override void Convert(OrderedDictionary<string, Tensor> exported, int arm)
    {
        foreach (var part in parts)
        {
            part.Convert(exported, arm);
        }
    }

    /// <summary>Names the parts, made in this adapter's <see cref="Adapter.Buffer"/>.</summary>
    private protected void Compose(params IReadOnlyList<Adapter> made) => parts = made;

    private T? First<T>(Func<Adapter, T?> answer)
        where T : class
    {
        foreach (var part in parts)
        {
            if (answer(part) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
