namespace DslExperiments.Training;

/// <summary>
/// When an arm stops before its last step (<c>training.early_stopping</c>), by the losses of its measured passes or by a
/// metric, as in Keras and PyTorch Lightning. It keeps the numbers with which the last of these values was measured, or, with
/// <see cref="RestoreBest"/>, those of the best one, as with the <c>load_best_model_at_end</c> of Hugging Face's Trainer.
/// </summary>
public sealed record EarlyStoppingOptions
{
    /// <summary>Measurements in a row without progress after which an arm stops; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>By how much a value must be better than the best one before it to count as progress.</summary>
    public double MinDelta { get; init; }

    /// <summary>An arm stops as soon as its value is this or better; 0 for never.</summary>
    public double StoppingThreshold { get; init; }

    /// <summary>The metric of the experiment that is watched; empty for the training loss of the measured passes.</summary>
    public string Metric { get; init; } = "";

    /// <summary>Updates between two evaluations of the metric; 0 for as many as between two measured passes.</summary>
    public int Every { get; init; }

    /// <summary>True when the arm ends with the numbers of the best measurement.</summary>
    public bool RestoreBest { get; init; }

    /// <summary>True when the best value of the metric is the largest.</summary>
    public bool HigherIsBetter { get; init; }
}

/// <summary>What early stopping remembers of one arm: it follows from the measured values alone.</summary>
/// <param name="options">The rule.</param>
internal sealed class EarlyStopping(EarlyStoppingOptions options)
{
    private readonly double sign = options.HigherIsBetter ? -1 : 1;
    private double best = double.PositiveInfinity;
    private double mark = double.PositiveInfinity;
    private int waited;

    /// <summary>The step of the best value, however little better it was than others; -1 before the first number.</summary>
    public int BestAt { get; private set; } = -1;

    /// <summary>Takes a measured value, and says whether the arm stops there.</summary>
    /// <param name="step">Updates done.</param>
    /// <param name="value">The value; NaN, which a metric may be, does not count.</param>
    public bool StopsAfter(int step, double value)
    {
        if (double.IsNaN(value))
        {
            return false;
        }

        double cost = sign * value;
        if (cost < best)
        {
            (best, BestAt) = (cost, step);
        }

        (mark, waited) = cost < mark - options.MinDelta ? (cost, 0) : (mark, waited + 1);
        return (options.Patience > 0 && waited >= options.Patience)
            || (options.StoppingThreshold > 0 && cost <= sign * options.StoppingThreshold);
    }
}
