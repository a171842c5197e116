using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Training;

namespace DslExperiments.Planning;

/// <summary>
/// Bytes of a cohort's tensors at the peak of its training, from its designs alone: weights, data, what is trained, and a
/// training step with its backward pass and update.
/// </summary>
internal sealed class CohortMemory
{
    private readonly CohortShape shape;
    private readonly TransformerOptions options;
    private readonly int size;
    private readonly int trainedSize;

    private CohortMemory(CohortShape shape)
    {
        this.shape = shape;
        options = shape.Backbone;
        size = SizeOf(options.Dtype);
        trainedSize = SizeOf(options.Dtype.OfTrained());
        Weights = size * WeightNumbers();
        Data = size * DataNumbers();
        Trained = TrainedBytes();
        var step = StepOf(shape.Work.Batch, updates: true);
        Products = step.Products;
        (Forward, Backward) = (size * step.Kept, size * step.Passing);
        if (!shape.Work.IsFull)
        {
            // The last pass measures all sequences at once, without a way back.
            var last = StepOf(shape.Work.Sequences, updates: false);
            last.KeepConstantsOf(step);
            Forward = Math.Max(Forward, (size * last.Kept) - Backward);
        }
    }

    /// <summary>Bytes of frozen weights, of every seed unless they share them.</summary>
    public double Weights { get; }

    /// <summary>Bytes of sequences and targets.</summary>
    public double Data { get; }

    /// <summary>Bytes of what is trained: values, gradients, moments, the start.</summary>
    public double Trained { get; }

    /// <summary>Bytes of a step's forward pass, with the constants that it reads.</summary>
    public double Forward { get; }

    /// <summary>Bytes that pass by on the way back or in the update, at most.</summary>
    public double Backward { get; }

    /// <summary>Multiplications of a step's forward pass, all arms together.</summary>
    public double Products { get; }

    /// <summary>All of them.</summary>
    public double Peak => Weights + Data + Trained + Forward + Backward;

    /// <summary>The memory of arms that train together.</summary>
    public static CohortMemory Of(IReadOnlyList<ArmDesign> designs) => new(new CohortShape(designs));

    /// <summary>The memory of a cohort of known sizes.</summary>
    public static CohortMemory Of(CohortShape shape) => new(shape);

    /// <summary>The parts in kB.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Weights / 1e3:0} weights + {Data / 1e3:0} data + {Trained / 1e3:0} trained + {Forward / 1e3:0} forward + {Backward / 1e3:0} backward kB");

    private static int SizeOf(Precision precision) => precision switch { Precision.Float64 => 8, Precision.BFloat16 => 2, _ => 4 };

    /// <summary>Numbers of the backbone's precision that one of a loss's takes: losses have 32 bits at least.</summary>
    private double Wide => trainedSize / (double)size;

    private double WeightNumbers()
    {
        double stacked = shape.SharesWeights ? 1 : shape.Groups;
        var layers = Projections.Places([Projection.All], options).Sum(place =>
        {
            var (outputs, inputs) = Projections.ShapeOf(place.Projection, options);
            bool joined = place.Projection is Projection.Q or Projection.K or Projection.V;

            // As given, turned over, and queries, keys and values side by side; shared weights are views of one tensor.
            return (outputs * inputs * (shape.SharesWeights ? 1 : joined ? 3 : 2)) + (Projections.HasBias(place.Projection, options) ? outputs : 0);
        });
        double rows = ((options.Tied ? 1.0 : 2) * options.Vocabulary) + (options.Positions == Positions.Learned ? options.Context : 0);
        return stacked * (layers + (rows * options.Width));
    }

    private double DataNumbers()
    {
        var work = shape.Work;
        double kept = (double)shape.Groups * work.Sequences;
        return work.IsTokens
            ? kept * (work.Length + work.Reads + work.DecoderLength) * 8 / size
            : (kept * (work.Length + work.Reads) * options.Width) + (shape.Groups < shape.Arms ? (double)shape.Arms * work.Sequences * work.Reads * options.Width : 0);
    }

