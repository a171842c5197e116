using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// The forward pass up to and including the first layer that an adapter reaches. What no trained number reaches is
/// computed once per cohort, per seed group and for all sequences, [G, N, …]; a step reads it as [A, B·rows, …].
/// </summary>
/// <remarks>
/// <para>Constant are: all layers below the first adapted one; in that layer, everything up to the first adapted weight;
/// and with a prompt, the content's queries, keys, values and scores. A prompt changes the attention of a content token
/// only through its own mass and mixture, <c>(N_X + b) / (Z_X + a)</c> (D1 of the fact sheet), so all content that a
/// token sees acts as one key with score <c>log Z_X</c> and value <c>N_X / Z_X</c>.</para>
/// </remarks>
internal sealed class FrozenPass
{
    /// <summary>Vocabularies up to this size are looked up by a product.</summary>
    private const int MostMultiplied = 128;

    private static readonly Projection[] ScoresAndValues = [Projection.Q, Projection.K, Projection.V];

    private readonly Transformer backbone;
    private readonly Content content;
    private readonly Adapter adapter;
    private readonly Batch batch;
    private readonly TransformerOptions options;
    private readonly int groups;
    private readonly int arms;
    private readonly int width;
    private readonly int heads;
    private readonly int keyHeads;
    private readonly int headWidth;
    private readonly int sequences;
    private readonly VirtualPlaces places;
    private readonly int shift;
    private readonly RowMath live;

    public FrozenPass(Transformer backbone, Content content, Adapter adapter, Batch batch)
    {
        this.backbone = backbone;
        this.content = content;
        this.adapter = adapter;
        this.batch = batch;
        options = backbone.Options;
        groups = backbone.Groups.Count;
        arms = adapter.Arms;
        width = options.Width;
        heads = options.Heads;
        keyHeads = options.KeyValueHeadCount();
        headWidth = options.HeadSize();
        places = new VirtualPlaces(backbone, adapter, content);
        shift = places.ContentStart - content.FirstPosition;
        sequences = batch.IsAll ? content.Sequences : batch.Size;
        live = new RowMath(backbone, adapter, arms);
        adapter.Prepare();
    }

    private int Depth => options.Depth;

    /// <summary>The backbone's outputs on the tokens that the loss reads, [A, B, reads, D].</summary>
    public Tensor Run()
    {
        if (content.ReadsPrompt && adapter.Prompt is null)
        {
            throw new InvalidOperationException("The sequences are read at the last virtual token before them, but the adapter has no prompt.");
        }

        if (TrainsInput || content.ReadsPrompt || adapter.ReadsSequences || !backbone.Shortcuts.HasFlag(Shortcuts.Constants))
        {
            return Live().Run(0, PlainRows(0));
        }

        int first = FirstTouched();
        if (first == Depth)
        {
            return live.Last(ForArms(Stage.Output, Depth, FrozenOutput)).view(arms, sequences, content.ReadCount, width);
        }

        if (adapter.TouchesNorm(first, NormPlace.Attention) || MergesTooCoarsely(first)
            || ((adapter.Prompt is not null || adapter.PrefixOf(first) is not null)
                && ScoresAndValues.Any(projection => adapter.Touches(first, projection))))
        {
            return Live().Run(first, PlainRows(first));
        }

        bool last = first == Depth - 1;
        var rows = adapter.Prompt is { } prompt
            ? (last ? new LiveRows(PromptedReads(prompt), 0, sequences, content.ReadCount, 0) : PromptedLayer(prompt))
            : new LiveRows(adapter.PrefixOf(first) is null ? ChangedLayer(first, last) : PrefixedLayer(first, last), 0, sequences, last ? content.ReadCount : content.Length, 0);
        return last
            ? live.Last(rows.Rows).view(arms, sequences, content.ReadCount, width)
            : Live().Run(first + 1, rows);
    }

    /// <summary>True when content's mass would be known in 16 bits only: its logarithm has to be finer than the scores.</summary>
    private bool MergesTooCoarsely(int first) =>
        backbone.Dtype == bfloat16 && (adapter.Prompt is not null || adapter.PrefixOf(first) is not null);

