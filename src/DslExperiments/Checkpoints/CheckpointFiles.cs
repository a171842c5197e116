using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DslExperiments.Hosting;
using DslExperiments.Results;

namespace DslExperiments.Checkpoints;

/// <summary>A tensor and the file that it is in.</summary>
internal sealed record StoredTensor(string File, SafeTensorEntry Entry);

/// <summary>
/// The safetensors of a checkpoint's folder: one file, or several that an index names. Pickled weights are never read,
/// since reading them can run code.
/// </summary>
internal sealed class CheckpointFiles
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    private CheckpointFiles(string folder, ImmutableArray<string> read, ImmutableSortedDictionary<string, StoredTensor> tensors)
    {
        Folder = folder;
        Read = read;
        Tensors = tensors;
    }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>The files that a checkpoint consists of, configuration included.</summary>
    public ImmutableArray<string> Read { get; }

    /// <summary>Tensors by their names in the files.</summary>
    public ImmutableSortedDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Reads the headers of a folder's files.</summary>
    /// <exception cref="ExperimentUsageException">There are none, or they do not add up.</exception>
    public static CheckpointFiles Of(string folder)
    {
        string config = Path.Combine(folder, HuggingFaceConfig.ModelFile), single = Path.Combine(folder, Single), index = Path.Combine(folder, Index);
        if (!File.Exists(single) && File.Exists(index))
        {
            return Sharded(folder, config, index);
        }

        if (!File.Exists(single))
        {
            throw NoWeights(folder);
        }

        return new CheckpointFiles(folder, [config, single], HeaderOf(single).ToImmutableSortedDictionary(
            static entry => entry.Name, entry => new StoredTensor(single, entry), StringComparer.Ordinal));
    }

    /// <summary>Lengths and times of writing of a folder's files; while it is the same, so is what they hold.</summary>
    public static string StampOf(string folder) => string.Join('|', new DirectoryInfo(folder).EnumerateFiles()
        .Where(static file => file.Extension is ".safetensors" or ".json" or ".bin")
        .OrderBy(static file => file.Name, StringComparer.Ordinal)
        .Select(static file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}")));

    /// <summary>SHA-256 over names and bytes of the files, lower-case hex.</summary>
    public string ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        foreach (string file in Read.Order(StringComparer.Ordinal))
        {
            using var stream = Guarded(file, () => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0));
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}\0{stream.Length}\0")));
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer, 0, count);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Does something with a file whose content nobody vouches for.</summary>
    /// <exception cref="ExperimentUsageException">It cannot be read, or is not what it should be.</exception>
    public static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ExperimentUsageException($"{file}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static IEnumerable<SafeTensorEntry> HeaderOf(string file) => Guarded(file, () =>
    {
        using var stream = File.OpenRead(file);
        return SafetensorsHeader.Read(stream).Tensors.Values;
    });

    /// <summary>The index must name every tensor of its files, and each in the file where it is.</summary>
    private static CheckpointFiles Sharded(string folder, string config, string index)
    {
        var named = ReadIndex(index);
        var tensors = ImmutableSortedDictionary.CreateBuilder<string, StoredTensor>(StringComparer.Ordinal);
        string[] shards = [.. named.Values.Distinct().Order(StringComparer.Ordinal)];
        foreach (string shard in shards)
        {
            string file = Path.Combine(folder, shard);
            if (!File.Exists(file))
            {
                throw new ExperimentUsageException($"{index}: it names '{shard}', but there is no such file beside it.");
            }

            foreach (var entry in HeaderOf(file))
            {
                if (!named.TryGetValue(entry.Name, out string? expected) || expected != shard)
                {
                    throw new ExperimentUsageException(
                        $"{file}: it has the tensor '{entry.Name}', which {Index} {(expected is null ? "does not name" : $"says to be in '{expected}'")}.");
                }

                tensors.Add(entry.Name, new StoredTensor(file, entry));
            }
        }

        if (named.FirstOrDefault(pair => !tensors.ContainsKey(pair.Key)) is { Key: { } missing, Value: var place })
        {
            throw new ExperimentUsageException($"{index}: it says that '{missing}' is in '{place}', but it is not.");
        }

        return new CheckpointFiles(folder, [config, index, .. shards.Select(shard => Path.Combine(folder, shard))], tensors.ToImmutable());
    }

    /// <summary>The file of every tensor.</summary>
    private static SortedDictionary<string, string> ReadIndex(string index)
    {
        using var document = JsonFile.Read(index, "it names the files of a checkpoint in parts");
        if (!document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new ExperimentUsageException($"{index}: it has no object 'weight_map', which names the file of every tensor.");
        }

        var named = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
        {
            string? shard = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
            if (shard is null || !IsPlainName(shard))
            {
                throw new ExperimentUsageException(
                    $"{index}: the file of '{entry.Name}' is {Shortened(entry.Value.GetRawText())}; it must be the name of a .safetensors file in the same folder.");
            }

            named.Add(entry.Name, shard);
        }

        return named;
    }

    /// <summary>True for a name that cannot lead out of the folder, on any system.</summary>
    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\:\0") < 0 && name[0] != '.';

    private static ExperimentUsageException NoWeights(string folder)
    {
        string? pickled = Directory.EnumerateFiles(folder).Select(Path.GetFileName)
            .FirstOrDefault(static name => name!.StartsWith("pytorch_model", StringComparison.Ordinal));
        return new ExperimentUsageException(pickled is null
            ? $"{folder}: it has neither {Single} nor {Index}."
            : $"{folder}: it has only {pickled}, a pickle, which is not read since reading it can run code. Convert it where it is trusted: in Python, "
              + "AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True), with the model's own class in place of AutoModel.");
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
