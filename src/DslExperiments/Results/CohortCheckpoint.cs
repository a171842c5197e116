using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary>
/// The checkpoint of a cohort under way: a safetensors file whose metadata carries the step, the curve and a hash over
/// everything, so that a file that is damaged, or belongs to other arms, is recognised.
/// </summary>
internal static class CohortCheckpoint
{
    private const string HashKey = "sha256";
    private const string Format = "dslexperiments-checkpoint-2";

    /// <summary>Makes a state durable.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What the cohort is; see <see cref="CohortIdentity"/>.</param>
    /// <param name="state">The state.</param>
    public static void Write(string path, string identity, CohortState state)
    {
        var tensors = state.Tensors.Select(static pair => TensorBytes.ToSafe(pair.Key, pair.Value)).ToArray();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["cohort"] = identity,
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["diverged_at"] = Written(state.DivergedAt),
            ["stopped_at"] = Written(state.StoppedAt),
            ["lanes"] = Written(state.Lanes),
            ["curve"] = Encoding.UTF8.GetString(JsonWriting.ToBytes(writer => WriteCurve(writer, state.Curve), JsonWriting.Compact)).TrimEnd(),
        };
        if (state.Evaluations.Count > 0)
        {
            metadata["evaluations"] = Encoding.UTF8.GetString(JsonWriting.ToBytes(writer => WriteCurve(writer, state.Evaluations), JsonWriting.Compact)).TrimEnd();
        }

        foreach (var (name, values) in (ReadOnlySpan<(string, IReadOnlyList<double>)>)[("values", state.Values), ("joules", state.Joules)])
        {
            if (values.Count > 0)
            {
                metadata[name] = Encoding.UTF8.GetString(JsonWriting.ToBytes(writer => WriteValues(writer, values), JsonWriting.Compact)).TrimEnd();
            }
        }

        metadata[HashKey] = ContentHash(tensors, metadata);
        AtomicFile.Write(path, stream => Safetensors.Write(stream, tensors, metadata));
    }

    /// <summary>Reads a state; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another cohort.</exception>
    public static CohortState? Read(string path, string identity)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var file = Safetensors.Read(path);
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format)
        {
            throw new InvalidDataException("it is not a checkpoint");
        }

        if (!file.Metadata.TryGetValue(HashKey, out var hash) || hash != ContentHash(file.Tensors.Values, file.Metadata))
        {
            throw new InvalidDataException("its content does not match its hash");
        }

        if (file.Metadata["cohort"] != identity)
        {
            throw new InvalidDataException("it belongs to other arms");
        }

        using var curve = JsonDocument.Parse(file.Metadata["curve"]);
        using var evaluations = JsonDocument.Parse(file.Metadata.GetValueOrDefault("evaluations", "[]"));
        return new CohortState(
            int.Parse(file.Metadata["step"], CultureInfo.InvariantCulture),
            file.Tensors.ToDictionary(static pair => pair.Key, static pair => TensorBytes.ToTensor(pair.Value)),
            Steps(file.Metadata["diverged_at"]),
            ReadCurve(curve.RootElement))
        {
            StoppedAt = Steps(file.Metadata["stopped_at"]),
            Lanes = Steps(file.Metadata["lanes"]),
            Evaluations = ReadCurve(evaluations.RootElement),
            Values = ReadValues(file.Metadata.GetValueOrDefault("values", "[]")),
            Joules = ReadValues(file.Metadata.GetValueOrDefault("joules", "[]")),
        };
    }

    /// <summary>Writes measured steps as <c>[[step, loss, …], …]</c>.</summary>
    public static void WriteCurve(Utf8JsonWriter writer, IReadOnlyList<MeasuredStep> curve)
    {
        writer.WriteStartArray();
        foreach (var measured in curve)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(measured.Step);
            foreach (var loss in measured.Losses)
            {
                writer.WriteNumberOrName(loss);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteCurve"/> wrote.</summary>
    public static ImmutableArray<MeasuredStep> ReadCurve(JsonElement curve) => [.. curve.EnumerateArray().Select(static line => new MeasuredStep(
        line[0].GetInt32(), [.. line.EnumerateArray().Skip(1).Select(static loss => loss.ReadNumberOrName())]))];

    private static void WriteValues(Utf8JsonWriter writer, IReadOnlyList<double> values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            writer.WriteNumberOrName(value);
        }

        writer.WriteEndArray();
    }

    private static double[] ReadValues(string written)
    {
        using var values = JsonDocument.Parse(written);
        return [.. values.RootElement.EnumerateArray().Select(static value => value.ReadNumberOrName())];
    }

    private static string Written(IReadOnlyList<int> steps) => string.Join(',', steps.Select(static step => step.ToString(CultureInfo.InvariantCulture)));

    private static int[] Steps(string written) =>
        [.. written.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static step => int.Parse(step, CultureInfo.InvariantCulture))];

    /// <summary>SHA-256 over tensors and metadata, lower-case hex, whatever their order.</summary>
    public static string ContentHash(IEnumerable<SafeTensor> tensors, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in metadata.Where(static pair => pair.Key != HashKey).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}\0{value}\0"));
        }

        foreach (var tensor in tensors.OrderBy(static tensor => tensor.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{tensor.Name}\0{tensor.Type}\0{string.Join(',', tensor.Shape)}\0")));
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
