using DslExperiments.Cohorts;
using DslExperiments.Hosting;

namespace DslExperiments.Planning;

/// <summary>
/// What cohorts may take together. How many run side by side follows from it, never their results; which arms train together
/// follows only from a budget that the user gives.
/// </summary>
/// <param name="Bytes">The limit; infinite where nobody knows one.</param>
/// <param name="IsGiven">True for the user's, false for what the machine has left.</param>
internal sealed record MemoryBudget(double Bytes, bool IsGiven)
{
    /// <summary>A fifth of what is left stays for what the C library's heap keeps between blocks, measured at up to that, or CUDA's context and cache, and for others.</summary>
    private const double ShareOfAvailable = 0.8;

    /// <summary>The budget of a request: the given one, else four fifths of what the device has left.</summary>
    /// <param name="given">Bytes; 0 for none.</param>
    /// <param name="device">The device's name.</param>
    public static MemoryBudget Of(long given, string device) => given > 0
        ? new(given, IsGiven: true)
        : new(ShareOfAvailable * (device == Devices.Cpu ? AvailableMemory.OfCpu() : GpuMemory.FreeOf(device) ?? double.PositiveInfinity), IsGiven: false);

    /// <summary>Cohorts that run side by side: as many as wanted, or as the largest of them fit together; at least one.</summary>
    /// <param name="cohorts">The cohorts.</param>
    /// <param name="wanted">One per core, or what the user said.</param>
    public int Workers(IEnumerable<CohortPlan> cohorts, int wanted)
    {
        double[] largest = [.. cohorts.Select(static cohort => CohortMemory.Of(cohort.Designs).Peak).OrderDescending().Take(wanted)];
        int workers = 0;
        for (double sum = 0; workers < largest.Length && (sum += largest[workers]) <= Bytes; workers++)
        {
        }

        return Math.Max(1, workers);
    }

    /// <summary>Refuses cohorts of which one alone does not fit.</summary>
    /// <exception cref="ExperimentUsageException">It does not; the message says which, by how much, and what to do.</exception>
    public void Require(IEnumerable<CohortPlan> cohorts)
    {
        foreach (var cohort in cohorts)
        {
            double peak = CohortMemory.Of(cohort.Designs).Peak;
            if (peak > Bytes)
            {
                throw new ExperimentUsageException(
                    $"Cohort {SpecText.Of(cohort.Index + 1)} ({ProgressDisplay.Count(cohort.Designs.Length, "arm")}, the first {cohort.Designs[0].Arm.Label}) "
                    + $"takes about {MemorySize.Of(peak)} while it trains, but {this}. {AdviceOn(cohort)}");
            }
        }
    }

    /// <summary>The budget for people.</summary>
    public override string ToString() => IsGiven ? $"--memory is {MemorySize.Of(Bytes)}" : $"{MemorySize.Of(Bytes)} of the available memory may be taken";

    private string AdviceOn(CohortPlan cohort)
    {
        double alone = CohortMemory.Of([cohort.Designs[0]]).Peak;
        return alone > Bytes
            ? $"One arm alone takes {MemorySize.Of(alone)}; a smaller training.batch, shorter sequences or fewer restarts take less."
            : $"--memory {MemorySize.Of(0.9 * Bytes).Replace(" ", "", StringComparison.Ordinal)} makes cohorts of fewer arms.";
    }
}
