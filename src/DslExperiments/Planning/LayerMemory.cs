using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Planning;

/// <summary>
/// What a layer makes of rows that depend on trained numbers, tensor by tensor as <see cref="RowMath"/> and
/// <see cref="LivePass"/> make them. Rows, widths and heads are those of all arms.
/// </summary>
internal class LayerMemory(CohortShape shape, Tally tally, int sequences)
{
    private protected readonly TransformerOptions options = shape.Backbone;
    private protected readonly double arms = shape.Arms;
    private protected readonly double width = shape.Backbone.Width;
    private protected readonly double heads = shape.Backbone.Heads;
    private protected readonly double headWidth = shape.Backbone.HeadSize();
    private protected readonly double queryWidth = shape.Backbone.QueryWidth();
    private protected readonly double keyWidth = shape.Backbone.KeyValueWidth();
    private protected readonly double b = sequences;

    private protected CohortShape Shape => shape;

    private protected Tally Tally => tally;

    private protected int Reads => shape.Work.Reads;

    private protected bool SharesKeys => options.KeyValueHeadCount() < options.Heads;

    /// <summary>True when a product scales its queries first, see <see cref="RowMath.AddScaled"/>.</summary>
    private protected bool ScalesQueries(bool masked) => options.ScoreScale() is var scale and not 1 && (!masked || (float)scale != scale);

    /// <summary>A tensor of the forward pass, [A, rows, columns].</summary>
    private protected void Keep(double rows, double columns) => tally.Keep(arms * rows * columns);

    /// <summary>Gradients at one time, in numbers per arm.</summary>
    private protected void Pass(double numbers) => tally.Pass(arms * numbers);

    /// <summary>A product of every arm, rows times a matrix.</summary>
    private protected void Multiply(double rows, double inputs, double outputs) => tally.Multiply(arms * rows * inputs * outputs);

    // Rows one by one -------------------------------------------------------------------------------------------------

    public bool NormsBefore(NormPlace place) =>
        options.Norm is Norm.Pre or Norm.Rms || (options.Norm == Norm.PreMlp && place != NormPlace.Attention);

    public void Normalize(double rows)
    {
        bool gain = shape.HasGains || shape.TrainsAll, shift = options.NormBias && gain;
        double made = options.Norm == Norm.Rms
            ? (options.Dtype == Precision.BFloat16 ? 5 : 2) + (2 / width)
            : 1 + (2 / width) - (shape.SharesWeights && !shape.TrainsAll && gain ? (gain ? 1 : 0) + (shift ? 1 : 0) : 0);
        Keep(rows, width * (made + (gain ? 1 : 0) + (shift ? 1 : 0)));
        Pass(rows * width * (options.Norm == Norm.Rms ? 5 : 3));
    }

    public void Before(double rows, NormPlace place)
    {
        if (NormsBefore(place))
        {
            Normalize(rows);
        }
    }

    public void After(double rows)
    {
        if (options.Norm == Norm.Post)
        {
            Normalize(rows);
        }
    }

    /// <summary>Rows times one of the layer's weights, adapted.</summary>
    public void Project(int layer, Projection projection, double rows)
    {
        var (outputs, inputs) = Projections.ShapeOf(projection, options);
        Keep(rows, outputs);
        Multiply(rows, inputs, outputs);
        Change(layer, projection, rows, inputs, outputs);
        if (shape.Replaces(layer, projection))
        {
            Pass((outputs * inputs) + (rows * (outputs + inputs)));
        }
    }

    /// <summary>A low-rank change of a product.</summary>
    public void Change(int layer, Projection projection, double rows, double inputs, double outputs)
    {
        if (!shape.Changes(layer, projection))
        {
            return;
        }

        if (shape.Drops)
        {
            Keep(rows, 2 * inputs);
        }

        Multiply(rows, inputs + outputs, shape.Rank);
        Keep(rows, (shape.Rank * (shape.ScalesDiffer ? 2 : 1)) + outputs);
        Pass((rows * (inputs + outputs + (2 * shape.Rank))) + (inputs * shape.Rank) + (outputs * shape.Rank));
    }

    /// <summary>Output matrix, residual and MLP: everything after the attention.</summary>
    public void Finish(int layer, double rows)
    {
        if (options.Attention.Output)
        {
            Project(layer, Projection.O, rows);
        }
        else
        {
            Keep(rows, width);
        }

        After(rows);
        Mlp(layer, rows);
    }

    public void Mlp(int layer, double rows)
    {
        if (options.Mlp.Hidden > 0)
        {
            Before(rows, NormPlace.Mlp);
            Hidden(layer, rows);
            MlpOut(layer, rows);
        }
    }

    /// <summary>W_2, the residual and what follows.</summary>
    private protected void MlpOut(int layer, double rows)
    {
        Project(layer, Projection.MlpOut, rows);
        After(rows);
        if (shape.Changes(layer, Projection.MlpOut))
        {
            // Hidden units have a gradient of each product.
            Pass(rows * (width + ((options.Mlp.Gated ? 4 : 3) * options.Mlp.Hidden)));
        }
    }

