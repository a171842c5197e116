using System.Collections.Immutable;
using System.Diagnostics;
using DslExperiments.Pretraining;

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

    /// <summary>Turns to other cohorts, of which nothing is done yet.</summary>
    public void Turn(IEnumerable<(int Arms, int Steps)> cohorts)
    {
        _cohorts = [.. cohorts.Select(static cohort => new CohortProgress(cohort.Arms, cohort.Steps))];
        StartTraining();
    }

    /// <summary>Earlier sittings have been read in; from here on speed is measured.</summary>
    public void StartTraining()
    {
        _stepsBefore = ArmSteps;
        _startOfTraining = _clock.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Backbones are trained before the cohorts; their progress, too, is reported by place. Speed is measured from here on.
    /// </summary>
    /// <returns>The place of the first one.</returns>
    public int BeginPretraining(IReadOnlyList<PretrainStage> stages)
    {
        var first = _cohorts.Length;
        _cohorts = [.. _cohorts, .. stages.Select(static stage => new CohortProgress(1, stage.Steps, stage.Seed))];
        StartTraining();
        return first;
    }

    /// <summary>A cohort, or a backbone, has done this many steps.</summary>
    public void Progress(int cohort, int step) => Volatile.Write(ref _cohorts[cohort].Step, step);

    /// <summary>A cohort is trained and measured, or a backbone is trained.</summary>
    public void Finished(int cohort)
    {
        _cohorts[cohort].Step = _cohorts[cohort].Steps;
        Volatile.Write(ref _cohorts[cohort].Done, true);
    }

    /// <summary>A cohort, or a backbone, goes on from a step that others have reached: it counts as done, not for the speed.</summary>
    public void Restored(int cohort, int step)
    {
        Interlocked.Add(ref _stepsBefore, (long)_cohorts[cohort].Arms * (step - Volatile.Read(ref _cohorts[cohort].Step)));
        Progress(cohort, step);
    }

    /// <summary>What an earlier sitting left of a cohort does not count.</summary>
    public void Restarted(int cohort)
    {
        _cohorts[cohort].Step = 0;
        Volatile.Write(ref _cohorts[cohort].Done, false);
    }

    /// <summary>An arm's loss was measured.</summary>
    public void Measured(int cohort, double loss, string label)
    {
        Volatile.Write(ref _cohorts[cohort].Loss, loss);
        if (double.IsFinite(loss) && _cohorts[cohort].Seed is null)
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

        var all = _cohorts;
        CohortProgress[] cohorts = [.. all.Where(static cohort => cohort.Seed is null)];
        var total = all.Sum(static cohort => (long)cohort.Arms * Math.Max(cohort.Steps, 1));
        var done = ArmSteps;
        var seconds = _clock.Elapsed.TotalSeconds;
        var trained = done - Interlocked.Read(ref _stepsBefore);
        var perSecond = trained > 0 ? trained / Math.Max(seconds - _startOfTraining, 1e-3) : 0;
        PretrainProgress[] pretraining = [.. all
            .Where(static cohort => cohort.Seed is not null && !Volatile.Read(ref cohort.Done))
            .Select(static cohort => new PretrainProgress(cohort.Seed!.Value, Volatile.Read(ref cohort.Step), cohort.Steps, Volatile.Read(ref cohort.Loss)))];
        var left = pretraining.Length > 0 ? pretraining.Sum(static stage => (long)stage.Steps - stage.Step) : Math.Max(0, total - done);
        return new RunSnapshot(
            cohorts.Where(static cohort => Volatile.Read(ref cohort.Done)).Sum(static cohort => cohort.Arms),
            cohorts.Sum(static cohort => cohort.Arms),
            cohorts.Count(static cohort => Volatile.Read(ref cohort.Done)),
            cohorts.Length,
            total == 0 ? 0 : Math.Min(1, (double)done / total),
            perSecond,
            seconds,
            perSecond > 0 ? left / perSecond : null,
            best?.Loss,
            best?.Label)
        {
            Pretraining = [.. pretraining],
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _clock.Stop();

    private long ArmSteps => _cohorts.Sum(static cohort => (long)cohort.Arms * Volatile.Read(ref cohort.Step));

    /// <summary>With a seed: the training of its backbone.</summary>
    private sealed class CohortProgress(int arms, int steps, int? seed = null)
    {
        public readonly int? Seed = seed;
        public readonly int Arms = arms;
        public readonly int Steps = steps;
        public int Step;
        public bool Done;
        public double Loss = double.NaN;
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
/// <param name="SecondsLeft">Estimate; null while there is none. While backbones are trained, of that alone.</param>
/// <param name="BestLoss">The smallest loss so far.</param>
/// <param name="BestArm">Whose.</param>
internal sealed record RunSnapshot(
    int ArmsDone, int Arms, int CohortsDone, int Cohorts, double Fraction, double ArmStepsPerSecond,
    double Seconds, double? SecondsLeft, double? BestLoss, string? BestArm)
{
    /// <summary>The backbones that are trained before the cohorts, as far as they are not yet.</summary>
    public ImmutableArray<PretrainProgress> Pretraining { get; init; } = [];
}

/// <summary>How far the training of a backbone is.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">All updates.</param>
/// <param name="Loss">The last measured loss; NaN before the first.</param>
internal readonly record struct PretrainProgress(int Seed, int Step, int Steps, double Loss);
