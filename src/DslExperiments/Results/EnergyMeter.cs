using System.Globalization;

namespace DslExperiments.Results;

/// <summary>Energy that the processor packages took, from the counters that Linux shows where it may be read.</summary>
internal sealed class EnergyMeter
{
    private const string Root = "/sys/class/powercap";

    private readonly (string Path, long Start, long Range)[] _packages;

    private EnergyMeter((string Path, long Start, long Range)[] packages) => _packages = packages;

    /// <summary>Starts counting.</summary>
    public static EnergyMeter Start()
    {
        try
        {
            return new EnergyMeter(!Directory.Exists(Root) ? [] : [.. Directory.EnumerateDirectories(Root, "intel-rapl:*")
                .Where(static folder => Path.GetFileName(folder).Count(static c => c == ':') == 1)
                .Select(static folder => (folder, ReadNumber(folder, "energy_uj"), ReadNumber(folder, "max_energy_range_uj")))]);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return new EnergyMeter([]);
        }
    }

    /// <summary>Joules since the start, or null where the counters cannot be read.</summary>
    public double? Joules()
    {
        if (_packages.Length == 0)
        {
            return null;
        }

        try
        {
            var micro = 0L;
            foreach (var (path, start, range) in _packages)
            {
                var used = ReadNumber(path, "energy_uj") - start;
                micro += used < 0 ? used + range : used;   // the counter wraps
            }

            return micro / 1e6;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return null;
        }
    }

    private static bool IsUnreadable(Exception e) => e is IOException or UnauthorizedAccessException or FormatException;

    private static long ReadNumber(string folder, string file) =>
        long.Parse(File.ReadAllText(Path.Combine(folder, file)), NumberStyles.Integer, CultureInfo.InvariantCulture);
}