    /// <summary>The whole pass with nothing kept and all rows of an arm in one product, watched.</summary>
    public void RunPlainly(Action<int, Tensor> watch) =>
        new LivePass(backbone, content, adapter, batch, watch).Run(0, PlainRows(0));

    /// <summary>The prompt's attention mass at the tokens that the loss reads, in the first layer: [A, N, Tq, H].</summary>
    public Tensor PromptMass()
    {
        var prompt = adapter.Prompt ?? throw new InvalidOperationException("The adapter has no prompt.");
        int tq = content.ReadCount, m = sequences * tq;
        var rows = live.Before(places.Prompt(), 0, NormPlace.Attention);
        var keys = PromptHeads(live.Project(0, Projection.K, rows, prompt.Count), prompt.Count, Projection.K);
        bool last = Depth == 1;
        var queries = backbone.Groups.PerArm(last ? Queries(0, last) : content.TakeReads(Queries(0, last).transpose(2, 3)).transpose(2, 3), arms)
            .transpose(1, 2).reshape(arms * heads, m, headWidth);
        return AttentionMath.Scores(queries, keys, KeyMask(prompt), options.ScoreScale()).exp().sum(-1)
            .view(arms, heads, sequences, tq).permute(0, 2, 3, 1);
    }

    private int FirstTouched()
    {
        if (adapter.Prompt is not null)
        {
            return 0;
        }

        for (int layer = 0; layer < Depth; layer++)
        {
            if (adapter.PrefixOf(layer) is not null
                || adapter.TouchesNorm(layer, NormPlace.Attention) || adapter.TouchesNorm(layer, NormPlace.Mlp))
            {
                return layer;
            }

            foreach (var projection in backbone.Layers[layer].Projections)
            {
                if (adapter.Touches(layer, projection))
                {
                    return layer;
                }
            }
        }

        return Depth;
    }

    // Constants ------------------------------------------------------------------------------------------------------

    private RowMath Frozen() => new(backbone, new Unadapted(backbone), groups);

    /// <summary>Layers of the frozen backbone on all sequences.</summary>
    private LivePass FrozenLayers() => new(backbone, content, new Unadapted(backbone), Batch.All);

    /// <summary>Layers of the adapted backbone on the batch.</summary>
    private LivePass Live() => new(backbone, content, adapter, batch);

    /// <summary>A constant for all sequences, [G, N, …].</summary>
    private Tensor Full(Stage stage, int layer, Func<Tensor> compute) => content.Constants.Get(new(stage, layer, C: shift), compute);

    /// <summary>A constant [G, N, M, C] for this batch and all arms: [A, B·M, C].</summary>
    private Tensor ForArms(Stage stage, int layer, Func<Tensor> compute) => ForArms(stage, layer, compute, all =>
    {
        long[] shape = all.shape;
        return all.reshape(shape[0], shape[1] * shape[2], shape[3]);
    });

    /// <summary>A constant [G, N, …] for this batch and all arms, [A, B, …], in the shape in which a step reads it.</summary>
    private Tensor ForArms(Stage stage, int layer, Func<Tensor> compute, Func<Tensor, Tensor> finish, int variant = 0) => batch.IsAll
        ? content.Constants.Get(
            new(stage, layer, arms, 1 + variant, shift), () => finish(backbone.Groups.PerArm(Full(stage, layer, compute), arms)).contiguous())
        : finish(backbone.Groups.PerArm(batch.Select(Full(stage, layer, compute)), arms));

    /// <summary>A constant [G, N, …] for this batch, shared by the arms of a seed.</summary>
    private Tensor ForGroups(Stage stage, int layer, Func<Tensor> compute, Func<Tensor, Tensor> finish) => batch.IsAll
        ? content.Constants.Get(new(stage, layer, 0, -1, shift), () => finish(Full(stage, layer, compute)).contiguous())
        : finish(batch.Select(Full(stage, layer, compute)));

    private Tensor FrozenOutput() => FrozenLayers().Unnormed(
        new LiveRows(Flat(Input(0)), 0, content.Sequences, content.Length, 0));

