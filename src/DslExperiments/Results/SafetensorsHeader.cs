using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>A tensor's place in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Sizes, outermost first; empty for one number.</param>
/// <param name="Start">Its first byte, counted from the start of the file.</param>
/// <param name="Length">Its bytes.</param>
public sealed record SafeTensorEntry(string Name, SafeTensorType Type, ImmutableArray<long> Shape, long Start, long Length)
{
    /// <summary>Its numbers.</summary>
    public long Count => Length / Type.Size();
}

/// <summary>What a safetensors file says of itself, checked against its length and nothing else read.</summary>
/// <param name="Metadata">Text by key.</param>
/// <param name="Tensors">Tensors by name.</param>
public sealed record SafetensorsHeader(
    ImmutableSortedDictionary<string, string> Metadata,
    ImmutableSortedDictionary<string, SafeTensorEntry> Tensors)
{
    /// <summary>The key of the metadata among the tensors' names.</summary>
    internal const string MetadataKey = "__metadata__";

    /// <summary>The limit that the format's reference reader sets, too.</summary>
    private const ulong LargestHeader = 100_000_000;

    /// <summary>No tensor that is meant has a longer name or more axes, and messages can quote both.</summary>
    private const int LongestName = 1000, MostAxes = 64;

    /// <summary>Reads the header at the start of a stream whose length is the file's.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed file.</exception>
    public static SafetensorsHeader Read(Stream stream)
    {
        if (stream.Length < sizeof(ulong))
        {
            throw Bad("it is shorter than its first eight bytes");
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var rest = (ulong)(stream.Length - sizeof(ulong));
        if (length > LargestHeader)
        {
            throw Bad($"its header claims {length} bytes");
        }

        if (length > rest)
        {
            throw Bad($"its header claims {length} bytes, and {rest} are left");
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        return Parse(header, sizeof(ulong) + (long)length, (long)(rest - length));
    }

    private static SafetensorsHeader Parse(byte[] header, long dataStart, long dataLength)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            var tensors = new List<SafeTensorEntry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    foreach (var entry in property.Value.EnumerateObject())
                    {
                        metadata[entry.Name] = entry.Value.GetString() ?? throw Bad($"metadata '{entry.Name}' is not text");
                    }
                }
                else
                {
                    tensors.Add(ParseTensor(property, dataStart, dataLength));
                }
            }

            RequireSeamless(tensors, dataStart, dataLength);
            return new SafetensorsHeader(
                metadata.ToImmutable(),
                tensors.ToImmutableSortedDictionary(static entry => entry.Name, static entry => entry, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"Not a safetensors file: its header is malformed ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static SafeTensorEntry ParseTensor(JsonProperty property, long dataStart, long dataLength)
    {
        var name = property.Name;
        if (name.Length > LongestName)
        {
            throw Bad($"the name of tensor '{name[..40]}…' has {name.Length} characters");
        }

        var code = property.Value.GetProperty("dtype").GetString();
        var type = SafeTensorTypes.Parse(code) ?? throw Bad($"tensor '{name}' has the unknown type '{code}'");
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(static size => size.GetInt64()).ToImmutableArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(static offset => offset.GetInt64()).ToArray();
        if (shape.Length > MostAxes)
        {
            throw Bad($"tensor '{name}' has {shape.Length} axes");
        }

        if (shape.Any(static size => size < 0))
        {
            throw Bad($"tensor '{name}' has a negative size");
        }

        if (offsets is not [var start, var end] || start < 0 || end < start || end > dataLength)
        {
            throw Bad($"tensor '{name}' lies outside of the file's data");
        }

        var bytes = checked(shape.Aggregate(1L, static (product, size) => checked(product * size)) * type.Size());
        if (bytes != end - start)
        {
            throw Bad($"tensor '{name}' needs {bytes} bytes for its shape and has {end - start}");
        }

        return new SafeTensorEntry(name, type, shape, dataStart + start, bytes);
    }

    /// <summary>The tensors cover the data without gap or overlap, as the format demands.</summary>
    private static void RequireSeamless(List<SafeTensorEntry> tensors, long dataStart, long dataLength)
    {
        var position = dataStart;
        foreach (var tensor in tensors.OrderBy(static entry => entry.Start).ThenBy(static entry => entry.Length))
        {
            if (tensor.Start != position)
            {
                throw Bad($"tensor '{tensor.Name}' {(tensor.Start < position ? "overlaps another" : "leaves a gap before it")}");
            }

            position += tensor.Length;
        }

        if (position != dataStart + dataLength)
        {
            throw Bad($"{dataStart + dataLength - position} bytes belong to no tensor");
        }
    }

    private static InvalidDataException Bad(FormattableString what) =>
        new($"Not a safetensors file: {what.ToString(CultureInfo.InvariantCulture)}.");

    private static InvalidDataException Bad(string what) => new($"Not a safetensors file: {what}.");
}
