using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>
/// The safetensors file format: eight bytes with the header's length, a JSON header with type, shape and byte range of
/// each tensor, then the bytes. Reading trusts nothing: what does not add up is an <see cref="InvalidDataException"/>.
/// </summary>
public static class Safetensors
{
    private const int Alignment = 8;

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

    /// <summary>Reads a whole stream that can seek; files of more than two gigabytes need <see cref="MappedSafetensors"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed file.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        var header = SafetensorsHeader.Read(stream);
        var start = stream.Position;
        if (stream.Length - start > Array.MaxLength)
        {
            throw new InvalidDataException("Not a safetensors file that is read at once: it holds more than two gigabytes.");
        }

        var data = new byte[stream.Length - start];
        stream.ReadExactly(data);
        return new SafetensorsFile(header.Metadata, header.Tensors.ToImmutableSortedDictionary(
            static pair => pair.Key,
            pair => new SafeTensor(pair.Key, pair.Value.Type, pair.Value.Shape, data.AsMemory((int)(pair.Value.Start - start), (int)pair.Value.Length)),
            StringComparer.Ordinal));
    }

    private static byte[] Header(SafeTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(SafetensorsHeader.MetadataKey);
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
}
