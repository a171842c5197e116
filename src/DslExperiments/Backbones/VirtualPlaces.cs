using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// Where virtual tokens stand, see <see cref="VirtualPositions"/>. Where they count, those of a prompt stand directly
/// before the content, and the keys of a prefix all stand where a first token would, P before the content.
/// </summary>
/// <remarks>
/// Rotary positions matter by their differences alone: content stays where it is, and an arm's prompt row i stands at
/// i − P. So arms of different lengths read the same content, and it is the same as without virtual tokens. Positions that
/// are added to rows matter themselves: content moves back as far as virtual tokens need room.
/// </remarks>
/// <param name="backbone">The frozen weights.</param>
/// <param name="adapter">Whose virtual tokens.</param>
/// <param name="content">What they stand before.</param>
internal sealed class VirtualPlaces(Transformer backbone, Adapter adapter, Content content)
{
    private readonly TransformerOptions options = backbone.Options;

    /// <summary>Position of the content's first token.</summary>
    public int ContentStart { get; } = StartOf(backbone.Options, adapter, content);

    /// <summary>True when virtual tokens take positions that turn keys.</summary>
    public bool Turn => options.Positions == Positions.Rotary && Counted(options, adapter);

    /// <summary>The prompt's rows at the backbone's input, [A, P, D].</summary>
    public Tensor Prompt()
    {
        var prompt = adapter.Prompt!;
        if (!Counted(options, adapter) || !Adds(options))
        {
            return prompt.Rows;
        }

        int first = ContentStart - prompt.Count;
        if (options.Positions == Positions.Sinusoidal)
        {
            return prompt.Rows + adapter.Constants.Get(
                new(Stage.VirtualPositions, 0, first),
                () => PositionSignals.Sinusoidal(first, prompt.Count, options.Width).to(backbone.Dtype, backbone.Device));
        }

        return prompt.Rows + (adapter.PositionTable is { } trained
            ? backbone.PositionsOf(trained, first, prompt.Count)
            : backbone.Groups.PerArm(backbone.PositionsOf(backbone.PositionTable!, first, prompt.Count), adapter.Arms));
    }

    /// <summary>Turns of the prompt's rows, [2, P, Dh], or [2, A, 1, P, Dh] when lengths differ.</summary>
    public Tensor PromptTurns() => adapter.Constants.Get(
        new(Stage.PromptRotation, 0, content.FirstPosition),
        () => PerLength(adapter.Prompt!.Lengths, length => [.. Enumerable.Range(0, adapter.Prompt!.Count).Select(row => PositionOf(row, length))]));

    /// <summary>The turn of the prefix's keys, [2, 1, Dh], or [2, A, 1, 1, Dh] when lengths differ.</summary>
    public Tensor PrefixTurns() => adapter.Constants.Get(
        new(Stage.PrefixRotation, 0, content.FirstPosition), () => PerLength(adapter.PrefixLengths!, length => [PositionOf(0, length)]));

    /// <summary>Signals of positions, [2, M, Dh], or [2, A, 1, M, Dh] when they differ from arm to arm.</summary>
    /// <param name="lengths">Virtual tokens of every arm.</param>
    /// <param name="positions">The positions of M rows of an arm with so many virtual tokens.</param>
    public Tensor PerLength(IReadOnlyList<int> lengths, Func<int, int[]> positions)
    {
        using var scope = NewDisposeScope();
        var ofLength = lengths.Distinct().ToDictionary(length => length, length => PositionSignals.Rotary(positions(length), options));
        var signal = ofLength.Count == 1 ? ofLength[lengths[0]] : stack(lengths.Select(length => ofLength[length]), 1).unsqueeze(2);
        return signal.to(backbone.Dtype, backbone.Device).MoveToOuterDisposeScope();
    }

    /// <summary>The position of a virtual token, where they count.</summary>
    public int PositionOf(int row, int length) => content.FirstPosition + row - length;

    private static bool Adds(TransformerOptions options) => options.Positions is Positions.Sinusoidal or Positions.Learned;

    private static bool Counted(TransformerOptions options, Adapter adapter) =>
        options.VirtualPositions == VirtualPositions.Counted && (adapter.Prompt is not null || adapter.PrefixLengths is not null);

    private static int StartOf(TransformerOptions options, Adapter adapter, Content content)
    {
        if (!Adds(options) || !Counted(options, adapter))
        {
            return content.FirstPosition;
        }

        var lengths = adapter.Prompt?.Lengths ?? adapter.PrefixLengths!;
        return lengths.All(length => length == lengths[0])
            ? Math.Max(content.FirstPosition, lengths[0])
            : throw new ArgumentException(
                $"Virtual tokens that count as {options.Positions} positions must be as many in every arm of a cohort, but are {string.Join(", ", lengths.Distinct())}.",
                nameof(adapter));
    }
}
