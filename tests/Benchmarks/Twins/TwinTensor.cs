using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TorchSharp;

namespace DslExperiments.Benchmarks.Twins;

/// <summary>A tensor as the scripts read it: shape, type, bytes as base64.</summary>
internal static class TwinTensor
{
    /// <summary>Bit for bit.</summary>
    public static JsonObject Of(torch.Tensor tensor)
    {
        bool wide = tensor.dtype == torch.float64;
        using var row = tensor.detach().contiguous();
        var bytes = wide ? MemoryMarshal.AsBytes(row.data<double>().ToArray().AsSpan()) : MemoryMarshal.AsBytes(row.data<float>().ToArray().AsSpan());
        return new JsonObject
        {
            ["shape"] = new JsonArray([.. tensor.shape.Select(size => JsonValue.Create(size))]),
            ["dtype"] = wide ? "float64" : "float32",
            ["bytes"] = Convert.ToBase64String(bytes),
        };
    }

    /// <summary>By name.</summary>
    public static JsonObject Of(IEnumerable<KeyValuePair<string, torch.Tensor>> tensors) =>
        new(tensors.Select(tensor => new KeyValuePair<string, JsonNode?>(tensor.Key, Of(tensor.Value))));
}
