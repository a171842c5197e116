namespace DslExperiments.Cohorts;

/// <summary>A session without a run folder: nothing is restored or saved, nothing pauses.</summary>
public sealed class DetachedSession : ICohortSession
{
    /// <inheritdoc/>
    public bool PauseRequested => false;

    /// <inheritdoc/>
    public bool SaveDue => false;

    /// <inheritdoc/>
    public CohortState? Restore() => null;

    /// <inheritdoc/>
    public void Save(CohortState state)
    {
    }

    /// <inheritdoc/>
    public void Progress(int step, int steps)
    {
    }

    /// <inheritdoc/>
    public void Measured(int step, ReadOnlySpan<double> losses)
    {
    }

    /// <inheritdoc/>
    public void Say(string message)
    {
    }
}
