using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Planning;

/// <summary>
/// What a pass through the transformer makes, as <see cref="FrozenPass"/> makes it: constants of all sequences, the first
/// layer that an adapter reaches, and the live layers behind it.
/// </summary>
/// <param name="shape">The cohort.</param>
/// <param name="tally">Where it is counted.</param>
/// <param name="sequences">Sequences of the pass, B.</param>
internal sealed class PassMemory(CohortShape shape, Tally tally, int sequences) : LayerMemory(shape, tally, sequences)
{
    private readonly HashSet<string> made = [];

    private int T => Shape.Length;

    private int Depth => options.Depth;

    /// <summary>Tokens to the rows that the loss reads.</summary>
    public void Run()
    {
        if (Shape.Reparametrization > 0)
        {
            double outputs = Methods.Prefix.Parts((PrefixOptions)Shape.Designs[0].Method, options).Sum(part => part.Width);
            Keep(Shape.Prefix, (2 * Shape.Reparametrization) + outputs);
            Pass((2 * Shape.Prefix * outputs) + (outputs * Shape.Reparametrization));
        }

        int first = FirstTouched();
        bool trainsInput = Shape.TrainsAll && (Shape.Work.IsTokens || options.Positions == Positions.Learned);
        bool live = trainsInput || Shape.Bottleneck > 0 || (first < Depth
            && ((Shape.TrainsAll && NormsBefore(NormPlace.Attention)) || ((Shape.Prompt > 0 || Shape.PrefixAt(first)) && (Shape.TouchesQkv(first) || options.Dtype == Precision.BFloat16))));
        if (first == Depth && !live)
        {
            Input(Depth - 1);
            ForArms("output", Reads, width);
            Normalize(b * Reads);
            return;
        }

        int p = 0, t = T, next = first;
        if (live)
        {
            (p, t) = Plain(first, trainsInput);
        }
        else
        {
            bool last = first == Depth - 1;
            next = first + 1;
            if (Shape.Prompt > 0)
            {
                (p, t) = last ? PromptedReads() : PromptedLayer();
            }
            else if (Shape.PrefixAt(first))
            {
                Prefixed(first, last);
            }
            else
            {
                Changed(first, last);
            }
        }

        for (int layer = next; layer < Depth; layer++)
        {
            Layer(layer, p, t, layer == Depth - 1);
        }

        if (NormsBefore(NormPlace.Final))
        {
            Normalize(b * Reads);
        }
    }

    private int FirstTouched() => Shape.Prompt > 0 || Shape.Bottleneck > 0 || Shape.TrainsAll
        ? 0
        : Enumerable.Range(0, Depth).FirstOrDefault(layer => Shape.PrefixAt(layer) || Shape.TouchesAny(layer), Depth);

    // Constants -------------------------------------------------------------------------------------------------------

    /// <summary>A constant of all sequences of every seed, [G, N, rows, columns], made once.</summary>
    private void Full(string name, double rows, double columns) =>
        Tally.KeepOnce(name, (double)Shape.Groups * Shape.Work.Sequences * rows * columns);

    /// <summary>Its part of a batch for all arms, [A, B, rows, columns]; a view where every arm has its own and nothing is turned.</summary>
    private void ForArms(string name, double rows, double columns, bool turns = false)
    {
        if (!made.Add(name))
        {
            return;
        }

        if (!Shape.Work.IsFull && b < Shape.Work.Sequences)
        {
            Tally.Keep(Shape.Groups * b * rows * columns);
        }

        if (turns || Shape.Groups < Shape.Arms)
        {
            Keep(b * rows, columns);
        }
    }

    /// <summary>Inputs of the layers up to one, all frozen.</summary>
    private void Input(int layer)
    {
        if (Shape.Work.IsTokens)
        {
            Full("tokens", T, width);
        }

        if (options.Positions is Positions.Sinusoidal or Positions.Learned)
        {
            Full("input 0", T, width);
        }

        for (int below = 1; below <= layer; below++)
        {
            Full($"input {below}", T, width);
        }
    }

    private void Normed(int layer)
    {
        Input(layer);
        if (NormsBefore(NormPlace.Attention))
        {
            Full($"normed {layer}", T, width);
        }
    }

    /// <summary>The layer's input on the rows that go on.</summary>
    private void Residual(int layer, bool last)
    {
        Input(layer);
        if (last && Shape.Work.IsRagged)
        {
            Full("input of reads", Reads, width);
        }

        ForArms($"input of reads {layer}", last ? Reads : T, width);
    }