    /// <summary>The input of a layer below which nothing is adapted, [G, N, T, D].</summary>
    private Tensor Input(int layer) => Full(Stage.Input, layer, () =>
    {
        if (layer > 0)
        {
            var rows = new LiveRows(Flat(Input(layer - 1)), 0, content.Sequences, content.Length, 0);
            return FrozenLayers().Layer(layer - 1, rows, last: false)
                .view(groups, content.Sequences, content.Length, width);
        }

        return FrozenPositions() is { } positions ? content.Tokens + positions : content.Tokens;
    });

    /// <summary>What is added to content tokens, broadcastable to [G, N, T, D], or null.</summary>
    private Tensor? FrozenPositions() => options.Positions switch
    {
        Positions.Sinusoidal => adapter.Constants.Get(
            new(Stage.Positions, 0, places.ContentStart, content.Length),
            () => PositionSignals.Sinusoidal(places.ContentStart, content.Length, width).to(backbone.Dtype, backbone.Device)),
        Positions.Learned => backbone.PositionsOf(backbone.PositionTable!, places.ContentStart, content.Length).unsqueeze(1),
        _ => null,
    };

    /// <summary>True when the adapter trains what content tokens are made of.</summary>
    private bool TrainsInput => (adapter.Embedding is not null && content.Ids is not null) || adapter.PositionTable is not null;

    /// <summary>Content tokens of trained embeddings and positions, [A, B·T, D].</summary>
    private Tensor TrainedInput()
    {
        int t = content.Length;
        var rows = adapter.Embedding is { } table && content.Ids is { } ids
            ? LookUp(table, ids)
            : ForArms(Stage.Tokens, 0, () => content.Tokens);
        if (options.Positions == Positions.None || options.Positions == Positions.Rotary)
        {
            return rows;
        }

        var positions = adapter.PositionTable is { } trained
            ? backbone.PositionsOf(trained, places.ContentStart, t).unsqueeze(1)
            : FrozenPositions()!;
        positions = positions.dim() == 4 && positions.shape[0] != arms ? backbone.Groups.PerArm(positions, arms) : positions;
        return (rows.view(arms, sequences, t, width) + positions).view(arms, sequences * t, width);
    }

    /// <summary>
    /// The batch's tokens out of trained rows, [A, V, D] to [A, B·T, D]. A small vocabulary is looked up by a product with
    /// rows of zeros and a one, whose gradient adds in the same order on every device; a large one by index, since that
    /// product grows with it.
    /// </summary>
    private Tensor LookUp(Tensor table, Tensor ids)
    {
        int rows = sequences * content.Length, vocabulary = options.Vocabulary;
        bool byIndex = vocabulary > MostMultiplied;
        var found = batch.IsAll ? content.Constants.Get(new(Stage.Lookup, 0, arms), () => Of(ids)) : Of(batch.Select(ids));
        return byIndex ? table.view(arms * vocabulary, width).index_select(0, found).view(arms, rows, width) : found.bmm(table);

        Tensor Of(Tensor chosen)
        {
            var perArm = backbone.Groups.PerArm(chosen.reshape(groups, rows), arms);
            return byIndex
                ? (perArm + arange(arms, int64, perArm.device).mul(vocabulary).unsqueeze(1)).view(-1)
                : nn.functional.one_hot(perArm, vocabulary).to(backbone.Dtype);
        }
    }

    private Tensor Normed(int layer) => live.NormsBefore(NormPlace.Attention)
        ? Full(Stage.Normed, layer, () => Frozen().Normalize(Input(layer), layer, NormPlace.Attention))
        : Input(layer);

    /// <summary>The layer's input on the rows whose output is needed, [G, N, Tq, D].</summary>
    private Tensor QueryInput(int layer, bool last) => last ? content.TakeReads(Input(layer)) : Input(layer);

    private Tensor QueryNormed(int layer, bool last) => last ? content.TakeReads(Normed(layer)) : Normed(layer);

