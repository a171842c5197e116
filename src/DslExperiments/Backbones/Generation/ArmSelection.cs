using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>
/// Some arms of an adapter in any order, some perhaps more than once, as an adapter that only computes: what reads a batch
/// whose rows belong to different tasks. Takes what it is asked for once, and keeps it.
/// </summary>
public sealed class ArmSelection : Adapter
{
    private readonly Adapter source;
    private readonly IReadOnlyList<int> chosen;
    private readonly Tensor index;
    private readonly Tensor anchor = empty(0);
    private readonly Dictionary<(string What, int Layer, int Place), object?> taken = [];

    /// <summary>Chooses arms.</summary>
    /// <param name="backbone">A backbone of one seed, or of weights that all seeds share.</param>
    /// <param name="source">The adapter; it must live as long as this one.</param>
    /// <param name="arms">The arms, [A'].</param>
    public ArmSelection(Transformer backbone, Adapter source, IReadOnlyList<int> arms)
        : base(backbone, arms.Count, [], trainable: false)
    {
        this.source = source;
        chosen = arms;
        index = tensor(arms.Select(arm => (long)arm).ToArray(), int64, backbone.Device);
        using var frozen = no_grad();
        if (source.Prompt is { } prompt)
        {
            int[] lengths = [.. arms.Select(arm => prompt.Lengths[arm])];
            Prompt = new PromptRows(prompt.Rows.index_select(0, index).narrow(1, 0, lengths.Max()), lengths);
        }

        PrefixLengths = source.PrefixLengths is { } all ? [.. arms.Select(arm => all[arm])] : null;
    }

    /// <inheritdoc/>
    public override PromptRows? Prompt { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<int>? PrefixLengths { get; }

    /// <inheritdoc/>
    public override bool HasVirtualTokens => source.HasVirtualTokens;

    /// <inheritdoc/>
    public override bool ReadsSequences => source.ReadsSequences;

    /// <inheritdoc/>
    public override Tensor? TokenMask => Take(nameof(TokenMask), source.TokenMask);

    /// <inheritdoc/>
    public override Tensor? Embedding => Take(nameof(Embedding), source.Embedding);

    /// <inheritdoc/>
    public override Tensor? Unembedding =>
        ReferenceEquals(source.Unembedding, source.Embedding) ? Embedding : Take(nameof(Unembedding), source.Unembedding);

    /// <inheritdoc/>
    public override Tensor? PositionTable => Take(nameof(PositionTable), source.PositionTable);

    /// <inheritdoc/>
    public override Tensor? RelativeTable => Take(nameof(RelativeTable), source.RelativeTable);

    /// <inheritdoc/>
    public override Tensor? DecoderRelativeTable => Take(nameof(DecoderRelativeTable), source.DecoderRelativeTable);

    /// <inheritdoc/>
    public override PrefixRows? PrefixOf(int layer) => Once(nameof(PrefixOf), layer, 0, () => source.PrefixOf(layer) is not { } prefix
        ? null
        : new PrefixRows(Shortened(prefix.Rows), Shortened(prefix.Keys), Shortened(prefix.Values), PrefixLengths is null || ArePadded ? Shortened(prefix.KeyMask) : null));

    /// <inheritdoc/>
    public override TrainedLinear? Replacement(int layer, Projection projection) =>
        Once(nameof(Replacement), layer, (int)projection, () => source.Replacement(layer, projection) is not { } trained
            ? null
            : new TrainedLinear(Chosen(trained.Transposed)!, Chosen(trained.BiasRow)));

    /// <inheritdoc/>
    public override LowRank? Change(int layer, Projection projection) =>
        Once(nameof(Change), layer, (int)projection, () => source.Change(layer, projection) is not { } change
            ? null
            : change with { Down = Chosen(change.Down)!, Up = Chosen(change.Up)!, Scales = Chosen(change.Scales) });

    /// <inheritdoc/>
    public override Tensor? Gain(int layer, NormPlace place) => Once(nameof(Gain), layer, (int)place, () => Chosen(source.Gain(layer, place)));

    /// <inheritdoc/>
    public override Tensor? Shift(int layer, NormPlace place) => Once(nameof(Shift), layer, (int)place, () => Chosen(source.Shift(layer, place)));

    /// <inheritdoc/>
    /// <remarks>Each arm's sequences are shown to all of the source's arms, of which one is taken.</remarks>
    public override Tensor? TokensOf(int layer, Tensor rows, Tensor hidden)
    {
        var made = chosen.Select((arm, i) => source.TokensOf(
            layer, rows.narrow(0, i, 1).expand(source.Arms, -1, -1, -1), hidden.narrow(0, i, 1).expand(source.Arms, -1, -1))?[arm]).ToArray();
        return made[0] is null ? null : stack(made.Select(tokens => tokens!));
    }

    private bool ArePadded => PrefixLengths?.Distinct().Count() > 1;

    /// <summary>Chosen rows of a prefix, as many as the longest of those.</summary>
    private Tensor? Shortened(Tensor? rows) => rows is not null && PrefixLengths is not null ? Chosen(rows.narrow(1, 0, PrefixLengths.Max())) : Chosen(rows);

    private Tensor? Take(string what, Tensor? stacked) => Once(what, 0, 0, () => Chosen(stacked));

    private T? Once<T>(string what, int layer, int place, Func<T?> take)
        where T : class
    {
        if (!taken.TryGetValue((what, layer, place), out object? known))
        {
            taken[(what, layer, place)] = known = take();
        }

        return (T?)known;
    }

    private Tensor? Chosen(Tensor? stacked)
    {
        if (stacked is null)
        {
            return null;
        }

        using var frozen = no_grad();
        return stacked.index_select(0, index).MoveToOtherDisposeScope(anchor);
    }
}
