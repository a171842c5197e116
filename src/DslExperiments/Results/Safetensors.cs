using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>
/// The safetensors file format: eight bytes with the header's length, a JSON header with type, shape and byte range of
/// each tensor, then the bytes. Reading trusts nothing: what does not add up is an <see cref="InvalidDataException"/>.
/// </summary>
public static class Safetensors
{
    private const string MetadataKey = "__metadata__";
    private const int Alignment = 8;

    /// <summary>The limit that the format's reference reader sets, too.</summary>
    private const ulong LargestHeader = 100_000_000;

    /// <summary>Writes tensors in the order of their names, so that equal content gives equal bytes.</summary>
    public static void Write(Stream stream, IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("safetensors are written on little-endian machines only.");
        }

        var sorted = tensors.OrderBy(static tensor => tensor.Name, StringComparer.Ordinal).ToArray();
        var header = Header(sorted, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in sorted)
        {
            stream.Write(tensor.Bytes.Span);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed file.</exception>
    public static SafetensorsFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream);
    }

    /// <summary>Reads a whole stream that can seek.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed file.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        if (stream.Length < sizeof(ulong))
        {
            throw Bad("it is shorter than its first eight bytes");
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        stream.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var rest = (ulong)(stream.Length - sizeof(ulong));
        if (headerLength > LargestHeader)
        {
            throw Bad($"its header claims {headerLength} bytes");
        }

        if (headerLength > rest)
        {
            throw Bad($"its header claims {headerLength} bytes, and {rest} are left");
        }

        var header = new byte[headerLength];
        stream.ReadExactly(header);
        var dataLength = rest - headerLength;
        if (dataLength > (ulong)Array.MaxLength)
        {
            throw Bad("it holds more than two gigabytes");
        }

        var data = new byte[dataLength];
        stream.ReadExactly(data);
        return Parse(header, data);
    }

    private static byte[] Header(SafeTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            var offset = 0L;
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type.Code());
                writer.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    writer.WriteNumberValue(size);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += tensor.Bytes.Length);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        // Spaces are what the format asks for to align the data.
        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static SafetensorsFile Parse(byte[] header, byte[] data)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            var tensors = new List<(SafeTensor Tensor, long Start)>();
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
                    tensors.Add(ParseTensor(property, data));
                }
            }

            RequireSeamless(tensors, data.Length);
            return new SafetensorsFile(metadata.ToImmutable(), tensors.ToImmutableSortedDictionary(
                static entry => entry.Tensor.Name, static entry => entry.Tensor, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"Not a safetensors file: its header is malformed ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static (SafeTensor Tensor, long Start) ParseTensor(JsonProperty property, byte[] data)
    {
        var name = property.Name;
        var code = property.Value.GetProperty("dtype").GetString();
        var type = SafeTensorTypes.Parse(code) ?? throw Bad($"tensor '{name}' has the unknown type '{code}'");
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(static size => size.GetInt64()).ToImmutableArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(static offset => offset.GetInt64()).ToArray();
        if (shape.Any(static size => size < 0))
        {
            throw Bad($"tensor '{name}' has a negative size");
        }

        if (offsets is not [var start, var end] || start < 0 || end < start || end > data.Length)
        {
            throw Bad($"tensor '{name}' lies outside of the file's data");
        }

        var bytes = checked(shape.Aggregate(1L, static (product, size) => checked(product * size)) * type.Size());
        if (bytes != end - start)
        {
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"tensor '{name}' needs {bytes} bytes for its shape and has {end - start}"));
        }

        return (new SafeTensor(name, type, shape, data.AsMemory((int)start, (int)(end - start))), start);
    }

    /// <summary>The tensors cover the data without gap or overlap, as the format demands.</summary>
    private static void RequireSeamless(List<(SafeTensor Tensor, long Start)> tensors, int dataLength)
    {
        var position = 0L;
        foreach (var (tensor, start) in tensors.OrderBy(static entry => entry.Start).ThenBy(static entry => entry.Tensor.Bytes.Length))
        {
            if (start != position)
            {
                throw Bad($"tensor '{tensor.Name}' {(start < position ? "overlaps another" : "leaves a gap before it")}");
            }

            position += tensor.Bytes.Length;
        }

        if (position != dataLength)
        {
            throw Bad(string.Create(CultureInfo.InvariantCulture, $"{dataLength - position} bytes belong to no tensor"));
        }
    }

    private static InvalidDataException Bad(FormattableString what) => Bad(what.ToString(CultureInfo.InvariantCulture));

    private static InvalidDataException Bad(string what) => new($"Not a safetensors file: {what}.");
}

/// <summary>What a safetensors file holds.</summary>
/// <param name="Metadata">Text by key.</param>
/// <param name="Tensors">Tensors by name.</param>
public sealed record SafetensorsFile(
    ImmutableSortedDictionary<string, string> Metadata,
    ImmutableSortedDictionary<string, SafeTensor> Tensors);

/// <summary>A tensor as bytes: row-major, little-endian.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Sizes, outermost first; empty for one number.</param>
/// <param name="Bytes">The elements.</param>
public sealed record SafeTensor(string Name, SafeTensorType Type, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A tensor of 32-bit floats.</summary>
    public static SafeTensor Of(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        new(name, SafeTensorType.F32, [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of 64-bit floats.</summary>
    public static SafeTensor Of(string name, ReadOnlySpan<double> values, params ReadOnlySpan<long> shape) =>
        new(name, SafeTensorType.F64, [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements as values of a C# type of the same size.</summary>
    public T[] ToArray<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes.Span).ToArray();
}

/// <summary>Types of elements.</summary>
public enum SafeTensorType
{
    /// <summary>32-bit float.</summary>
    F32,

    /// <summary>64-bit float.</summary>
    F64,

    /// <summary>64-bit integer.</summary>
    I64,

    /// <summary>32-bit integer.</summary>
    I32,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Boolean, one byte.</summary>
    Bool,

    /// <summary>16-bit float.</summary>
    F16,

    /// <summary>16-bit brain float.</summary>
    BF16,
}

/// <summary>Names and sizes of <see cref="SafeTensorType"/>.</summary>
internal static class SafeTensorTypes
{
    public static string Code(this SafeTensorType type) => type == SafeTensorType.Bool ? "BOOL" : type.ToString();

    public static SafeTensorType? Parse(string? code) =>
        Enum.GetValues<SafeTensorType>().Where(type => type.Code() == code).Select(static type => (SafeTensorType?)type).FirstOrDefault();

    public static int Size(this SafeTensorType type) => type switch
    {
        SafeTensorType.F64 or SafeTensorType.I64 => 8,
        SafeTensorType.F32 or SafeTensorType.I32 => 4,
        SafeTensorType.F16 or SafeTensorType.BF16 => 2,
        _ => 1,
    };
}