    /// <summary>Frozen heads of constant rows, turned when positions are rotary: [G, N, H, M, Dh].</summary>
    private Tensor FrozenHeads(int layer, Projection projection, bool reads)
    {
        var rows = reads ? QueryNormed(layer, last: true) : Normed(layer);
        int m = (int)rows.shape[2];
        var linear = backbone.Layers[layer][projection];
        var projected = Frozen().Times(Flat(rows), content.Sequences * m, linear.Transposed, linear.BiasRow)
            .view(groups, content.Sequences, m, projection == Projection.Q ? heads : keyHeads, headWidth).transpose(2, 3);
        if (options.Positions != Positions.Rotary || projection == Projection.V)
        {
            return AttentionMath.ForQueries(projected, heads);
        }

        var positions = Enumerable.Range(content.FirstPosition, content.Length);
        if (reads && content.ReadsPerSequence is null)
        {
            positions = content.Reads.Select(position => content.FirstPosition + position);
        }

        var signal = PositionSignals.Rotary([.. positions], options).to(backbone.Dtype, backbone.Device);
        if (reads && content.ReadsPerSequence is { } own)
        {
            signal = signal.index_select(1, own.reshape(-1)).view(2, groups, content.Sequences, 1, m, headWidth);
        }

        return AttentionMath.ForQueries(PositionSignals.Rotate(projected, signal, headWidth), heads);
    }

    private Tensor Queries(int layer, bool last) => Full(last ? Stage.QueriesOfReads : Stage.Queries, layer, () => FrozenHeads(layer, Projection.Q, last));

    private Tensor Keys(int layer) => Full(Stage.Keys, layer, () => FrozenHeads(layer, Projection.K, reads: false));

    private Tensor Values(int layer) => Full(Stage.Values, layer, () => FrozenHeads(layer, Projection.V, reads: false));

    /// <summary>Content scores, scaled, −∞ where a token does not see another: [G, N, H, Tq, T].</summary>
    private Tensor Scores(int layer, bool last)
    {
        var scores = (Queries(layer, last) * options.ScoreScale()).matmul(Keys(layer).transpose(3, 4));
        if (!options.Causal)
        {
            return content.Unpadded(Batch.All, backbone.Dtype) is { } padding ? scores + padding.unsqueeze(2) : scores;
        }

        if (last && content.ReadsPerSequence is not null)
        {
            return scores + content.SeenByReads(Batch.All, backbone.Dtype).unsqueeze(2);
        }

        var query = last ? content.ReadIndex : arange(content.Length, int64, backbone.Device);
        var hidden = arange(content.Length, int64, backbone.Device).unsqueeze(0) > query.unsqueeze(1);
        return scores.masked_fill(hidden, double.NegativeInfinity);
    }

    /// <summary>log Z_X per query and head, [G, N, Tq, H, 1].</summary>
    private Tensor LogMass(int layer, bool last) =>
        Full(last ? Stage.LogMass : Stage.LogMassOfAll, layer, () => Scores(layer, last).logsumexp(-1, keepdim: true).transpose(2, 3));

    /// <summary>N_X / Z_X per query and head, [G, N, Tq, H, Dh].</summary>
    private Tensor Means(int layer, bool last) =>
        Full(last ? Stage.Means : Stage.MeansOfAll, layer, () => Scores(layer, last).softmax(-1).matmul(Values(layer)).transpose(2, 3));

    private Tensor Flat(Tensor rows) => rows.reshape(groups, -1, rows.shape[^1]);

    // A layer with changed weights and no prompt ---------------------------------------------------------------------

