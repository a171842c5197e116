using System.Collections.Immutable;
using System.Diagnostics;
using DslExperiments.Cohorts;
using DslExperiments.Results;

namespace DslExperiments.Hosting;

/// <summary>The run around one cohort: its checkpoint, its progress, the wish to pause.</summary>
internal sealed class CohortSession : ICohortSession
{
    /// <summary>At most this share of the time goes into saving.</summary>
    private const double LargestShare = 0.05;

    private readonly int _cohort;
    private readonly ImmutableArray<string> _labels;
    private readonly RunMonitor _monitor;
    private readonly CancellationToken _pause;
    private readonly string? _path;
    private readonly string _identity;
    private readonly TimeSpan _interval;
    private readonly Stopwatch _sinceSave = Stopwatch.StartNew();
    private TimeSpan _lastSave;

    /// <summary>A session of a cohort.</summary>
    /// <param name="cohort">Its place in the plan.</param>
    /// <param name="labels">Its arms in stacking order.</param>
    /// <param name="monitor">Is told of progress.</param>
    /// <param name="path">The checkpoint file, or null to save nothing.</param>
    /// <param name="identity">What the cohort is; see <see cref="CohortIdentity"/>.</param>
    /// <param name="interval">Time between two checkpoints.</param>
    /// <param name="pause">Cancelled when the run shall pause.</param>
    public CohortSession(
        int cohort, ImmutableArray<string> labels, RunMonitor monitor, string? path, string identity, TimeSpan interval, CancellationToken pause)
    {
        (_cohort, _labels, _monitor, _path, _identity, _interval, _pause) = (cohort, labels, monitor, path, identity, interval, pause);
    }

    /// <inheritdoc/>
    public bool PauseRequested => _pause.IsCancellationRequested;

    /// <inheritdoc/>
    public bool SaveDue => _path is not null && _sinceSave.Elapsed > _interval && _sinceSave.Elapsed * LargestShare > _lastSave;

    /// <inheritdoc/>
    public CohortState? Restore()
    {
        if (_path is null)
        {
            return null;
        }

        try
        {
            var state = CohortCheckpoint.Read(_path, _identity);
            if (state is not null)
            {
                _monitor.Restored(_cohort, state.Step);
            }

            return state;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _monitor.Say($"The checkpoint {Path.GetFileName(_path)} cannot be used: {Lead(e.Message)}. Its arms start anew.");
            return null;
        }
    }

    /// <inheritdoc/>
    public void Save(CohortState state)
    {
        if (_path is null)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        CohortCheckpoint.Write(_path, _identity, state);
        _lastSave = Stopwatch.GetElapsedTime(started);
        _sinceSave.Restart();
    }

    /// <inheritdoc/>
    public void Progress(int step, int steps) => _monitor.Progress(_cohort, step);

    /// <inheritdoc/>
    public void Measured(int step, ReadOnlySpan<double> losses)
    {
        for (var arm = 0; arm < losses.Length; arm++)
        {
            _monitor.Measured(_cohort, losses[arm], _labels[arm]);
        }
    }

    /// <inheritdoc/>
    public void Say(string message) => _monitor.Say(message);

    /// <summary>Fit for the middle of a sentence.</summary>
    private static string Lead(string message) =>
        message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');
}
