using DslExperiments.Backbones;

namespace DslExperiments.Planning;

/// <summary>What the four ways of <see cref="LivePass"/> to attend make of projected rows.</summary>
/// <param name="shape">The cohort.</param>
/// <param name="tally">Where it is counted.</param>
/// <param name="sequences">Sequences, B.</param>
/// <param name="p">Prompt rows per arm, P.</param>
/// <param name="t">Rows per sequence, T.</param>
/// <param name="tq">Rows per sequence that ask.</param>
/// <param name="last">True for the layer whose rows are read.</param>
/// <param name="own">True when what rows see differs from sequence to sequence.</param>
internal sealed class AttentionMemory(CohortShape shape, Tally tally, int sequences, int p, int t, int tq, bool last, bool own)
{
    private readonly TransformerOptions options = shape.Backbone;
    private readonly double b = sequences;
    private readonly double heads = shape.Backbone.Heads;
    private readonly double queryWidth = shape.Backbone.QueryWidth();
    private readonly double keyWidth = shape.Backbone.KeyValueWidth();
    private readonly double m = p + ((double)sequences * t);
    private readonly double mq = last ? (double)sequences * tq : p + ((double)sequences * t);

    /// <summary>Factors on queries are products of their own unless they pass through float32 unchanged, see <see cref="RowMath.AddScaled"/>.</summary>
    private double Scaled(bool masked) => options.ScoreScale() is var scale && scale != 1 && (!masked || (float)scale != scale) ? queryWidth : 0;

    private bool Masked => (options.Causal && !own) || shape.IsPadded;

    /// <summary>All rows of an arm in one product.</summary>
    public void Packed(int prefix)
    {
        double copies = heads > 1 ? 1 : 0, scores = heads * mq * m, all = heads * mq * (m + prefix);
        bool masked = options.Causal || sequences > 1 || shape.IsPadded;
        Mask("packed", shape.IsPadded && p + t > shape.Length ? scores : 0);
        Keep((copies * ((mq * queryWidth) + (Shares ? 0 : 2 * m * queryWidth))) + (mq * Scaled(masked)) + scores);
        if (prefix > 0)
        {
            Keep((mq * Scaled(masked: false)) + (heads * mq * prefix) + all + ((prefix + m) * queryWidth));
        }

        Keep(all + (mq * queryWidth * (1 + copies)));
        Multiply(all);
        Pass((2 * all) + (mq * queryWidth) + (3 * m * queryWidth) + (mq * shape.Backbone.Width));
    }

    /// <summary>Each sequence by itself, virtual tokens in front of its own.</summary>
    public void Alongside(int prefix)
    {
        int virtuals = p > 0 ? p : prefix;
        double columns = virtuals + t, asked = b * tq * queryWidth;
        double scores = heads * b * tq * columns, keys = b * columns * keyWidth;
        Mask("alongside", shape.IsPadded ? scores : 0);
        Multiply(scores);
        Keep(asked + keys + (b * tq * Scaled(Masked)) + ((own ? 3 : 2) * scores) + keys + (2 * asked));
        Pass((2 * scores) + keys + asked + (mq * shape.Backbone.Width));
        if (p > 0 && !last)
        {
            OfPrompt(copiesKeys: true);
        }
    }

    /// <summary>Each sequence by itself; virtual tokens by a second product.</summary>
    public void Split(int prefix)
    {
        int virtuals = p > 0 ? p : prefix;
        bool copies = heads > 1 || p > 0;
        double asked = b * tq * queryWidth, scores = heads * b * tq * t, all = heads * b * tq * (t + virtuals);
        Mask("split", shape.IsPadded && t > shape.Length ? scores : 0);
        Keep((copies ? asked : 0) + (copies && !(Shares && p == 0) ? 2 * b * t * queryWidth : 0) + (b * tq * Scaled(Masked)) + ((own ? 2 : 1) * scores));
        Multiply(all);
        if (virtuals == 0)
        {
            Keep(scores + (asked * (heads > 1 ? 2 : 1)));
            Pass((2 * scores) + (2 * asked) + (3 * b * t * queryWidth) + (mq * shape.Backbone.Width));
            return;
        }

        Keep((copies ? asked : 0) + (p > 0 ? 2 * p * queryWidth : 0) + (b * tq * Scaled(shape.IsPadded)) + (heads * b * tq * virtuals));
        Keep((2 * all) + scores + (2 * asked) + (heads > 1 ? mq * queryWidth : 0));
        Pass((2 * all) + (heads * b * tq * t) + (2 * asked) + (b * t * queryWidth) + (mq * shape.Backbone.Width));
        if (p > 0 && !last)
        {
            OfPrompt(copiesKeys: false);
        }
    }

    /// <summary>Each sequence by itself over tokens that were made of it.</summary>
    public void BySequence()
    {
        double copies = heads > 1 ? 1 : 0, asked = b * tq * queryWidth, made = shape.Prefix;
        double scores = heads * b * tq * t, all = heads * b * tq * (t + made);
        Keep((copies * (asked + (2 * b * t * queryWidth))) + (Shares ? 2 * b * t * queryWidth : 0) + (b * tq * (Scaled(Masked) + Scaled(shape.IsPadded))));
        Multiply(all);
        Keep(((own ? 2 : 1) * scores) + (heads * b * tq * made) + (2 * all) + (b * (made + t) * queryWidth) + (asked * (1 + copies)));
        Pass((2 * all) + asked + (b * (made + t) * queryWidth) + (mq * shape.Backbone.Width));
    }

    /// <summary>A prompt's own rows over each other, and both parts put together.</summary>
    private void OfPrompt(bool copiesKeys)
    {
        double rows = p * queryWidth;
        Multiply(heads * p * p);
        Keep(rows + (copiesKeys ? 2 * p * keyWidth : 0) + (p * Scaled(masked: true)) + (2 * heads * p * p) + rows + (copiesKeys && heads > 1 ? rows : 0));
        Keep(m * queryWidth);
    }

    /// <summary>Which of the arms' virtual tokens exist, for every score; made once for all layers but the last.</summary>
    private void Mask(string kind, double numbers) => tally.KeepOnce($"mask {kind} {last} {p} {t}", shape.Arms * numbers);

    private bool Shares => options.KeyValueHeadCount() < options.Heads;

    private void Keep(double numbers) => tally.Keep(shape.Arms * numbers);

    /// <summary>Scores and mixtures: two products.</summary>
    private void Multiply(double scores) => tally.Multiply(2 * shape.Arms * scores * shape.Backbone.HeadSize());

    private void Pass(double numbers) => tally.Pass(shape.Arms * numbers);
}
