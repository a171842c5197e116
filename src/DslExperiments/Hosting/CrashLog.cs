using DslExperiments.Results;

namespace DslExperiments.Hosting;

/// <summary>The stack of an unexpected exception, for whoever mends it.</summary>
internal static class CrashLog
{
    /// <summary>Writes <c>crash.log</c> into the run folder; its path, or null when there is no folder or no room.</summary>
    public static string? Write(string? folder, Exception exception)
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            var path = Path.Combine(folder, "crash.log");
            AtomicFile.WriteText(path, exception + "\n");
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
