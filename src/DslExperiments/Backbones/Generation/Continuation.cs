using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>Texts that are continued token by token, N of each arm, on the keys and values of the tokens before.</summary>
internal abstract class Continuation(Transformer backbone, Adapter adapter)
{
    protected Transformer Backbone { get; } = backbone;

    protected Adapter Adapter { get; } = adapter;

    /// <summary>Scores of the vocabulary for the first new token of each text, [A, N, V].</summary>
    public abstract Tensor First();

    /// <summary>Scores for the token after this one of each text, [A, N] 64-bit: [A, N, V].</summary>
    public abstract Tensor Next(Tensor tokens);

    /// <summary>Scores of normalised rows [A, N, D].</summary>
    protected Tensor Scores(Tensor rows) => Backbone.Scores(rows.unsqueeze(2), Adapter).squeeze(2);

    /// <summary>−∞ for rows that come later than a query of the same length, [1, 1, 1, T, T].</summary>
    protected Tensor Later(long t) =>
        full([t, t], double.NegativeInfinity, Backbone.Dtype, Backbone.Device).triu(1).view(1, 1, 1, t, t);
}

/// <summary>Texts that a causal backbone continues.</summary>
internal sealed class CausalContinuation : Continuation
{
    private readonly TransformerOptions options;
    private readonly CachedLayers layers;
    private readonly VirtualPlaces places;
    private readonly Tensor ids;
    private readonly Tensor lengths;
    private readonly int firstPosition;
    private readonly long arms;
    private readonly int sequences;
    private readonly int length;
    private readonly bool ragged;
    private readonly Tensor signal;
    private int step;

    /// <summary>Takes the texts.</summary>
    /// <param name="backbone">A causal backbone with a vocabulary.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="ids">[A, N, T], padded at the end.</param>
    /// <param name="lengths">Tokens before the padding, [A, N].</param>
    /// <param name="mostTokens">Tokens of the longest text and of a continuation together.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    public CausalContinuation(Transformer backbone, Adapter adapter, Tensor ids, Tensor lengths, int mostTokens, int firstPosition)
        : base(backbone, adapter)
    {
        options = backbone.Options;
        this.ids = ids;
        this.lengths = lengths;
        arms = ids.shape[0];
        sequences = (int)ids.shape[1];
        length = (int)ids.shape[2];
        ragged = lengths.min().item<long>() < length;
        layers = new CachedLayers(backbone, adapter, 0, options.Depth, sequences);

        // Where virtual tokens stand depends on the position of the content alone.
        places = new VirtualPlaces(backbone, adapter, new Content(ids, () => ids, [0], firstPosition));
        this.firstPosition = places.ContentStart;
        signal = Signal(mostTokens);
    }

    /// <inheritdoc/>
    public override Tensor First()
    {
        Adapter.Prepare();
        if (Adapter.Prompt is { } prompt)
        {
            BeginWithPrompt(prompt);
        }

        var positions = arange(length, int64, Backbone.Device).expand(arms, sequences, length);
        var seen = new Dictionary<int, Tensor>();
        var rows = layers.Run(Embedded(ids, positions), Turn(positions), Seen, BeginLayer);
        var last = (lengths - 1 + arange(arms * sequences, int64, Backbone.Device).mul(length).view(arms, sequences)).view(-1);
        return Outputs(rows.reshape(arms * sequences * length, options.Width).index_select(0, last));

        Tensor Seen(int layer)
        {
            var front = layers.FrontOf(layer);
            return seen.TryGetValue(front.Count, out var known) ? known : seen[front.Count] = Earlier(front);
        }
    }

    /// <inheritdoc/>
    public override Tensor Next(Tensor tokens)
    {
        var positions = (lengths + step).unsqueeze(2);
        step++;
        var seen = new Dictionary<int, Tensor?>();
        return Outputs(layers.Run(Embedded(tokens.unsqueeze(2), positions), Turn(positions), Seen));

        Tensor? Seen(int layer)
        {
            var front = layers.FrontOf(layer);
            return seen.TryGetValue(front.Count, out var known) ? known : seen[front.Count] = Hidden(front);
        }
    }

    /// <summary>−∞ for padding of virtual tokens and for later tokens, [A or 1, 1, 1, T, F + T].</summary>
    private Tensor Earlier(Front front)
    {
        var later = Later(length);
        if (front.Count == 0)
        {
            return later;
        }

        var before = front.Mask is { } mask ? mask.view(arms, 1, 1, 1, front.Count) : zeros([1, 1, 1, 1, front.Count], Backbone.Dtype, Backbone.Device);
        long x = before.shape[0];
        return cat([before.expand(x, 1, 1, length, front.Count), later.expand(x, 1, 1, length, length)], 4);
    }