    /// <summary>Keys, values, and what content queries make of content.</summary>
    private void ContentConstants(int layer, bool last)
    {
        double tq = last ? Reads : T, turned = options.Positions == Positions.Rotary ? 1 : 0;
        Normed(layer);
        Full("queries", tq, queryWidth);
        Full("keys", T, SharesKeys ? queryWidth : keyWidth);
        Full("values", T, SharesKeys ? queryWidth : keyWidth);
        Full("mass", tq, heads);
        Full("means", tq, queryWidth);
    }

    // The first layer -------------------------------------------------------------------------------------------------

    /// <summary>The plain way: rows in which anything may depend on trained numbers.</summary>
    private (int P, int T) Plain(int layer, bool trainsInput)
    {
        if (trainsInput)
        {
            TrainedInput();
        }
        else
        {
            Input(layer);
            ForArms($"input {layer}", T, width);
        }

        if (Shape.Prompt == 0 || layer > 0)
        {
            return (0, T);
        }

        if (options.Causal)
        {
            Keep(Shape.Prompt + (b * T), width);
            return (Shape.Prompt, T);
        }

        Keep(b * (Shape.Prompt + T), width);
        return (0, Shape.Prompt + T);
    }

    /// <summary>Rows of trained tables: by a product where the vocabulary is small, else by index.</summary>
    private void TrainedInput()
    {
        double vocabulary = options.Vocabulary;
        if (Shape.Work.IsTokens)
        {
            Keep(b * T, width + (vocabulary > 128 ? 2 : vocabulary));
            Pass((vocabulary * width) + (2 * b * T * width));
        }
        else
        {
            ForArms("tokens", T, width);
        }

        if (options.Positions is not (Positions.None or Positions.Rotary))
        {
            Keep(b * T, width);
            Pass((options.Context * width) + (2 * b * T * width));
        }
    }

    /// <summary>A layer whose input no trained number reaches.</summary>
    private void Changed(int layer, bool last)
    {
        int tq = last ? Reads : T;
        double m = b * tq;
        if (Shape.TouchesQkv(layer))
        {
            Normed(layer);
            FromConstant(layer, Projection.Q, tq, last ? "normed of reads" : $"normed rows {layer}");
            FromConstant(layer, Projection.K, T, $"normed rows {layer}");
            FromConstant(layer, Projection.V, T, $"normed rows {layer}");
            Mix(layer, 0, T, last);
            Residual(layer, last);
            Finish(layer, m);
            return;
        }

        ContentConstants(layer, last);
        if (Shape.Touches(layer, Projection.O))
        {
            FromConstant(layer, Projection.O, tq, "mixed");
            After(m);
            Mlp(layer, m);
            return;
        }

        Full("attended", tq, width);
        ForArms("attended", tq, width);
        bool inner = Shape.Touches(layer, Projection.MlpIn) || Shape.Touches(layer, Projection.MlpGate);
        if (NormsBefore(NormPlace.Mlp))
        {
            Full("mlp input", tq, width);
        }

        if (inner)
        {
            FromConstant(layer, Projection.MlpIn, tq, "mlp input");
            if (options.Mlp.Gated)
            {
                FromConstant(layer, Projection.MlpGate, tq, "mlp input");
            }

            Activate(m);
            MlpOut(layer, m);
            return;
        }

        Full("hidden", tq, options.Mlp.Hidden);
        FromConstant(layer, Projection.MlpOut, tq, "hidden");
        After(m);
    }

    /// <summary>Constant rows times a weight: the frozen part of the product is constant, too.</summary>
    private void FromConstant(int layer, Projection projection, int rows, string from)
    {
        var (outputs, inputs) = Projections.ShapeOf(projection, options);
        if (!Shape.Replaces(layer, projection))
        {
            Full($"product {projection}", rows, outputs);
            ForArms($"product {projection}", rows, outputs);
            if (!Shape.Changes(layer, projection))
            {
                return;
            }
        }

        ForArms(from, rows, inputs);
        if (Shape.Replaces(layer, projection))
        {
            Keep(b * rows, outputs);
            Multiply(b * rows, inputs, outputs);
            Pass((outputs * inputs) + (b * rows * outputs));
        }

        Change(layer, projection, b * rows, inputs, outputs);
    }

