namespace DslExperiments.Tests.Hosting;

/// <summary>A folder for one test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Location { get; } = Directory.CreateTempSubdirectory("dslx").FullName;

    public string this[string relative] => Path.Combine(Location, relative);

    /// <summary>An error's message with its files as seen from this folder.</summary>
    public string MessageOf(Exception error) => error.Message.Replace(Location + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Location, recursive: true);

    /// <summary>Copies all files as they are at this moment.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is not ("run.lock" or "run.pid"))
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target, overwrite: true);
            }
        }
    }
}
