namespace DslExperiments.Cohorts;

/// <summary>The session of a cohort that goes on where another one was: there is nothing of its own to restore, and arms that are not in it have no loss to report.</summary>
/// <param name="whole">The session of the cohort as planned.</param>
/// <param name="arms">Arms of the plan.</param>
/// <param name="places">Where the plan has each arm that losses are reported of.</param>
internal sealed class PartSession(ICohortSession whole, int arms, IReadOnlyList<int> places) : ICohortSession
{
    /// <inheritdoc/>
    public bool PauseRequested => whole.PauseRequested;

    /// <inheritdoc/>
    public bool SaveDue => whole.SaveDue;

    /// <inheritdoc/>
    public CohortState? Restore() => null;

    /// <inheritdoc/>
    public void Save(CohortState state) => whole.Save(state);

    /// <inheritdoc/>
    public void Progress(int step, int steps) => whole.Progress(step, steps);

    /// <inheritdoc/>
    public void Measured(int step, ReadOnlySpan<double> losses)
    {
        var all = new double[arms];
        Array.Fill(all, double.NaN);
        for (int arm = 0; arm < losses.Length; arm++)
        {
            all[places[arm]] = losses[arm];
        }

        whole.Measured(step, all);
    }

    /// <inheritdoc/>
    public void Say(string message) => whole.Say(message);
}
