using System.Diagnostics;
using System.Text.Json;

namespace DslExperiments.Benchmarks;

/// <summary>Milliseconds per step of one arm.</summary>
internal readonly record struct StoriesTime(double Cpu, double Wall);

/// <summary>A tensor that training starts from.</summary>
internal sealed record StoriesTensor(long[] Shape, float[] Values);

/// <summary>What stories260k.py trains: one arm's start and batches, [steps][B][T].</summary>
internal sealed record StoriesTask(
    IReadOnlyDictionary<string, StoriesTensor> Start, long[][][] Ids, long[][][] Targets, double Rate, int Steps);

/// <summary>Runs stories260k.py, which trains one arm at a time as one does in eager PyTorch.</summary>
internal sealed class StoriesPyTorch : IDisposable
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string python;
    private readonly Process? process;

    /// <summary>Starts Python, where there is one; it then waits for tasks.</summary>
    public StoriesPyTorch(string python, string model)
    {
        this.python = python;
        if (File.Exists(python))
        {
            string script = Path.Combine(AppContext.BaseDirectory, "stories260k.py");
            process = Process.Start(new ProcessStartInfo(python, [script, model])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,

                // Its BLAS has threads of its own, which PyTorch does not limit.
                Environment = { ["OPENBLAS_NUM_THREADS"] = "1", ["OMP_NUM_THREADS"] = "1" },
            });
        }
    }

    /// <summary>What is missing, or null.</summary>
    public string? Missing() => process is null
        ? $"{python} does not exist; name a Python that has PyTorch as the last argument."
        : process.WaitForExit(3000) ? $"{python} cannot run the comparison (code {process.ExitCode})." : null;

    /// <summary>Losses before every step, and the time per step.</summary>
    public (double[] Losses, StoriesTime Time) Train(StoriesTask task)
    {
        process!.StandardInput.WriteLine(JsonSerializer.Serialize(task, Names));
        process.StandardInput.Flush();
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("stories260k.py ended.");
        var answer = JsonDocument.Parse(line).RootElement;
        double timed = (task.Steps - StoriesRuntime.WarmUp) / 1000.0;
        return (
            [.. answer.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())],
            new(answer.GetProperty("cpu_seconds").GetDouble() / timed, answer.GetProperty("seconds").GetDouble() / timed));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process?.StandardInput.Close();
        process?.WaitForExit();
        process?.Dispose();
    }
}
