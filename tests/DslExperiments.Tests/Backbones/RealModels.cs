using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>The checkpoints beside the repository, and numbers that other programs computed with them.</summary>
internal static class RealModels
{
    /// <summary>The backbone of a folder, the same for all seeds.</summary>
    public static Transformer Load(string folder, params int[] seeds)
    {
        var checkpoint = Checkpoint.Open(SharedData.PathOf($"models/{folder}"));
        return new(checkpoint.Options, seeds, CPU, checkpoint.Weights);
    }

    /// <summary>The same weights, one copy per seed.</summary>
    public static Transformer LoadCopies(string folder, params int[] seeds)
    {
        var checkpoint = Checkpoint.Open(SharedData.PathOf($"models/{folder}"));
        return new(checkpoint.Options, seeds, CPU, checkpoint.Weights with { AreShared = false });
    }

    /// <summary>Reference values of a folder.</summary>
    public static JsonElement Reference(string folder, string file = "reference.json") =>
        JsonDocument.Parse(File.ReadAllText(SharedData.PathOf($"models/{folder}/{file}"))).RootElement;

    /// <summary>Numbers of any depth of nesting.</summary>
    public static Tensor Numbers(this JsonElement element)
    {
        var shape = new List<long>();
        for (var inner = element; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
        }

        return tensor(Flat(element).ToArray(), float64).view([.. shape]);
    }

    /// <summary>Whole numbers, [n].</summary>
    public static long[] Ids(this JsonElement element) => [.. element.EnumerateArray().Select(id => id.GetInt64())];

    private static IEnumerable<double> Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().SelectMany(Flat)
        : [element.GetDouble()];
}