    private double TrainedBytes()
    {
        double numbers = shape.Trained * shape.Arms;
        TrainingOptions[] trainings = [.. shape.Designs.Select(design => design.Training)];
        double moments = trainings[0].Optimizer switch
        {
            OptimizerKind.Sgd => trainings.Any(t => t.Momentum != 0) ? 1 : 0,
            OptimizerKind.Adafactor => shape.TrainsAll || shape.Rank > 0 ? 0.1 : 1,
            _ => 2,
        };
        int spread = ((bool[])
            [Differ(t => t.LearningRate), Differ(t => t.WeightDecay), Differ(t => t.Beta1), Differ(t => t.Beta2), Differ(t => t.Epsilon)]).Count(differ => differ);

        bool keepsBest = trainings.Any(t => t.EarlyStopping.RestoreBest);

        // Values, gradients and the start; whose arm a number is, in 64 bits; what a graph of fewer bits sees of the first two.
        return numbers * ((trainedSize * (3 + moments + spread + (keepsBest ? 1 : 0))) + (keepsBest ? 16 : 8) + (trainedSize > size ? 2 * size : 0));
    }

    private bool Differ<T>(Func<TrainingOptions, T> setting) => shape.Designs.Select(design => setting(design.Training)).Distinct().Count() > 1;

    private Tally StepOf(int sequences, bool updates)
    {
        var tally = new Tally();
        if (options.DecoderDepth > 0)
        {
            new EncoderDecoderMemory(shape, tally, sequences).Run();
        }
        else
        {
            new PassMemory(shape, tally, sequences).Run();
        }

        Loss(tally, sequences);
        if (updates)
        {
            Update(tally);
        }

        return tally;
    }

    /// <summary>Squared errors, or scores of the vocabulary and their logarithms.</summary>
    private void Loss(Tally tally, int sequences)
    {
        double rows = (double)shape.Arms * sequences * shape.Work.Reads;
        if (!shape.Work.IsTokens)
        {
            tally.Keep(rows * options.Width * (Wide > 1 ? 3 * Wide : 1));
            tally.Pass(3 * rows * options.Width * Wide);
            return;
        }

        double vocabulary = shape.Classes > 0 ? 0 : options.Vocabulary, answers = shape.Work.Answers > 0 ? shape.Work.Answers : vocabulary;
        tally.Multiply(rows * options.Width * Math.Max(vocabulary, shape.Classes));
        bool some = shape.Work.Answers > 0 && shape.Classes == 0;
        tally.Keep(rows * (vocabulary + (answers * (Wide > 1 ? 2 * Wide : 1)) + (shape.Work.IsRagged && some ? answers : 0) + 4));
        tally.Pass(rows * ((2 * answers * Wide) + (some ? vocabulary : 0)));
        tally.Pass(rows * (vocabulary + options.Width) + (shape.TrainsAll ? (double)shape.Arms * options.Vocabulary * options.Width : 0));
    }

    /// <summary>What an update has for itself. A search tries its candidates while the step's own pass is still there.</summary>
    private void Update(Tally tally)
    {
        double numbers = shape.Trained * shape.Arms;
        TrainingOptions[] trainings = [.. shape.Designs.Select(design => design.Training)];
        double copies = trainings[0].Optimizer switch { OptimizerKind.Sgd => 0, OptimizerKind.Adafactor => 4, _ => 1 };
        bool shrinks = trainings[0].Optimizer is OptimizerKind.AdamW or OptimizerKind.Adafactor && Differ(t => t.WeightDecay);
        copies += (trainings.Any(t => t.Clip > 0) ? 2 : 0) + (shrinks ? 1 : 0) + (Differ(t => (t.Schedule, t.Warmup)) ? 1 : 0);
        tally.Pass(numbers * copies * Wide);
        if (shape.Candidates > 0)
        {
            tally.Pass(tally.Kept);
        }
    }
}
