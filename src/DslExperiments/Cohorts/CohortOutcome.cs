using DslExperiments.Backbones;

namespace DslExperiments.Cohorts;

/// <summary>What a cohort leaves behind, detached from all tensors.</summary>
/// <param name="Arms">One entry per arm in stacking order.</param>
public sealed record CohortOutcome(IReadOnlyList<ArmOutcome> Arms);

/// <summary>The end of one arm.</summary>
/// <param name="Design">The arm.</param>
/// <param name="Metrics">One value per metric of the experiment, in its order; NaN where it does not apply or the arm diverged.</param>
/// <param name="Curve">The measured steps.</param>
/// <param name="DivergedAt">The measured step at which the loss was no longer finite, or null.</param>
/// <param name="Adapter">The trained tensors without padding.</param>
public sealed record ArmOutcome(
    ArmDesign Design,
    IReadOnlyList<double> Metrics,
    IReadOnlyList<CurvePoint> Curve,
    int? DivergedAt,
    IReadOnlyList<AdapterArray> Adapter)
{
    /// <summary>The measured step at which the arm stopped early, with the values that it keeps, or null.</summary>
    public int? StoppedAt { get; init; }

    /// <summary>The measured step whose numbers it keeps in place of its last ones, or null.</summary>
    public int? RestoredFrom { get; init; }

    /// <summary>What early stopping saw of the metric that it watches; none where it watches the losses.</summary>
    public IReadOnlyList<Evaluation> Evaluations { get; init; } = [];

    /// <summary>When a search dropped the arm, or null.</summary>
    public Drop? Dropped { get; init; }

    /// <summary>Per virtual token of a prompt before texts the nearest tokens of the vocabulary, the nearest first; else none.</summary>
    public IReadOnlyList<IReadOnlyList<NearToken>> Nearest { get; init; } = [];
}

/// <summary>A token of the vocabulary near a virtual one.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Piece">Its text.</param>
/// <param name="Cosine">Of the angle between their rows.</param>
public sealed record NearToken(int Token, string Piece, double Cosine);

/// <summary>The training loss of an arm after some updates.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Loss">The loss; NaN once the arm diverged.</param>
public readonly record struct CurvePoint(int Step, double Loss);

/// <summary>A metric of an arm after some updates, while it is trained.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Metric">The metric's name.</param>
/// <param name="Value">Its value.</param>
public readonly record struct Evaluation(int Step, string Metric, double Value);

/// <summary>A trained tensor of one arm on the CPU.</summary>
/// <param name="Name">The name in saved adapters.</param>
/// <param name="Shape">The shape without padding.</param>
/// <param name="Dtype">The precision in which it was trained.</param>
/// <param name="Values">The numbers in row-major order; float32 numbers are exact in double.</param>
public sealed record AdapterArray(string Name, IReadOnlyList<long> Shape, Precision Dtype, double[] Values);
