namespace DslExperiments.Results;

/// <summary>
/// Keeps a second process out of a run folder. The operating system lets go of it when the process ends, however it
/// ends; the process's id in it is for people.
/// </summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>The lock itself; nobody else can open it.</summary>
    private const string FileName = "run.lock";

    /// <summary>Who has the lock.</summary>
    private const string OwnerName = "run.pid";

    private readonly FileStream _stream;
    private readonly string _owner;

    private RunLock(FileStream stream, string owner) => (_stream, _owner) = (stream, owner);

    /// <summary>Takes the lock, or returns null when another process, or another run in this one, has it.</summary>
    public static RunLock? TryTake(string folder)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(
                Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (IsTaken(e))
        {
            return null;
        }

        var owner = Path.Combine(folder, OwnerName);
        try
        {
            File.WriteAllText(owner, SpecText.Of(Environment.ProcessId));
            return new RunLock(stream, owner);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The id of the process that has the lock, where it can be read.</summary>
    public static string? Owner(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, OwnerName));
            return text.Length > 0 && text.All(char.IsAsciiDigit) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AtomicFile.TryDelete(_owner);
        _stream.Dispose();
    }

    /// <summary>A full disk, too, is an IOException; it is no sign of another process.</summary>
    private static bool IsTaken(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33   // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        : e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException) && e.HResult is 11 or 35;   // EWOULDBLOCK: Linux, macOS
}