    private Tensor ChangedLayer(int layer, bool last)
    {
        int tq = last ? content.ReadCount : content.Length, m = sequences * tq;
        bool frozenMix = !ScoresAndValues.Any(projection => adapter.Touches(layer, projection));
        Tensor residual() => QueryInput(layer, last);
        Tensor ResidualForArms() => ForArms(Stage.InputReads, layer, residual);
        if (!frozenMix)
        {
            var input = new LiveRows(null!, 0, sequences, content.Length, 0);
            Tensor queries() => QueryNormed(layer, last);
            Tensor keys() => Normed(layer);
            var mixed = Live().Mix(
                layer,
                FromConstant(layer, Projection.Q, Stage.NormedReads, queries, Stage.QueryProduct),
                FromConstant(layer, Projection.K, Stage.Normed, keys, Stage.KeyProduct),
                FromConstant(layer, Projection.V, Stage.Normed, keys, Stage.ValueProduct),
                input,
                last);
            return live.Mlp(layer, live.Attended(layer, mixed, m, ResidualForArms()), m);
        }

        Tensor Mixed() => Full(Stage.Mixed, layer, () => Means(layer, last).reshape(groups, content.Sequences, tq, heads * headWidth));
        if (adapter.Touches(layer, Projection.O))
        {
            var joined = FromConstant(layer, Projection.O, Stage.Mixed, Mixed, Stage.OutputBase, residual);
            return live.Mlp(layer, live.After(joined, layer, NormPlace.Attention), m);
        }

        Tensor Attended() => Full(Stage.Attended, layer, () =>
            Frozen().Attended(layer, Flat(Mixed()), content.Sequences * tq, Flat(residual())).view(groups, content.Sequences, tq, width));
        Tensor AttendedForArms() => ForArms(Stage.Attended, layer, Attended);
        if (adapter.TouchesNorm(layer, NormPlace.Mlp))
        {
            return live.Mlp(layer, AttendedForArms(), m);
        }

        Tensor MlpInput() => Full(Stage.MlpInput, layer, () => Frozen().Before(Attended(), layer, NormPlace.Mlp));
        if (adapter.Touches(layer, Projection.MlpIn) || adapter.Touches(layer, Projection.MlpGate))
        {
            var inner = FromConstant(layer, Projection.MlpIn, Stage.MlpInput, MlpInput, Stage.MlpBase);
            var hidden = options.Mlp.Gated
                ? live.Gated(FromConstant(layer, Projection.MlpGate, Stage.MlpInput, MlpInput, Stage.GateBase), inner)
                : live.Activate(inner);
            return live.MlpOut(layer, hidden, m, AttendedForArms());
        }

        Tensor Hidden() => Full(Stage.Hidden, layer, () => Frozen().Hidden(layer, Flat(MlpInput()), content.Sequences * tq)
            .view(groups, content.Sequences, tq, options.Mlp.Hidden));
        var output = FromConstant(layer, Projection.MlpOut, Stage.Hidden, Hidden, Stage.Output, options.Mlp.Residual ? Attended : null);
        return live.After(output, layer, NormPlace.Mlp);
    }

    /// <summary>Constant rows times an adapted weight; the frozen part of the product is constant too.</summary>
    private Tensor FromConstant(
        int layer, Projection projection, Stage rowsStage, Func<Tensor> rows, Stage productStage, Func<Tensor>? residual = null)
    {
        if (adapter.Replacement(layer, projection) is { } trained)
        {
            var added = residual is null ? null : ForArms(projection == Projection.O ? Stage.InputReads : Stage.Attended, layer, residual);
            return RowMath.Replaced(trained, ForArms(rowsStage, layer, rows), added);
        }

        var product = ForArms(productStage, layer, () =>
        {
            var all = rows();
            long[] shape = all.shape;
            int m = (int)(shape[1] * shape[2]);
            return Frozen().Project(layer, projection, all.reshape(shape[0], m, shape[3]), m, residual is null ? null : Flat(residual()))
                .view(shape[0], shape[1], shape[2], -1);
        });
        return adapter.Change(layer, projection) is null
            ? product
            : live.Changed(layer, projection, ForArms(rowsStage, layer, rows), product);
    }

    // The first layer under a prompt ---------------------------------------------------------------------------------

    /// <summary>The last layer is the first one: only the tokens that the loss reads are computed, [A, B·Tq, D].</summary>
    private Tensor PromptedReads(PromptRows prompt)
    {
        int tq = content.ReadCount, m = sequences * tq;
        var rows = live.Before(places.Prompt(), 0, NormPlace.Attention);
        if (!adapter.Touches(0, Projection.O) && CanFold && PaysToFold(prompt.Count, m * heads))
        {
            return live.Mlp(0, live.After(Folded(prompt, rows, m), 0, NormPlace.Attention), m);
        }

        int p = prompt.Count, keyWidth = keyHeads * headWidth;
        var kv = live.Times(rows, p, backbone.Layers[0].KvTransposed, backbone.Layers[0].KvBiasRow).split([keyWidth, keyWidth], 2);
        var mixed = ContentMix(0, PromptHeads(kv[0], p, Projection.K), PromptHeads(kv[1], p, Projection.V), KeyMask(prompt), m, last: true)
            .transpose(1, 2).reshape(arms, m, heads * headWidth);
        return live.Mlp(0, live.Attended(0, mixed, m, ForArms(Stage.InputReads, 0, () => QueryInput(0, last: true))), m);
    }

