using System.Collections.Immutable;
using System.Diagnostics;

namespace DslExperiments.Hosting;

/// <summary>
/// How far a run is. Training threads write numbers, displays read them when they like: nobody waits for anybody.
/// </summary>
internal sealed class RunMonitor : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private ImmutableArray<CohortProgress> _cohorts = [];
    private long _stepsBefore;
    private double _startOfTraining;
    private (double Loss, string Label)? _best;

    /// <summary>Something to tell the user, once: that a run is resumed, that a checkpoint is damaged.</summary>
    public event Action<string>? Said;

    /// <summary>Once the arms are known.</summary>
    public event Action? Began;

    /// <summary>The experiment and profile.</summary>
    public string Title { get; private set; } = "";

    /// <summary>Where the run leaves its files; null until known, or when it leaves none.</summary>
    public string? Folder { get; set; }

    /// <summary>Tells the user something.</summary>
    public void Say(string message) => Said?.Invoke(message);

    /// <summary>The arms are known; training begins.</summary>
    public void Begin(string title, IEnumerable<(int Arms, int Steps)> cohorts)
    {
        Title = title;
        _cohorts = [.. cohorts.Select(static cohort => new CohortProgress(cohort.Arms, cohort.Steps))];
        Began?.Invoke();
    }

    /// <summary>Earlier sittings have been read in; from here on speed is measured.</summary>
    public void StartTraining()
    {
        _stepsBefore = ArmSteps;
        _startOfTraining = _clock.Elapsed.TotalSeconds;
    }

    /// <summary>A cohort has done this many steps.</summary>
    public void Progress(int cohort, int step) => Volatile.Write(ref _cohorts[cohort].Step, step);

    /// <summary>A cohort is trained and measured.</summary>
    public void Finished(int cohort)
    {
        _cohorts[cohort].Step = _cohorts[cohort].Steps;
        Volatile.Write(ref _cohorts[cohort].Done, true);
    }

    /// <summary>An arm's loss was measured.</summary>
    public void Measured(double loss, string label)
    {
        if (double.IsFinite(loss))
        {
            lock (_lock)
            {
                if (_best is null || loss < _best.Value.Loss)
                {
                    _best = (loss, label);
                }
            }
        }
    }

    /// <summary>The state of things.</summary>
    public RunSnapshot Snapshot()
    {
        (double Loss, string Label)? best;
        lock (_lock)
        {
            best = _best;
        }

        var cohorts = _cohorts;
        var total = cohorts.Sum(static cohort => (long)cohort.Arms * Math.Max(cohort.Steps, 1));
        var done = ArmSteps;
        var seconds = _clock.Elapsed.TotalSeconds;
        var trained = done - _stepsBefore;
        var perSecond = trained > 0 ? trained / Math.Max(seconds - _startOfTraining, 1e-3) : 0;
        return new RunSnapshot(
            cohorts.Where(static cohort => Volatile.Read(ref cohort.Done)).Sum(static cohort => cohort.Arms),
            cohorts.Sum(static cohort => cohort.Arms),
            cohorts.Count(static cohort => Volatile.Read(ref cohort.Done)),
            cohorts.Length,
            total == 0 ? 0 : Math.Min(1, (double)done / total),
            perSecond,
            seconds,
            perSecond > 0 ? Math.Max(0, total - done) / perSecond : null,
            best?.Loss,
            best?.Label);
    }

    /// <inheritdoc/>
    public void Dispose() => _clock.Stop();

    private long ArmSteps => _cohorts.Sum(static cohort => (long)cohort.Arms * Volatile.Read(ref cohort.Step));

    private sealed class CohortProgress(int arms, int steps)
    {
        public readonly int Arms = arms;
        public readonly int Steps = steps;
        public int Step;
        public bool Done;
    }
}

/// <summary>A run at one moment.</summary>
/// <param name="ArmsDone">Arms trained and measured.</param>
/// <param name="Arms">All arms.</param>
/// <param name="CohortsDone">Cohorts trained and measured.</param>
/// <param name="Cohorts">All cohorts.</param>
/// <param name="Fraction">Share of all steps of all arms, 0 to 1.</param>
/// <param name="ArmStepsPerSecond">Updates of single arms per second in this sitting.</param>
/// <param name="Seconds">Since the start.</param>
/// <param name="SecondsLeft">Estimate; null while there is none.</param>
/// <param name="BestLoss">The smallest loss so far.</param>
/// <param name="BestArm">Whose.</param>
internal sealed record RunSnapshot(
    int ArmsDone, int Arms, int CohortsDone, int Cohorts, double Fraction, double ArmStepsPerSecond,
    double Seconds, double? SecondsLeft, double? BestLoss, string? BestArm);
