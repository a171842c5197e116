using System.Text.Encodings.Web;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>The one way in which JSON is written: readable, numbers in their shortest form that reads back, NaN as null.</summary>
internal static class JsonWriting
{
    public static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static readonly JsonWriterOptions Compact = Indented with { Indented = false };

    /// <summary>The bytes of a document, with a newline at its end.</summary>
    public static byte[] ToBytes(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            write(writer);
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>A number, or null for NaN. JSON has no infinity either; it becomes the largest double.</summary>
    public static void WriteDouble(this Utf8JsonWriter writer, double value)
    {
        if (double.IsNaN(value))
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteNumberValue(double.IsInfinity(value) ? Math.CopySign(double.MaxValue, value) : value);
        }
    }

    /// <summary>A property that is a number or null.</summary>
    public static void WriteDouble(this Utf8JsonWriter writer, string name, double value)
    {
        writer.WritePropertyName(name);
        writer.WriteDouble(value);
    }

    /// <summary>A step at which something happened; no property when it did not.</summary>
    public static void WriteStep(this Utf8JsonWriter writer, string name, int? step)
    {
        if (step is { } at)
        {
            writer.WriteNumber(name, at);
        }
    }

    /// <summary>Reads what <see cref="WriteStep"/> wrote.</summary>
    public static int? ReadStep(this JsonElement element, string name) => element.TryGetProperty(name, out var step) ? step.GetInt32() : null;

    /// <summary>A property that is text or null.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is null)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteString(name, value);
        }
    }

    /// <summary>A number that comes back the same also when it is infinite or NaN: those are text.</summary>
    public static void WriteNumberOrName(this Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(SpecText.Of(value));
        }
    }

    /// <summary>Reads what <see cref="WriteNumberOrName"/> wrote.</summary>
    public static double ReadNumberOrName(this JsonElement element) => element.ValueKind != JsonValueKind.String
        ? element.GetDouble()
        : element.GetString() switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.NaN,
        };

    /// <summary>Reads what <see cref="WriteDouble(Utf8JsonWriter, double)"/> wrote.</summary>
    public static double ReadDouble(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? double.NaN : element.GetDouble();
}