    /// <summary>
    /// Attention and its residual without keys or values of the prompt: queries are constant, so <c>q · W_k p</c> is a
    /// product of p with the constant <c>W_kᵀ q</c>, and the mixture is taken of prompt rows before W_v and W_o.
    /// </summary>
    private Tensor Folded(PromptRows prompt, Tensor rows, int m)
    {
        int p = prompt.Count, perGroup = arms / groups, queries = m * heads;
        var kappa = ForGroups(Stage.Kappa, 0, Kappas, all => all.reshape(groups, queries, width).transpose(1, 2));
        var grouped = arms == groups ? rows : rows.reshape(groups, perGroup * p, width);
        var scores = prompt.KeyMask is { } mask ? mask.reshape(groups, perGroup * p, 1).baddbmm(grouped, kappa) : grouped.bmm(kappa);

        var logMass = ForArms(Stage.LogMass, 0, () => LogMass(0, last: true), all => all.reshape(arms, 1, queries), variant: 1);
        var weights = cat([scores.view(arms, p, queries), logMass], 1).softmax(1).split([p, 1], 1);
        var mixture = weights[0].transpose(1, 2).bmm(rows).view(groups, perGroup * m, heads * width);

        var valueMap = content.Constants.Get(new(Stage.ValueMap, 0), ValueMap);
        var input = ForArms(Stage.InputReads, 0, () => QueryInput(0, last: true));
        if (heads == 1)
        {
            var means = ForArms(Stage.MappedMeans, 0, MappedMeans);
            var sum = input.reshape(groups, perGroup * m, width).baddbmm(mixture, valueMap).view(arms, m, width);
            return sum.addcmul(weights[1].view(arms, m, 1), means, 1);
        }

        var content4 = ForArms(Stage.Means, 0, () => Means(0, last: true), all => all.reshape(arms, m, heads, headWidth), variant: 1);
        var mixed = (weights[1].view(arms, m, heads, 1) * content4).view(arms, m, width);
        var attended = options.Attention.Output
            ? live.Times(mixed, m, backbone.Layers[0][Projection.O].Transposed, residual: input)
            : input + mixed;
        return attended.reshape(groups, perGroup * m, width).baddbmm(mixture, valueMap).view(arms, m, width);
    }

    /// <summary>All rows of the first layer of a deeper backbone.</summary>
    private LiveRows PromptedLayer(PromptRows prompt)
    {
        int p = prompt.Count, t = content.Length, b = sequences;
        int inner = heads * headWidth, keyWidth = keyHeads * headWidth;
        var before = places.Prompt();
        var rows = live.Before(before, 0, NormPlace.Attention);
        var qkv = live.Times(rows, p, backbone.Layers[0].QkvTransposed, backbone.Layers[0].QkvBiasRow).split([inner, keyWidth, keyWidth], 2);
        var (q, k, v) = (PromptHeads(qkv[0], p, Projection.Q), PromptHeads(qkv[1], p, Projection.K), PromptHeads(qkv[2], p, Projection.V));
        var mixedContent = ContentMix(0, k, v, KeyMask(prompt), b * t, last: false);
        var input = ForArms(Stage.Input, 0, () => Input(0));
        var own = options.Causal
            ? AttentionMath.Weights(q, k, CausalMask(p), options.ScoreScale()).bmm(v).view(arms, heads, p, headWidth)
            : PromptMix(prompt, q, k, v);
        if (options.Causal && backbone.Shortcuts.HasFlag(Shortcuts.PromptOnce))
        {
            var joined = cat([own, mixedContent], 2).transpose(1, 2).reshape(arms, p + (b * t), inner);
            return After(new LiveRows(joined, p, b, t, 0), cat([before, input], 1));
        }

        var ownPerSequence = options.Causal ? own.unsqueeze(2).expand(arms, heads, b, p, headWidth) : own.view(arms, heads, b, p, headWidth);
        var perSequence = cat([ownPerSequence, mixedContent.view(arms, heads, b, t, headWidth)], 3);
        var all = perSequence.permute(0, 2, 3, 1, 4).reshape(arms, b * (p + t), inner);
        var inputs = cat([before.unsqueeze(1).expand(arms, b, p, width), input.view(arms, b, t, width)], 2);
        return After(new LiveRows(all, 0, b, p + t, p), inputs.view(arms, b * (p + t), width));

        LiveRows After(LiveRows mixed, Tensor residual) => mixed with
        {
            Rows = live.Mlp(0, live.Attended(0, mixed.Rows, mixed.Count, residual), mixed.Count),
        };
    }

