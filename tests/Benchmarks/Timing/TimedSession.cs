using System.Diagnostics;
using System.Runtime.InteropServices;
using DslExperiments.Cohorts;

namespace DslExperiments.Benchmarks.Timing;

/// <summary>Times a cohort's steps but the first ones, and ends its training after the last update: nothing is measured or saved.</summary>
internal sealed class TimedSession : ICohortSession
{
    /// <summary>First steps that are not timed.</summary>
    public const int WarmUp = 3;

    private const int ClockOfThread = 3;

    private long began;
    private double busy;
    private bool done;

    /// <summary>Time per step.</summary>
    public Sample PerStep { get; private set; }

    /// <inheritdoc/>
    public bool PauseRequested => done;

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
        if (step == WarmUp)
        {
            (began, busy) = (Stopwatch.GetTimestamp(), SecondsOfThread());
        }
        else if (step == steps)
        {
            PerStep = new Sample(Stopwatch.GetElapsedTime(began).TotalSeconds, SecondsOfThread() - busy) / (steps - WarmUp);
            done = true;
        }
    }

    /// <inheritdoc/>
    public void Measured(int step, ReadOnlySpan<double> losses)
    {
    }

    /// <inheritdoc/>
    public void Say(string message)
    {
    }

    /// <summary>A cohort computes on one thread, backward passes included.</summary>
    private static double SecondsOfThread()
    {
        _ = ReadClock(ClockOfThread, out var time);
        return time.Seconds + (time.Nanoseconds * 1e-9);
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ReadClock(int clock, out Instant time);

    private readonly record struct Instant(long Seconds, long Nanoseconds);
}
