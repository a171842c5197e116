using System.Text.Json;

namespace DslExperiments.Text.Tokenizers;

/// <summary>A value in a JSON file with the path that leads to it, so that errors can name it.</summary>
internal readonly record struct JsonPlace(JsonElement Value, string Path)
{
    /// <summary>The property <c>type</c>, as all parts of tokenizer.json have it.</summary>
    public string Type => Required("type").Text();

    /// <summary>A property, or null where it is missing or null.</summary>
    public JsonPlace? Optional(string name)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{Path} is not an object");
        }

        return Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new(value, $"{Path}.{name}") : null;
    }

    public JsonPlace Required(string name) => Optional(name) ?? throw new InvalidDataException($"{Path} has no '{name}'");

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw new InvalidDataException($"{Path} is not text");

    public string? Text(string name) => Optional(name)?.Text();

    public int Int() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number)
        ? number
        : throw new InvalidDataException($"{Path} is not a whole number");

    public double Number() => Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number)
        ? number
        : throw new InvalidDataException($"{Path} is not a number");

    public bool Flag(string name, bool otherwise) => Optional(name) is not { } flag ? otherwise : flag.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new InvalidDataException($"{flag.Path} is neither true nor false"),
    };

    /// <summary>The elements of an array.</summary>
    public IEnumerable<JsonPlace> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException($"{Path} is not a list");
        }

        var (path, at) = (Path, 0);
        return Value.EnumerateArray().Select(item => new JsonPlace(item, $"{path}[{at++}]"));
    }

    /// <summary>The error for what is not supported.</summary>
    public InvalidDataException Unsupported(string what) => new($"{Path}: {what} is not supported");
}