    /// <summary>A layer that a prefix enters, its input constant: all rows, or in the last layer those that the loss reads.</summary>
    private Tensor PrefixedLayer(int layer, bool last)
    {
        int m = sequences * (last ? content.ReadCount : content.Length);
        var (k, v, keyMask) = Live().PrefixHeads(layer)!.Value;
        var mixed = ContentMix(layer, k, v, keyMask, m, last).transpose(1, 2).reshape(arms, m, heads * headWidth);
        return live.Mlp(layer, live.Attended(layer, mixed, m, ForArms(Stage.InputReads, layer, () => QueryInput(layer, last))), m);
    }

    /// <summary>Content tokens over virtual tokens and content, [A, H, M, Dh].</summary>
    private Tensor ContentMix(int layer, Tensor k, Tensor v, Tensor? keyMask, int m, bool last)
    {
        var queries = ForArms(last ? Stage.QueriesOfReads : Stage.Queries, layer, () => Queries(layer, last), HeadsFirst, variant: 1);
        var logMass = ForArms(last ? Stage.LogMass : Stage.LogMassOfAll, layer, () => LogMass(layer, last), MassHeadsFirst);
        var means = ForArms(last ? Stage.Means : Stage.MeansOfAll, layer, () => Means(layer, last), MeansHeadsFirst);
        return AttentionMath.Merge(queries, k, v, keyMask, options.ScoreScale(), logMass, weight => weight * means)
            .view(arms, heads, m, headWidth);

        Tensor HeadsFirst(Tensor all) => all.transpose(1, 2).reshape(arms * heads, m, headWidth);
        Tensor MassHeadsFirst(Tensor all) => all.permute(0, 3, 1, 2, 4).reshape(arms * heads, m, 1);
        Tensor MeansHeadsFirst(Tensor all) => all.permute(0, 3, 1, 2, 4).reshape(arms * heads, m, headWidth);
    }

    /// <summary>Prompt tokens over prompt and the content of each sequence, [A·H·B, P, Dh].</summary>
    private Tensor PromptMix(PromptRows prompt, Tensor q, Tensor k, Tensor v)
    {
        int p = prompt.Count, t = content.Length, b = sequences, batches = arms * heads;
        double scale = options.ScoreScale();
        var keys = ForArms(Stage.Keys, 0, () => Keys(0), all => all.transpose(1, 2).reshape(batches, b * t, headWidth), variant: 1);
        var values = ForArms(Stage.Values, 0, () => Values(0), all => all.transpose(1, 2).reshape(batches * b, t, headWidth), variant: 1);
        var own = AttentionMath.Scores(q, k, KeyMask(prompt), scale).unsqueeze(1).expand(batches, b, p, p);
        var others = AttentionMath.Scores(q, keys, null, scale).view(batches, p, b, t).transpose(1, 2);
        if (content.Unpadded(batch, backbone.Dtype) is { } padding)
        {
            others = (others.reshape(groups, arms / groups, heads, b, p, t) + padding.unsqueeze(1).unsqueeze(1)).view(batches, b, p, t);
        }

        var weights = cat([own, others], 3).softmax(-1).split([p, t], 3);
        var fromPrompt = weights[0].reshape(batches, b * p, p).bmm(v).view(batches * b, p, headWidth);
        return fromPrompt.baddbmm(weights[1].reshape(batches * b, p, t), values);
    }

