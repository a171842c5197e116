using System.Globalization;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>energy</c>: an estimate of the energy of an arm's training, in watt-hours: its share of what its cohort took, see
/// <see cref="Results.EnergyAccount"/>. Differs from run to run, so it is never part of a baseline.
/// </summary>
public sealed class Energy : Metric
{
    /// <inheritdoc/>
    public override string Name => "energy";

    /// <summary>True for metrics that differ from run to run.</summary>
    internal static bool IsEstimate(string metric) => metric is "energy" or "co2";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => Of(trained);

    /// <summary>Watt-hours of every arm, all of its starts together.</summary>
    internal static double[] Of(TrainedCohort trained)
    {
        var cohort = trained.Cohort;
        var joules = cohort.Joules;
        var arms = Enumerable.Range(0, cohort.Count).GroupBy(cohort.ArmOf).ToDictionary(static arm => arm.Key, arm => arm.Sum(lane => joules[lane]));
        return [.. Enumerable.Range(0, cohort.Count).Select(lane => arms[cohort.ArmOf(lane)] / 3600)];
    }
}

/// <summary>
/// <c>co2</c>: an estimate of the emissions of an arm's training, in grams of CO₂: <c>energy</c> times the carbon intensity
/// of the grid, in grams per kilowatt-hour, from the environment variable <c>DSLX_CARBON_INTENSITY</c>; 400 without it, NaN
/// when it is no number. Never part of a baseline.
/// </summary>
public sealed class Co2 : Metric
{
    private const double UsualIntensity = 400;

    /// <inheritdoc/>
    public override string Name => "co2";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        double intensity = Intensity(Environment.GetEnvironmentVariable("DSLX_CARBON_INTENSITY"));
        return [.. Energy.Of(trained).Select(wattHours => wattHours / 1000 * intensity)];
    }

    /// <summary>Grams per kilowatt-hour.</summary>
    internal static double Intensity(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting))
        {
            return UsualIntensity;
        }

        return double.TryParse(setting, NumberStyles.Float, CultureInfo.InvariantCulture, out double given) && given >= 0 && double.IsFinite(given)
            ? given
            : double.NaN;
    }
}