    /// <summary>The only layer under a prompt: the rows that are read.</summary>
    private (int P, int T) PromptedReads()
    {
        double p = Shape.Prompt, m = b * Reads, queries = m * heads;
        Positioned(p);
        Before(p, NormPlace.Attention);
        Residual(0, last: true);
        ContentConstants(0, last: true);
        bool folds = !SharesKeys && options.HeadWidth == 0 && !options.Attention.Bias && !Turns && !Shape.SharesWeights && !Shape.Touches(0, Projection.O);
        if (folds && queries * ((2 * p * width) + (width * width)) <= (2 * p * width * width) + (2 * p * queries * headWidth) + (2 * heads * CallCost))
        {
            Full("kappa", Reads * heads, width);
            Tally.Keep(Shape.Groups * queries * width * (Shape.Work.IsFull ? 1 : 2));
            Tally.KeepOnce("value map", Shape.Groups * heads * width * width);
            ForArms("mass", Reads, heads);
            ForArms("means", Reads, queryWidth);
            Full("mapped means", heads == 1 ? Reads : 0, width);
            Multiply(queries, width, (2 * p) + width);
            Keep(queries, p + (2 * (p + 1)) + width);
            Keep(m, width * (heads == 1 ? 2 : 3));
            Pass((queries * ((3 * p) + 2 + width)) + (2 * m * width) + (2 * p * width));
            After(m);
        }
        else
        {
            Keep(p, 2 * keyWidth);
            Multiply(p, width, 2 * keyWidth);
            PromptHeads(p, turned: 1, plain: 1);
            ContentMix(p, m, last: true);
            Keep(heads > 1 ? m : 0, queryWidth);
            AttendedOnly(0, m);
        }

        Mlp(0, m);
        return (0, Reads);
    }

    private const double CallCost = 5000;

    private void AttendedOnly(int layer, double rows)
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
    }

    /// <summary>The first of several layers under a prompt.</summary>
    private (int P, int T) PromptedLayer()
    {
        double p = Shape.Prompt, content = b * T;
        Positioned(p);
        Before(p, NormPlace.Attention);
        Keep(p, queryWidth + (2 * keyWidth));
        Multiply(p, width, queryWidth + (2 * keyWidth));
        PromptHeads(p, turned: 2, plain: 1);
        ContentConstants(0, last: false);
        ContentMix(p, content, last: false);
        Input(0);
        ForArms("input 0", T, width);
        if (options.Causal)
        {
            Keep(p, (ScalesQueries(masked: true) ? queryWidth : 0) + (2 * heads * p) + queryWidth);
            double m = p + content;
            Multiply(p, 2 * p, queryWidth);
            Keep(m, (queryWidth * (heads > 1 ? 2 : 1)) + width);
            Pass(m * ((2 * queryWidth) + width) + (2 * heads * content * (p + 1)));
            Finish(0, m);
            return (Shape.Prompt, T);
        }

        ForArms("keys", T, queryWidth, turns: true);
        ForArms("values", T, queryWidth, turns: true);
        Multiply(b * p, 2 * (p + T), queryWidth);
        Keep(p, heads * ((2 * p) + (b * T * (Shape.Work.IsRagged ? 2 : 1))));
        Keep(b * p, (heads * 2 * (p + T)) + (heads * (p + T)) + (2 * queryWidth));
        Keep(b * (p + T), (2 * queryWidth) + width);
        Pass((b * heads * 2 * p * (p + T)) + (b * (p + T) * ((2 * queryWidth) + width)));
        Finish(0, b * (p + T));
        return (0, Shape.Prompt + T);
    }

    private void Prefixed(int layer, bool last)
    {
        double m = b * (last ? Reads : T);
        Prefix(layer, apart: true);
        ContentConstants(layer, last);
        ContentMix(Shape.Prefix, m, last);
        Keep(heads > 1 ? m : 0, queryWidth);
        Residual(layer, last);
        Finish(layer, m);
    }

    /// <summary>Content over virtual tokens and over what it makes of itself.</summary>
    private void ContentMix(double p, double m, bool last)
    {
        double tq = last ? Reads : T;
        ForArms("queries", tq, queryWidth, turns: true);
        ForArms("mass", tq, heads, turns: heads > 1);
        ForArms("means", tq, queryWidth, turns: heads > 1);
        Keep(m, (ScalesQueries(Shape.IsPadded) ? queryWidth : 0) + (heads * p) + (2 * heads * (p + 1)) + (2 * queryWidth));
        Multiply(m, 2 * p, queryWidth);
        Pass((m * ((2 * heads * (p + 1)) + (3 * queryWidth) + width)) + (2 * p * queryWidth));
    }

    /// <summary>A prompt's rows with their positions.</summary>
    private void Positioned(double p)
    {
        if (options.VirtualPositions == VirtualPositions.Counted && options.Positions is Positions.Sinusoidal or Positions.Learned)
        {
            Keep(p, width);
        }
    }

    /// <summary>A prompt's projected rows, heads apart.</summary>
    private void PromptHeads(double p, int turned, int plain)
    {
        bool copies = heads > 1 && !SharesKeys;
        Keep(p, (Turns ? 3 * (turned == 2 ? queryWidth + keyWidth : keyWidth) : 0)
            + (copies ? (turned + plain) * queryWidth : SharesKeys ? 2 * queryWidth : 0));
    }
}
