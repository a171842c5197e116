using System.Text;

namespace DslExperiments.Results;

/// <summary>
/// Files that appear whole or not at all: written beside their place, flushed to the disk, then renamed over it.
/// </summary>
internal static class AtomicFile
{
    private const string Suffix = ".dslx-part";

    /// <summary>Writes a file; an exception leaves what was there before.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var part = $"{path}.{Guid.NewGuid().ToString("N")[..8]}{Suffix}";
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            TryDelete(part);
            throw;
        }
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Removes what processes that were killed while writing left in a folder.</summary>
    public static void RemoveLeftovers(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (var part in Directory.EnumerateFiles(folder, $"*{Suffix}", SearchOption.AllDirectories).ToArray())
            {
                TryDelete(part);
            }
        }
    }

    /// <summary>Deletes a file if it is there and can be.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way: readers look for other names.
        }
    }
}
