namespace DslExperiments.Benchmarks.Timing;

/// <summary>Rounds of a comparison, A B A B …, so that whatever else the machine does hits both alike.</summary>
internal static class Rounds
{
    /// <summary>Takes turns: the samples of every contestant.</summary>
    public static Sample[][] Run(int repetitions, params IReadOnlyList<Func<Sample>> contestants)
    {
        var samples = contestants.Select(_ => new Sample[repetitions]).ToArray();
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            for (int contestant = 0; contestant < contestants.Count; contestant++)
            {
                samples[contestant][repetition] = contestants[contestant]();
            }
        }

        return samples;
    }

    /// <summary>A number of steps that takes about so many seconds.</summary>
    /// <param name="seconds">The wanted time.</param>
    /// <param name="secondsPerStep">Measures a step over so many steps.</param>
    public static int StepsFor(double seconds, Func<int, double> secondsPerStep) =>
        (int)Math.Clamp(seconds / Math.Max(1e-7, secondsPerStep(3)), 5, 20_000);

    /// <summary>The median of a few measured numbers.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
