using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DslExperiments.Benchmarks.Timing;

namespace DslExperiments.Benchmarks.Twins;

/// <summary>A script that trains in PyTorch: it answers each line of JSON with one.</summary>
internal sealed class TwinProcess : IDisposable
{
    private readonly string python;
    private readonly Process? process;

    /// <summary>Starts Python, where there is one.</summary>
    /// <param name="python">Its path.</param>
    /// <param name="script">A script beside this program.</param>
    /// <param name="threads">Threads of PyTorch and its BLAS; the script's first argument.</param>
    /// <param name="arguments">The script's other arguments.</param>
    public TwinProcess(string python, string script, int threads, params string[] arguments)
    {
        this.python = python;
        if (File.Exists(python))
        {
            string count = threads.ToString(CultureInfo.InvariantCulture);
            process = Process.Start(new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, script), count, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,

                // Its BLAS has threads of its own, which PyTorch does not limit.
                Environment = { ["OPENBLAS_NUM_THREADS"] = count, ["OMP_NUM_THREADS"] = count },
            });
        }
    }

    /// <summary>What is missing, or null.</summary>
    public string? Missing() => process is null
        ? $"{python} does not exist; name a Python that has PyTorch with --python."
        : process.WaitForExit(2000) ? $"{python} cannot run the comparison (code {process.ExitCode})." : null;

    /// <summary>Sends a message and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">The script ended.</exception>
    public JsonElement Ask(string message)
    {
        process!.StandardInput.WriteLine(message);
        process.StandardInput.Flush();
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The PyTorch side ended.");
        return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>Sends a message and waits for its answer.</summary>
    public JsonElement Ask(JsonObject message) => Ask(message.ToJsonString());

    /// <summary>The time that an answer states.</summary>
    public static Sample TimeOf(JsonElement answer) => new(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("cpu_seconds").GetDouble());

    /// <summary>Losses that an answer states, [arm][step].</summary>
    public static double[][] LossesOf(JsonElement answer) =>
        [.. answer.GetProperty("losses").EnumerateArray().Select(arm => arm.EnumerateArray().Select(loss => loss.GetDouble()).ToArray())];

    /// <inheritdoc/>
    public void Dispose()
    {
        process?.StandardInput.Close();
        process?.WaitForExit();
        process?.Dispose();
    }
}