    /// <summary>−∞ for padding of virtual tokens and of texts, [A, N, 1, 1, M]; or null.</summary>
    private Tensor? Hidden(Front front)
    {
        if (!ragged && front.Mask is null)
        {
            return null;
        }

        var before = front.Mask ?? zeros([arms, front.Count], Backbone.Dtype, Backbone.Device);
        var padding = arange(length, int64, Backbone.Device).view(1, 1, length).ge(lengths.unsqueeze(2));
        var texts = zeros([arms, sequences, length], Backbone.Dtype, Backbone.Device).masked_fill(padding, double.NegativeInfinity);
        return cat(
            [
                before.unsqueeze(1).expand(arms, sequences, front.Count),
                texts,
                zeros([arms, sequences, step], Backbone.Dtype, Backbone.Device),
            ],
            2).view(arms, sequences, 1, 1, front.Count + length + step);
    }

    /// <summary>The prompt's rows see nothing but themselves: once per arm.</summary>
    private void BeginWithPrompt(PromptRows prompt)
    {
        var own = new CachedLayers(Backbone, Adapter, 0, options.Depth, 1);
        var turns = places.Turn ? places.PromptTurns() : null;
        var later = Later(prompt.Count);
        own.Run(places.Prompt(), heads => turns is null ? heads : Turned(heads, turns), _ => later);
        for (int layer = 0; layer < options.Depth; layer++)
        {
            var (keys, values) = own.Remembered(layer);
            layers.Begin(layer, keys, values, prompt.KeyMask);
        }
    }

    private void BeginLayer(int layer, Tensor rows)
    {
        if (!Adapter.ReadsSequences)
        {
            layers.BeginWithPrefix(layer, Turn);
            return;
        }

        // The instruction is the text that is continued.
        var hidden = zeros([arms, sequences, length], Backbone.Dtype, Backbone.Device).masked_fill(
            arange(length, int64, Backbone.Device).view(1, 1, length).ge(lengths.unsqueeze(2)), double.NegativeInfinity);
        if (Adapter.TokensOf(layer, rows.view(arms, sequences, length, options.Width), hidden) is { } made)
        {
            int m = sequences * (int)made.shape[2];
            var normed = layers.Math.Before(made.reshape(arms, m, options.Width), layer, NormPlace.Attention);
            layers.Begin(layer, Turn(Heads(Projection.K, normed)), Heads(Projection.V, normed), Adapter.TokenMask);
        }

        Tensor Turn(Tensor keys) => places.Turn ? Turned(keys, places.PrefixTurns()) : keys;

        Tensor Heads(Projection projection, Tensor normed) =>
            layers.Heads(layers.Math.Project(layer, projection, normed, (int)normed.shape[1]), sequences, options.KeyValueHeadCount());
    }

    /// <summary>Virtual tokens [A, 1, heads, F, Dh] at their positions; turns are [2, F, Dh] or [2, A, 1, F, Dh].</summary>
    private Tensor Turned(Tensor heads, Tensor turns) =>
        PositionSignals.Rotate(heads, turns.dim() == 3 ? turns : turns.unsqueeze(2), options.HeadSize());

    /// <summary>Rows of tokens [A, N, T] at positions [A, N, T] of their text: [A, N·T, D].</summary>
    private Tensor Embedded(Tensor tokens, Tensor positions)
    {
        var rows = Backbone.RowsOfArms(tokens, Adapter);
        long count = tokens.shape[1] * tokens.shape[2];
        if (options.Positions is Positions.Learned or Positions.Sinusoidal)
        {
            // One table for all, per seed or per arm.
            long tables = signal.shape[0], most = signal.shape[1];
            var index = tables == 1
                ? positions
                : positions + arange(arms, int64, Backbone.Device).div(arms / tables, RoundingMode.floor).mul(most).view(-1, 1, 1);
            rows += signal.reshape(tables * most, options.Width).index_select(0, index.reshape(-1)).view(rows.shape);
        }

        return rows.reshape(arms, count, options.Width);
    }

    private Func<Tensor, Tensor> Turn(Tensor positions)
    {
        if (options.Positions != Positions.Rotary)
        {
            return heads => heads;
        }

        var turns = signal.index_select(1, positions.reshape(-1)).view(2, arms, sequences, 1, positions.shape[2], options.HeadSize());
        return heads => PositionSignals.Rotate(heads, turns, options.HeadSize());
    }

    /// <summary>What marks positions: rows that are added, [1, G or A, M, D], or turns, [2, M, Dh].</summary>
    private Tensor Signal(int most) => options.Positions switch
    {
        Positions.Rotary => PositionSignals.Rotary([.. Enumerable.Range(firstPosition, most)], options).to(Backbone.Dtype, Backbone.Device),
        Positions.Sinusoidal => PositionSignals.Sinusoidal(firstPosition, most, options.Width).to(Backbone.Dtype, Backbone.Device).unsqueeze(0),
        Positions.Learned => Backbone.PositionsOf(Adapter.PositionTable ?? Backbone.PositionTable!, firstPosition, most),
        _ => empty(0),
    };

    private Tensor Outputs(Tensor rows) => Scores(layers.Math.Last(rows.view(arms, sequences, options.Width)));
}