    private protected void Hidden(int layer, double rows)
    {
        Project(layer, Projection.MlpIn, rows);
        if (options.Mlp.Gated)
        {
            Project(layer, Projection.MlpGate, rows);
        }

        Activate(rows);
    }

    private protected void Activate(double rows)
    {
        double hidden = options.Mlp.Hidden;
        Keep(rows, (options.Mlp.Gated ? 2 : 1) * hidden);
        Pass(rows * (width + ((options.Mlp.Gated ? 3 : 2) * hidden)));
    }

    // Attention -------------------------------------------------------------------------------------------------------

    /// <summary>A layer on all rows of an arm, P + B·T, or on those that are read.</summary>
    public void Layer(int layer, int p, int t, bool last)
    {
        double m = p + (b * t), mq = last ? b * Reads : m;
        Before(m, NormPlace.Attention);
        if (last && (shape.Work.IsRagged || Reads < t))
        {
            Keep(mq, width * (NormsBefore(NormPlace.Attention) ? 2 : 1));
            Pass((2 * m * width) + (mq * width));
        }

        if (shape.TouchesQkv(layer))
        {
            Project(layer, Projection.Q, mq);
            Project(layer, Projection.K, m);
            Project(layer, Projection.V, m);
            Pass((2 * m * (width + keyWidth)) + (mq * queryWidth));
        }
        else
        {
            Keep(mq, queryWidth);
            Keep(m, 2 * keyWidth);
            Multiply(mq, width, queryWidth);
            Multiply(m, width, 2 * keyWidth);
            Pass((m * (width + queryWidth + (4 * keyWidth))) + (mq * width));
        }

        Mix(layer, p, t, last);
        Finish(layer, mq);
    }

    /// <summary>Attention of projected rows, joined over heads.</summary>
    public void Mix(int layer, int p, int t, bool last)
    {
        double m = p + (b * t);
        int tq = last ? Reads : t;
        double mq = last ? b * tq : m;
        bool own = options.Causal ? last && shape.Work.IsRagged : shape.Work.IsRagged;
        if (options.Positions == Positions.Rotary)
        {
            Keep(mq, 3 * queryWidth);
            Keep(m, 3 * keyWidth);
            double signals = Turns && shape.IsPadded && p + t > shape.Length ? arms : 1;
            tally.KeepOnce($"turns {p} {t}", 2 * m * queryWidth * signals);
            tally.KeepOnce($"turns {last}", last ? 2 * mq * queryWidth * (shape.Work.IsRagged ? arms : 1) : 0);
        }

        var attention = new AttentionMemory(shape, tally, sequences, p, t, tq, last, own);
        bool packs = !own && (sequences == 1 || b * tq * b * t * headWidth <= (b - 1) * CallCost);
        if (shape.Bottleneck > 0)
        {
            Made(layer, t);
            attention.BySequence();
        }
        else if (!packs && heads / options.KeyValueHeadCount() * tq >= headWidth)
        {
            Prefix(layer, apart: false);
            attention.Alongside(PrefixOf(layer));
        }
        else
        {
            if (SharesKeys)
            {
                Keep(m, 2 * queryWidth);
            }

            Prefix(layer, apart: true);
            if (packs)
            {
                attention.Packed(PrefixOf(layer));
            }
            else
            {
                attention.Split(PrefixOf(layer));
            }
        }
    }

    private protected int PrefixOf(int layer) => shape.PrefixAt(layer) ? shape.Prefix : 0;

    /// <summary>What calling a product costs in multiplications, as <see cref="Transformer.CallCost"/>.</summary>
    private const double CallCost = 5000;

    /// <summary>Keys and values of a layer's prefix; with <paramref name="apart"/> repeated for query heads.</summary>
    public void Prefix(int layer, bool apart)
    {
        double p = PrefixOf(layer);
        if (p == 0)
        {
            return;
        }

        if (shape.PrefixIsRows)
        {
            Before(p, NormPlace.Attention);
            Project(layer, Projection.K, p);
            Project(layer, Projection.V, p);
        }

        if (Turns)
        {
            Keep(p, 3 * keyWidth);
        }

        if (apart)
        {
            Keep(p, heads > 1 ? 2 * queryWidth : 0);
        }
    }

    /// <summary>True when virtual tokens stand at positions that turn.</summary>
    private protected bool Turns => options.Positions == Positions.Rotary && options.VirtualPositions == VirtualPositions.Counted;

    /// <summary>The virtual tokens that an iapt generator makes of each sequence.</summary>
    private protected void Made(int layer, int t)
    {
        if (layer >= options.Depth)
        {
            return;
        }

        double p = shape.Prefix, n = shape.Bottleneck, made = b * p;
        Keep(b * t, (3 * p) + n);
        Keep(made, (15 * n) + width);
        Multiply(b * t, width + p, p + n);
        Multiply(made, n, width);
        Before(made, NormPlace.Attention);
        Project(layer, Projection.K, made);
        Project(layer, Projection.V, made);
        Keep(made, (Turns ? 3 * keyWidth : 0) + (options.DecoderDepth > 0 ? 0 : heads > 1 ? 2 * queryWidth : 0));
        Pass((b * t * ((2 * width) + (2 * p) + n)) + (made * 3 * n));
    }
}
