using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Build.Tests;

/// <summary>The checkout that the tests were compiled from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Runs a program in the root and returns its standard output; fails with all of its output otherwise.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test host's own MSBuild settings must not leak into the evaluation.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}:\n{output}\n{error.Result}");
        return output;
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // A deterministic build rewrites the path of the source, so the output folder is the second guess.
        foreach (string? start in (string?[])[Path.GetDirectoryName(thisFile), AppContext.BaseDirectory, Directory.GetCurrentDirectory()])
        {
            for (var folder = start is null ? null : new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("These tests must run inside a checkout of the repository.");
    }
}
