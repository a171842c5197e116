using System.Diagnostics;

namespace DslExperiments.Hosting;

/// <summary>Other programs of the machine, asked for facts that a run can do without.</summary>
internal static class OtherProgram
{
    /// <summary>What a program prints; null when there is no such program, when it fails, or when it takes longer than five seconds.</summary>
    public static string? OutputOf(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
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
