using System.Text.Json;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary><c>nearest.json</c> beside an adapter: per virtual token the nearest tokens of the vocabulary.</summary>
internal static class NearestFile
{
    /// <summary>Its name.</summary>
    public const string FileName = "nearest.json";

    private const string Key = "virtual_tokens";

    /// <summary>Writes it into an adapter's folder.</summary>
    public static void Write(string folder, IReadOnlyList<IReadOnlyList<NearToken>> nearest) => AtomicFile.Write(
        Path.Combine(folder, FileName),
        stream => stream.Write(JsonWriting.ToBytes(
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray(Key);
                foreach (var row in nearest)
                {
                    writer.WriteStartArray();
                    foreach (var near in row)
                    {
                        writer.WriteStartObject();
                        writer.WriteNumber("token", near.Token);
                        writer.WriteString("piece", near.Piece);
                        writer.WriteNumber("cosine", near.Cosine);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            },
            JsonWriting.Indented)));

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">The file is not what was written.</exception>
    public static IReadOnlyList<IReadOnlyList<NearToken>> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.GetProperty(Key).EnumerateArray().Select(static row => row.EnumerateArray().Select(static near =>
                new NearToken(near.GetProperty("token").GetInt32(), near.GetProperty("piece").GetString() ?? "", near.GetProperty("cosine").GetDouble())).ToArray())];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is damaged: {e.Message}", e);
        }
    }
}
