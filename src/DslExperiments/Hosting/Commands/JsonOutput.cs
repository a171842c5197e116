using System.Text;
using System.Text.Json;
using DslExperiments.Results;

namespace DslExperiments.Hosting.Commands;

/// <summary>JSON for standard output.</summary>
internal static class JsonOutput
{
    public static string Text(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(JsonWriting.ToBytes(write, JsonWriting.Indented));
}
