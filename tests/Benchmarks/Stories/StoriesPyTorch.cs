using System.Text.Json;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;

namespace DslExperiments.Benchmarks.Stories;

/// <summary>A tensor that training starts from.</summary>
internal sealed record StoriesTensor(long[] Shape, float[] Values);

/// <summary>What stories260k.py trains: one arm's start and batches, [steps][B][T].</summary>
internal sealed record StoriesTask(
    IReadOnlyDictionary<string, StoriesTensor> Start, long[][][] Ids, long[][][] Targets, double Rate, int Steps)
{
    /// <summary>First steps that are not timed.</summary>
    public int WarmUp { get; init; } = TimedSession.WarmUp;
}

/// <summary>Runs stories260k.py, which trains one arm at a time as one does in eager PyTorch.</summary>
internal static class StoriesPyTorch
{
    /// <summary>The script.</summary>
    public const string Script = "stories260k.py";

    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Losses before every step, and the time per step.</summary>
    public static (double[] Losses, Sample Time) Train(TwinProcess process, StoriesTask task)
    {
        var answer = process.Ask(JsonSerializer.Serialize(task, Names));
        return ([.. answer.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())], TwinProcess.TimeOf(answer) / (task.Steps - task.WarmUp));
    }
}
