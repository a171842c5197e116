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
internal sealed partial class FrozenPass
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
