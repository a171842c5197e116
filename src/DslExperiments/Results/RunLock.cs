using System.Globalization;
using System.Text;

namespace DslExperiments.Results;

/// <summary>
/// Keeps a second process out of a run folder. The operating system lets go of it when the process ends, however it
/// ends; the process's id in it is for people.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string FileName = "run.lock";
    private readonly FileStream _stream;

    private RunLock(FileStream stream) => _stream = stream;

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

        stream.SetLength(0);
        stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        stream.Flush();
        return new RunLock(stream);
    }

    /// <summary>The id of the process that has the lock, where it can be read.</summary>
    public static string? Owner(string folder)
    {
        try
        {
            using var stream = new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd();
            return text.Length > 0 && text.All(char.IsAsciiDigit) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>A full disk, too, is an IOException; it is no sign of another process.</summary>
    private static bool IsTaken(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 32 or 33   // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        : e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException) && e.HResult is 11 or 35;   // EWOULDBLOCK: Linux, macOS
}
