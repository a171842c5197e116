using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// What the training of one cohort needs from the run around it: restore, save, report, pause. The run folder implements
/// it; <see cref="DetachedSession"/> is the one without a folder, for tests and for code that trains in memory.
/// </summary>
public interface ICohortSession
{
    /// <summary>True once the run shall stop: finish the step, <see cref="Save"/>, throw <see cref="TrainingInterruptedException"/>.</summary>
    bool PauseRequested { get; }

    /// <summary>True when enough time has passed since the last <see cref="Save"/> that another is worth its cost.</summary>
    bool SaveDue { get; }

    /// <summary>The state at which an earlier, interrupted run left this cohort, or null. The caller disposes the tensors.</summary>
    CohortState? Restore();

    /// <summary>Makes the state durable, whole or not at all.</summary>
    void Save(CohortState state);

    /// <summary>Reports progress after every step; cheap, never blocks.</summary>
    void Progress(int step, int steps);

    /// <summary>Reports losses of a measured step, one per arm in stacking order; NaN for one that diverged.</summary>
    void Measured(int step, ReadOnlySpan<double> losses);

    /// <summary>Tells the user something, for instance that an arm did not move.</summary>
    void Say(string message);
}

/// <summary>Everything that determines the rest of a cohort's training.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Tensors">Adapter and optimiser tensors by name.</param>
/// <param name="DivergedAt">Per arm the step at which its loss stopped being finite, or -1.</param>
/// <param name="Curve">All measured steps so far with the losses of all arms.</param>
public sealed record CohortState(
    int Step,
    IReadOnlyDictionary<string, Tensor> Tensors,
    IReadOnlyList<int> DivergedAt,
    IReadOnlyList<MeasuredStep> Curve)
{
    /// <summary>Per arm the step at which it stopped early, or -1; empty when none did.</summary>
    public IReadOnlyList<int> StoppedAt { get; init; } = [];

    /// <summary>The values of the metric that early stopping watches; empty where it watches the losses.</summary>
    public IReadOnlyList<MeasuredStep> Evaluations { get; init; } = [];

    /// <summary>The lanes that a narrower cohort was going on with; empty when it was the cohort as planned.</summary>
    public IReadOnlyList<int> Lanes { get; init; } = [];

    /// <summary>An estimate of the energy, in joules, that the training of every lane took so far; empty when nobody counted.</summary>
    public IReadOnlyList<double> Joules { get; init; } = [];

    /// <summary>The metric by which arms are compared at a rung, one value per arm of the plan; empty on the way there.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];
}

/// <summary>The losses of all arms of a cohort at one step.</summary>
/// <param name="Step">Updates done before the measurement.</param>
/// <param name="Losses">One per arm, in stacking order.</param>
public sealed record MeasuredStep(int Step, IReadOnlyList<double> Losses);

/// <summary>Thrown out of a cohort's training after it saved its state because the run was asked to pause.</summary>
public sealed class TrainingInterruptedException() : OperationCanceledException("The run was interrupted and can be resumed.");
