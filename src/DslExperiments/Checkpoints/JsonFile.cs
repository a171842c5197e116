using System.Text.Json;
using DslExperiments.Hosting;

namespace DslExperiments.Checkpoints;

/// <summary>JSON that somebody else has written.</summary>
internal static class JsonFile
{
    private const long LargestFile = 100_000_000;

    /// <summary>Reads an object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hint">What to do when there is none.</param>
    /// <exception cref="ExperimentUsageException">There is no such file, or it is not a JSON object.</exception>
    public static JsonDocument Read(string path, string hint)
    {
        if (!File.Exists(path))
        {
            throw new ExperimentUsageException(
                $"{path}: {(Directory.Exists(path) ? "this is a folder, not a file" : "there is no such file")}; {hint}.");
        }

        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > LargestFile)
            {
                throw new ExperimentUsageException($"{path}: {SpecText.Of(stream.Length)} bytes are too many for a file of settings.");
            }

            var document = JsonDocument.Parse(stream, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                ReadTexts(document.RootElement);
                return document;
            }

            document.Dispose();
            throw new ExperimentUsageException($"{path}: a JSON object is needed.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new ExperimentUsageException($"{path}: not readable as JSON ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Reads every name and text once: those that are no Unicode fail here rather than where they are used.</summary>
    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
        }
    }
}
