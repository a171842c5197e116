using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Planning;

/// <summary>What a pass through encoder and decoder makes, as <see cref="EncoderDecoderPass"/> makes it.</summary>
/// <param name="shape">The cohort.</param>
/// <param name="tally">Where it is counted.</param>
/// <param name="sequences">Sequences of the pass, B.</param>
internal sealed class EncoderDecoderMemory(CohortShape shape, Tally tally, int sequences) : LayerMemory(shape, tally, sequences)
{
    private static readonly Projection[] QueryKeyValue = [Projection.Q, Projection.K, Projection.V];

    private int Encoder => Shape.Prompt + Shape.Length;

    /// <summary>Tokens of both to the decoder's rows that are read.</summary>
    public void Run()
    {
        double m = b * Encoder;
        Rows(Shape.Length);
        Keep(Shape.Prompt > 0 ? m : 0, width);
        Before(Shape.Prompt, NormPlace.Attention);
        for (int layer = 0; layer < options.Depth; layer++)
        {
            if (layer == 0)
            {
                First();
            }
            else
            {
                Before(m, NormPlace.Attention);
                Projected(layer, m);
            }

            SelfAttention(layer, Encoder, Shape.Work.IsRagged || Shape.IsPadded);
            Finish(layer, m);
        }

        Before(m, NormPlace.Final);
        Decode();
    }

    /// <summary>Tokens before any layer.</summary>
    private void Rows(int t)
    {
        if (Shape.TrainsAll)
        {
            Keep(b * t, width + 2);
            Pass((options.Vocabulary * width) + (2 * b * t * width));
        }
        else
        {
            Constant(t, width);
        }
    }

    /// <summary>A constant per seed and, where arms share it, its copy for every arm.</summary>
    private void Constant(double rows, double columns)
    {
        Tally.Keep(Shape.Groups * b * rows * columns);
        Keep(Shape.Groups < Shape.Arms ? b * rows : 0, columns);
    }

    private void First()
    {
        bool frozen = !Shape.TrainsAll;
        double content = b * Shape.Length;
        if (!frozen)
        {
            Before(content, NormPlace.Attention);
        }
        else if (Shape.TouchesQkv(0))
        {
            Constant(Shape.Length, width);
        }

        foreach (var projection in QueryKeyValue)
        {
            var (outputs, inputs) = Projections.ShapeOf(projection, options);
            if (!frozen || Shape.Replaces(0, projection))
            {
                Project(0, projection, content);
            }
            else
            {
                Constant(Shape.Length, outputs);
                Change(0, projection, content, inputs, outputs);
            }

            if (Shape.Prompt > 0)
            {
                Project(0, projection, Shape.Prompt);
                Keep(b * Encoder, outputs);
            }
        }
    }

    private void Projected(int layer, double rows)
    {
        if (Shape.TouchesQkv(layer))
        {
            foreach (var projection in QueryKeyValue)
            {
                Project(layer, projection, rows);
            }
        }
        else
        {
            Keep(rows, queryWidth + (2 * keyWidth));
            Multiply(rows, width, queryWidth + (2 * keyWidth));
        }
    }

    private void SelfAttention(int layer, int t, bool masked)
    {
        int p = PrefixOf(layer);
        if (p > 0)
        {
            Prefix(layer, apart: false);
        }
        else if (Shape.Bottleneck > 0 && layer < options.Depth)
        {
            p = Shape.Prefix;
            Made(layer, t);
        }

        Keep(p > 0 ? b * (p + t) : 0, 2 * keyWidth);
        Mix(t, p + t, biased: options.Positions == Positions.Relative || layer >= options.Depth, masked || (p > 0 && Shape.IsPadded));
    }

    /// <summary>Softmax and mixture of each sequence by itself.</summary>
    private void Mix(int tq, int tk, bool biased, bool masked)
    {
        double scores = heads * b * tq * tk, copies = heads > 1 ? 1 : 0, asked = b * tq * queryWidth, keys = b * tk * keyWidth;
        Multiply(b * tq, 2 * tk, queryWidth);
        Keep(1, (copies * (asked + (2 * keys))) + (ScalesQueries(masked: false) ? asked : 0));
        Keep(1, (scores * (2 + (biased ? 1 : 0) + (masked ? 1 : 0))) + (asked * (1 + copies)));
        Pass((2 * scores) + (2 * asked) + (2 * keys) + (b * tq * width));
    }

    private void Decode()
    {
        int t = Shape.Work.DecoderLength, first = options.Depth, end = first + options.DecoderDepth;
        double encoded = b * Encoder;
        for (int layer = first; layer < end; layer++)
        {
            double m = b * t;
            if (layer == first && IsFrozenUntilCross(layer))
            {
                Constant(t, width);
            }
            else
            {
                if (layer == first)
                {
                    Rows(t);
                }

                Before(m, NormPlace.Attention);
                Projected(layer, m);
                SelfAttention(layer, t, masked: false);
                Attended(layer, Projection.O, m);
            }

            if (layer == end - 1)
            {
                (t, m) = (Reads, b * Reads);
                Keep(m, width);
            }

            Before(m, NormPlace.Cross);
            Project(layer, Projection.CrossQ, m);
            Project(layer, Projection.CrossK, encoded);
            Project(layer, Projection.CrossV, encoded);
            Mix(t, Encoder, biased: false, Shape.Work.IsRagged || (Shape.Prompt > 0 && Shape.IsPadded));
            Attended(layer, Projection.CrossO, m);
            Mlp(layer, m);
        }

        Before(b * Reads, NormPlace.DecoderFinal);
    }

    private bool IsFrozenUntilCross(int layer) =>
        !Shape.TrainsAll && !Shape.PrefixAt(layer) && !Shape.TouchesQkv(layer) && !Shape.Touches(layer, Projection.O);

    private void Attended(int layer, Projection output, double rows)
    {
        if (options.Attention.Output)
        {
            Project(layer, output, rows);
        }
        else
        {
            Keep(rows, width);
        }

        After(rows);
    }
}
