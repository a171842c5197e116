using System.Globalization;

namespace DslExperiments.Planning;

/// <summary>Memory that this process may still take, as the operating system says it.</summary>
internal static class AvailableMemory
{
    private const string Group = "/sys/fs/cgroup";

    /// <summary>Bytes without making others swap: what the machine has left, or what the limit of a container leaves.</summary>
    public static double OfCpu()
    {
        var collected = GC.GetGCMemoryInfo();
        double machine = ReadField("/proc/meminfo", "MemAvailable:") is { } kilobytes
            ? kilobytes * 1024
            : collected.TotalAvailableMemoryBytes - collected.MemoryLoadBytes;
        return Math.Min(machine, OfContainer() ?? double.PositiveInfinity);
    }

    /// <summary>The limit of the process's control group without what is used, caches that can be dropped left out; null without one.</summary>
    private static double? OfContainer()
    {
        if (ReadNumber($"{Group}/memory.max") is { } limit && ReadNumber($"{Group}/memory.current") is { } used)
        {
            return Math.Max(0, limit - used + (ReadField($"{Group}/memory.stat", "inactive_file") ?? 0));
        }

        return ReadNumber($"{Group}/memory/memory.limit_in_bytes") is { } old && ReadNumber($"{Group}/memory/memory.usage_in_bytes") is { } usage
            ? Math.Max(0, old - usage + (ReadField($"{Group}/memory/memory.stat", "total_inactive_file") ?? 0))
            : null;
    }

    /// <summary>The number of a file; null where there is none, as <c>max</c> stands for no limit.</summary>
    private static double? ReadNumber(string path) =>
        Read(path) is [var line, ..] && double.TryParse(line, NumberStyles.Integer, CultureInfo.InvariantCulture, out double number) ? number : null;

    /// <summary>The number after a word at the beginning of a line.</summary>
    private static double? ReadField(string path, string name) =>
        Read(path).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(words => words.Length > 1 && words[0] == name) is { } found
        && double.TryParse(found[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;

    private static string[] Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
