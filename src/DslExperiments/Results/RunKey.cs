using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace DslExperiments.Results;

/// <summary>
/// All that decides a run's numbers. An unfinished run is only resumed by one with an equal key, since otherwise its
/// second half would not belong to its first.
/// </summary>
internal sealed record RunKey(
    string SpecHash,
    string Profile,
    ImmutableArray<KeyValuePair<string, string>> Overrides,
    ImmutableArray<string> Arms,
    string Device,
    string RuntimeVersion,
    string LibtorchVersion)
{
    /// <summary>The files that the spec names and what is in them, a line each.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The memory budget, in bytes, where it made smaller cohorts, whose sums are other ones; else 0.</summary>
    public long Memory { get; init; }

    /// <summary>SHA-256 over all parts, lower-case hex.</summary>
    public string Hash => field ??= Convert.ToHexStringLower(SHA256.HashData(JsonWriting.ToBytes(WriteParts, JsonWriting.Compact)));

    /// <summary>As much of it as a folder's name carries.</summary>
    public string ShortHash => Hash[..8];

    /// <summary>Reads what <see cref="WriteParts"/> wrote, without files and memory.</summary>
    public static RunKey Read(JsonElement parts) => new(
        TextOf(parts, "spec_hash"),
        TextOf(parts, "profile"),
        [.. parts.GetProperty("overrides").EnumerateObject().Select(static pair => KeyValuePair.Create(pair.Name, pair.Value.GetString() ?? ""))],
        [.. parts.GetProperty("arm_filters").EnumerateArray().Select(static filter => filter.GetString() ?? "")],
        TextOf(parts, "device"),
        TextOf(parts, "runtime"),
        TextOf(parts, "libtorch"));

    /// <summary>Writes the parts that the user chose, as properties of the object being written.</summary>
    public void WriteParts(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("spec_hash", SpecHash);
        writer.WriteString("profile", Profile);
        writer.WriteStartObject("overrides");
        foreach (var (key, value) in Overrides.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("arm_filters");
        foreach (var filter in Arms.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(filter);
        }

        writer.WriteEndArray();
        writer.WriteString("device", Device);
        writer.WriteString("runtime", RuntimeVersion);
        writer.WriteString("libtorch", LibtorchVersion);
        if (Memory > 0)
        {
            writer.WriteNumber("memory", Memory);
        }

        if (!Files.IsEmpty)
        {
            writer.WriteStartArray("files");
            foreach (var file in Files)
            {
                writer.WriteStringValue(file);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static string TextOf(JsonElement parts, string name) => parts.GetProperty(name).GetString() ?? "";
}
