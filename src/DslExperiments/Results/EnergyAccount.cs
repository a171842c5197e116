using System.Diagnostics;

namespace DslExperiments.Results;

/// <summary>
/// What each of several trainings that run at the same time takes of the machine's energy: an equal share of what the
/// processor's counters show while they run. Where counters cannot be read, and for accelerators, whose energy they leave
/// out, an estimate stands in: 10 W for a busy core, as a training has one, and 300 W for an accelerator.
/// </summary>
internal sealed class EnergyAccount
{
    private const double WattsOfCore = 10, WattsOfAccelerator = 300;

    private static readonly Lock Gate = new();
    private static EnergyMeter? meter;
    private static Stopwatch? clock;
    private static double readJoules, readSeconds, core, accelerator;
    private static int onCores, onAccelerators;

    private readonly bool accelerated;
    private readonly double begun;
    private double? joules;

    private EnergyAccount(bool accelerated)
    {
        this.accelerated = accelerated;
        lock (Gate)
        {
            meter ??= EnergyMeter.Start();
            clock ??= Stopwatch.StartNew();
            Settle();
            onCores++;
            onAccelerators += accelerated ? 1 : 0;
            begun = Total;
        }
    }

    /// <summary>Joules that a training since the beginning would have taken by now.</summary>
    private double Total => core + (accelerated ? accelerator : 0);

    /// <summary>Begins a training's account.</summary>
    public static EnergyAccount Begin(bool accelerated) => new(accelerated);

    /// <summary>Its joules so far, or all of them once it was ended.</summary>
    public double Joules
    {
        get
        {
            lock (Gate)
            {
                if (joules is null)
                {
                    Settle();
                }

                return joules ?? Total - begun;
            }
        }
    }

    /// <summary>Ends it; once is enough.</summary>
    public void End()
    {
        lock (Gate)
        {
            if (joules is null)
            {
                joules = Joules;
                onCores--;
                onAccelerators -= accelerated ? 1 : 0;
            }
        }
    }

    /// <summary>Deals out what was taken since the last call among those that run.</summary>
    private static void Settle()
    {
        double seconds = clock!.Elapsed.TotalSeconds, passed = seconds - readSeconds;
        double? measured = meter!.Joules();
        if (onCores > 0)
        {
            core += measured is { } now ? Math.Max(0, now - readJoules) / onCores : passed * WattsOfCore;
            accelerator += onAccelerators > 0 ? passed * WattsOfAccelerator / onAccelerators : 0;
        }

        readJoules = measured ?? readJoules;
        readSeconds = seconds;
    }
}
