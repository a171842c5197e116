using System.Text.Json;
using System.Text.Json.Nodes;
using DslExperiments.Benchmarks.Timing;
using TorchSharp;

namespace DslExperiments.Benchmarks;

/// <summary>What a mode prints: rows on standard error as they come, one JSON object on standard output at the end.</summary>
internal sealed class Report(string mode)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly JsonArray rows = [];

    /// <summary>A row.</summary>
    public void Add(JsonObject row)
    {
        Console.Error.WriteLine(row.ToJsonString());
        rows.Add((JsonNode)row);
    }

    /// <summary>Prints everything.</summary>
    public void Print(JsonObject? head = null)
    {
        var json = new JsonObject { ["mode"] = mode, ["processors"] = Environment.ProcessorCount, ["libtorch"] = torch.__version__ };
        foreach (var (key, value) in head ?? [])
        {
            json[key] = value?.DeepClone();
        }

        json["rows"] = rows;
        Console.WriteLine(json.ToJsonString(Indented));
    }

    /// <summary>The median of ours, and what rivals took, as a row has them.</summary>
    public static JsonObject Row(string cell, Sample ours) => new() { ["cell"] = cell, ["ours"] = ours.Json() };
}
