using DslExperiments.Text;

namespace DslExperiments.Hosting;

/// <summary>
/// Finds the folder of a spec while its program runs: generated code knows the spec's path relative to its project alone,
/// so that it is the same on every machine.
/// </summary>
internal static class SpecFolder
{
    /// <summary>Looks upwards from the program and from the working directory; the latter itself where the spec is nowhere.</summary>
    public static SpecFiles Of(ExperimentInfo info) => new(Find(info.SpecPath) ?? Environment.CurrentDirectory);

    private static string? Find(string specPath)
    {
        if (specPath.Length == 0)
        {
            return null;
        }

        string below = specPath;
        while (below.StartsWith("../", StringComparison.Ordinal))
        {
            below = below[3..];
        }

        foreach (string start in (string[])[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                foreach (string path in (string[])[specPath, below])
                {
                    string candidate = Path.GetFullPath(Path.Combine(folder.FullName, path));
                    if (File.Exists(candidate))
                    {
                        return Path.GetDirectoryName(candidate);
                    }
                }
            }
        }

        return null;
    }
}