    /// <summary>Projected rows of the prompt, heads apart, turned where they have positions that turn: [A·H, P, Dh].</summary>
    private Tensor PromptHeads(Tensor rows, int p, Projection projection)
    {
        bool turns = places.Turn && projection != Projection.V;
        if (heads == 1 && !turns)
        {
            return rows;
        }

        var each = rows.reshape(arms, p, projection == Projection.Q ? heads : keyHeads, headWidth).transpose(1, 2);
        each = turns ? PositionSignals.Rotate(each, places.PromptTurns(), headWidth) : each;
        return AttentionMath.ForQueries(each, heads).reshape(arms * heads, p, headWidth);
    }

    private Tensor? KeyMask(PromptRows prompt) => prompt.KeyMask is not { } mask ? null : adapter.Constants.Get(
        new(Stage.KeyMask, 0),
        () => mask.unsqueeze(1).expand(arms, heads, mask.shape[1]).reshape(arms * heads, 1, mask.shape[1]));

    private Tensor CausalMask(int p) => adapter.Constants.Get(
        new(Stage.CausalMask, 1, p),
        () => full([p, p], double.NegativeInfinity, backbone.Dtype, backbone.Device).triu(1).unsqueeze(0));

    /// <summary>Scaled <c>W_kᵀ q</c> for every query and head, [G, N, Tq·H, D].</summary>
    private Tensor Kappas()
    {
        var queries = Queries(0, last: true).transpose(2, 3);
        var keys = backbone.Layers[0][Projection.K].Matrix.view(groups, 1, 1, heads, headWidth, width);
        return (queries.unsqueeze(4) * options.ScoreScale()).matmul(keys)
            .reshape(groups, content.Sequences, content.ReadCount * heads, width);
    }

    /// <summary>W_v of each head followed by its part of W_o, for joined mixtures of prompt rows: [G, H·D, D].</summary>
    private Tensor ValueMap()
    {
        var values = backbone.Layers[0][Projection.V].Matrix.view(groups, heads, headWidth, width).transpose(2, 3);
        var outputs = options.Attention.Output
            ? backbone.Layers[0][Projection.O].Transposed
            : eye(width, width, backbone.Dtype, backbone.Device).unsqueeze(0).expand(groups, width, width);
        return values.matmul(outputs.reshape(groups, heads, headWidth, width)).reshape(groups, heads * width, width);
    }

    /// <summary>N_X / Z_X after W_o, for one head, [G, N, Tq, D].</summary>
    private Tensor MappedMeans()
    {
        int tq = content.ReadCount;
        var means = Means(0, last: true).reshape(groups, content.Sequences * tq, width);
        var mapped = options.Attention.Output
            ? Frozen().Times(means, content.Sequences * tq, backbone.Layers[0][Projection.O].Transposed)
            : means;
        return mapped.view(groups, content.Sequences, tq, width);
    }

    /// <summary>True when keys and values are a matrix times a row, each head has its own, and every seed has its own matrices.</summary>
    private bool CanFold =>
        keyHeads == heads && options.HeadWidth == 0 && !options.Attention.Bias && !places.Turn && !backbone.SharesWeights;

    /// <summary>True when folding multiplies less than keys and values of the prompt would, calls counted as arithmetic.</summary>
    private bool PaysToFold(long p, long queries)
    {
        long folded = queries * ((2 * p * width) + (width * width));
        long plain = (2 * p * width * width) + (2 * p * queries * headWidth);
        return folded <= plain + (2 * heads * backbone.CallCost);
    }

    // The plain way --------------------------------------------------------------------------------------------------

    /// <summary>The input of a layer with the prompt in place, as rows that may depend on anything.</summary>
    private LiveRows PlainRows(int layer)
    {
        int t = content.Length, b = sequences;
        var input = layer == 0 && TrainsInput ? TrainedInput() : ForArms(Stage.Input, layer, () => Input(layer));
        if (adapter.Prompt is not { } prompt || layer > 0)
        {
            return new LiveRows(input, 0, b, t, 0);
        }

        var before = places.Prompt();
        if (options.Causal && backbone.Shortcuts.HasFlag(Shortcuts.PromptOnce))
        {
            return new LiveRows(cat([before, input], 1), prompt.Count, b, t, 0);
        }

        int p = prompt.Count;
        var joined = cat([before.unsqueeze(1).expand(arms, b, p, width), input.view(arms, b, t, width)], 2);
        return new LiveRows(joined.view(arms, b * (p + t), width), 0, b, p + t, p);
    }
}
