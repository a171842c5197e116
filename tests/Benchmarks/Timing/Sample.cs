using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DslExperiments.Benchmarks.Timing;

/// <summary>Seconds that something took: of the clock, and of all processors together.</summary>
internal readonly record struct Sample(double Wall, double Cpu)
{
    /// <summary>Of what this process does.</summary>
    public static Sample Of(Action work)
    {
        var watch = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        work();
        return new(watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    /// <summary>The median of either, over a few samples of the same.</summary>
    public static Sample Median(IReadOnlyCollection<Sample> samples) =>
        new(Rounds.Median(samples.Select(sample => sample.Wall)), Rounds.Median(samples.Select(sample => sample.Cpu)));

    public static Sample operator +(Sample left, Sample right) => new(left.Wall + right.Wall, left.Cpu + right.Cpu);

    public static Sample operator *(Sample sample, double count) => new(sample.Wall * count, sample.Cpu * count);

    public static Sample operator /(Sample sample, double count) => new(sample.Wall / count, sample.Cpu / count);

    /// <summary>In milliseconds.</summary>
    public JsonObject Json() => new() { ["wall_ms"] = Math.Round(Wall * 1e3, 4), ["cpu_ms"] = Math.Round(Cpu * 1e3, 4) };

    /// <summary>In milliseconds, with how many times longer it is than ours.</summary>
    public JsonObject Against(Sample ours)
    {
        var json = Json();
        json["times_faster_wall"] = Math.Round(Wall / ours.Wall, 2);
        json["times_faster_cpu"] = Math.Round(Cpu / ours.Cpu, 2);
        return json;
    }
}
