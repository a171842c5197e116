using System.Runtime.InteropServices;

namespace DslExperiments.Cohorts;

/// <summary>
/// Asks the C library to keep freed memory for the next step. What it gives back instead, as it does by default with large
/// blocks, is cleared by the kernel page by page in every step.
/// </summary>
internal static class KeptMemory
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;

    private static readonly Lazy<bool> Kept = new(Set);

    /// <summary>Changes nothing but speed; nothing at all where the C library is not glibc.</summary>
    public static bool Keep() => Kept.Value;

    private static bool Set()
    {
        try
        {
            return OperatingSystem.IsLinux()
                && SetOption(MapThreshold, 1 << 30) + SetOption(TrimThreshold, int.MaxValue) + SetOption(TopPad, 1 << 26) == 3;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "mallopt", ExactSpelling = true)]
    private static extern int SetOption(int option, int value);
}
