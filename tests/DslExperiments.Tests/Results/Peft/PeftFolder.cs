using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Results.Peft;

/// <summary>An adapter's folder as PEFT leaves it, written byte by byte and with nothing of ours.</summary>
internal sealed class PeftFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<(string Name, long[] Shape, float[] Values)> tensors = [];

    public PeftFolder(string config) => Config = JsonNode.Parse(config)!.AsObject();

    public JsonObject Config { get; }

    public string Location => folder.Location;

    public string this[string relative] => folder[relative];

    /// <summary>Adds a tensor of numbers that count on from <paramref name="first"/> in steps of 1/8; returns them.</summary>
    public float[] Add(string name, float first, params long[] shape)
    {
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, static (product, size) => product * size)).Select(index => first + (index / 8f))];
        return Add(name, values, shape);
    }

    public float[] Add(string name, float[] values, params long[] shape)
    {
        tensors.RemoveAll(tensor => tensor.Name == name);
        tensors.Add((name, shape, values));
        return values;
    }

    public void Remove(string name) => tensors.RemoveAll(tensor => tensor.Name == name);

    public string Write()
    {
        File.WriteAllText(this["adapter_config.json"], Config.ToJsonString());
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long offset = 0;
        foreach (var (name, shape, values) in tensors)
        {
            long end = offset + (4 * values.Length);
            header.Append(CultureInfo.InvariantCulture, $",\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }

        header.Append('}');
        header.Append(' ', (8 - (header.Length % 8)) % 8);
        using var stream = File.Create(this["adapter_model.safetensors"]);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(header.ToString()));
        foreach (var (_, _, values) in tensors)
        {
            stream.Write(MemoryMarshal.AsBytes<float>(values));
        }

        return Location;
    }

    public void Dispose() => folder.Dispose();
}
