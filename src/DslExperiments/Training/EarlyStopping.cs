namespace DslExperiments.Training;

/// <summary>
/// When an arm stops before its last step (<c>training.early_stopping</c>), by the losses of its measured passes, as in Keras
/// and PyTorch Lightning. It keeps the numbers with which the last of these losses was measured.
/// </summary>
public sealed record EarlyStoppingOptions
{
    /// <summary>Measurements in a row without progress after which an arm stops; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>By how much a loss must be below the best one before it to count as progress.</summary>
    public double MinDelta { get; init; }

    /// <summary>An arm stops as soon as its loss is at most this; 0 for never.</summary>
    public double StoppingThreshold { get; init; }
}

/// <summary>What early stopping remembers of one arm: it follows from the measured losses alone.</summary>
/// <param name="options">The rule.</param>
internal sealed class EarlyStopping(EarlyStoppingOptions options)
{
    private double best = double.PositiveInfinity;
    private int waited;

    /// <summary>Takes a measured loss, and says whether the arm stops there.</summary>
    public bool StopsAfter(double loss)
    {
        bool progress = loss < best - options.MinDelta;
        (best, waited) = progress ? (loss, 0) : (best, waited + 1);
        return (options.Patience > 0 && waited >= options.Patience)
            || (options.StoppingThreshold > 0 && loss <= options.StoppingThreshold);
    }
}
