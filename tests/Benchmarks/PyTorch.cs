using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DslExperiments.Benchmarks;

/// <summary>Runs single_layer_limit.py, which writes the study as one does in eager PyTorch.</summary>
internal sealed class PyTorch(string python)
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "single_layer_limit.py");

    /// <summary>What is missing, or null.</summary>
    public string? Missing()
    {
        if (!File.Exists(python))
        {
            return $"{python} does not exist; name a Python that has PyTorch as the third argument.";
        }

        var (code, _, error) = Run("prompt", 1, 1);
        return code == 0 ? null : error.Trim();
    }

    /// <summary>Seconds per step of one arm, measured inside Python after a warm-up.</summary>
    public double SecondsPerStep(string method, int size, int steps)
    {
        var (code, output, error) = Run(method, size, steps);
        if (code != 0)
        {
            throw new InvalidOperationException(error);
        }

        return JsonDocument.Parse(output).RootElement.GetProperty("seconds").GetDouble() / steps;
    }

    private (int Code, string Output, string Error) Run(string method, int size, int steps)
    {
        string[] arguments = [Script, method, size.ToString(CultureInfo.InvariantCulture), "0", steps.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
