using System.Diagnostics;

namespace DslExperiments.Results;

/// <summary>The commit of the current folder and whether files differ from it.</summary>
/// <param name="Commit">The full hash.</param>
/// <param name="Dirty">True when tracked files were changed or new files are about.</param>
internal sealed record GitState(string Commit, bool Dirty)
{
    /// <summary>Asks git; null outside of a repository, without git, or when git takes too long.</summary>
    public static GitState? Read()
    {
        var commit = Git("rev-parse", "--verify", "HEAD");
        return commit is { Length: > 0 } && Git("status", "--porcelain") is { } changes
            ? new GitState(commit.Trim(), changes.Trim().Length > 0)
            : null;
    }

    private static string? Git(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("git", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
            })!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(5)) || !output.Wait(TimeSpan.FromSeconds(1)))
            {
                process.Kill();
                return null;
            }

            return process.ExitCode == 0 ? output.Result : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
