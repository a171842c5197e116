using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Checkpoints;

/// <summary>A folder's checkpoint as all cohorts of the process share it: checked when it is opened, loaded when first asked for.</summary>
internal sealed class CheckpointStore
{
    private static readonly Dictionary<string, CheckpointStore> Opened = new(StringComparer.Ordinal);

    private readonly Lock loading = new();
    private readonly string stamp;
    private readonly CheckpointFiles files;
    private readonly CheckpointFamily family;
    private readonly ImmutableArray<CheckpointWeight> plan;
    private readonly ImmutableSortedDictionary<string, StoredTensor> tensors;
    private IReadOnlyDictionary<string, Tensor>? loaded;

    private CheckpointStore(string folder, string stamp)
    {
        this.stamp = stamp;
        var config = HuggingFaceConfig.Read(
            Path.Combine(folder, HuggingFaceConfig.ModelFile), "a folder of Hugging Face has it beside the weights");
        string type = config.Text("model_type");
        family = CheckpointFamily.OfModelType(type)
            ?? throw config.Unsupported("model_type", $"only {string.Join(", ", CheckpointFamily.AllModelTypes)} are supported");
        config.RequireNone("quantization_config", "quantised weights are not supported: save the model in float16 or float32");
        Options = family.OptionsOf(config);
        files = CheckpointFiles.Of(folder);
        tensors = Named();
        plan = [.. Planned()];
        AssertNoSurplus();
    }

    /// <summary>The shape that the configuration states.</summary>
    public TransformerOptions Options { get; }

    /// <summary>SHA-256 over the files, lower-case hex.</summary>
    public string ContentHash
    {
        get
        {
            lock (loading)
            {
                return field ??= files.ContentHash();
            }
        }
    }

    /// <summary>The store of a folder; the same one as long as its files are.</summary>
    public static CheckpointStore Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ExperimentUsageException($"{folder}: there is no such folder.");
        }

        string stamp = CheckpointFiles.Guarded(folder, () => CheckpointFiles.StampOf(folder));
        lock (Opened)
        {
            if (!Opened.TryGetValue(folder, out var store) || store.stamp != stamp)
            {
                Opened[folder] = store = new CheckpointStore(folder, stamp);
            }

            return store;
        }
    }

    /// <summary>The weights by the backbone's names, on the CPU, in 32 bits or where the files have them in 64.</summary>
    public IReadOnlyDictionary<string, Tensor> Load()
    {
        lock (loading)
        {
            return loaded ??= ReadAll();
        }
    }

    /// <summary>Tensors by the names that a whole model gives them.</summary>
    private ImmutableSortedDictionary<string, StoredTensor> Named()
    {
        var named = ImmutableSortedDictionary.CreateBuilder<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in files.Tensors)
        {
            if (!named.TryAdd(family.Canonical(name), tensor))
            {
                throw new ExperimentUsageException(
                    $"{tensor.File}: it has the tensor '{family.Canonical(name)}' twice, with '{family.Prefix}' before its name and without.");
            }
        }

        return named.ToImmutable();
    }

    /// <summary>Every weight of the shape, each of which must be there as it should be.</summary>
    private IEnumerable<CheckpointWeight> Planned()
    {
        foreach (var weight in family.WeightsOf(Options))
        {
            if (!tensors.TryGetValue(weight.Source, out var stored))
            {
                throw new ExperimentUsageException(
                    $"{files.Folder}: the tensor '{weight.Source}', [{string.Join(", ", weight.Shape)}], is missing, which {HuggingFaceConfig.ModelFile} asks for.");
            }

            if (!stored.Entry.Shape.AsSpan().SequenceEqual(weight.Shape))
            {
                throw new ExperimentUsageException(
                    $"{stored.File}: the tensor '{stored.Entry.Name}' is [{string.Join(", ", stored.Entry.Shape)}], but {HuggingFaceConfig.ModelFile} asks for [{string.Join(", ", weight.Shape)}].");
            }

            AssertReadable(stored);
            yield return weight;
        }
    }

    private void AssertNoSurplus()
    {
        var taken = plan.Select(static weight => weight.Source).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, stored) in tensors.Where(pair => !taken.Contains(pair.Key) && !family.IsBuffer(pair.Key)))
        {
            if (family.CopyOf(name, Options) is null)
            {
                throw new ExperimentUsageException(
                    $"{stored.File}: it has the tensor '{stored.Entry.Name}', which a {family.Kind} of this {HuggingFaceConfig.ModelFile} does not.");
            }

            AssertReadable(stored);
        }
    }

    private static void AssertReadable(StoredTensor stored)
    {
        if (!SafeTensorReading.IsReadable(stored.Entry.Type))
        {
            throw new ExperimentUsageException(
                $"{stored.File}: the tensor '{stored.Entry.Name}' is of type {stored.Entry.Type.Code()}; weights must be F32, F16, BF16 or F64.");
        }
    }

    private Dictionary<string, Tensor> ReadAll()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var ofFile in plan.GroupBy(weight => tensors[weight.Source].File, StringComparer.Ordinal))
        {
            using var file = Open(ofFile.Key);
            foreach (var ofTensor in ofFile.GroupBy(static weight => weight.Source, StringComparer.Ordinal))
            {
                using var inner = NewDisposeScope();
                var whole = SafeTensorReading.Read(file, tensors[ofTensor.Key].Entry);
                foreach (var weight in ofTensor)
                {
                    weights.Add(weight.Name, weight.Take is { } take ? take(whole).contiguous().clone().MoveToOuterDisposeScope() : whole.MoveToOuterDisposeScope());
                }
            }
        }

        AssertCopies();
        return weights.ToDictionary(static pair => pair.Key, static pair => pair.Value.DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    /// <summary>A tensor that stands for another must have its numbers.</summary>
    private void AssertCopies()
    {
        foreach (var (name, stored) in tensors)
        {
            if (family.CopyOf(name, Options) is not { } original)
            {
                continue;
            }

            using var scope = NewDisposeScope();
            using var first = Open(stored.File);
            using var second = Open(tensors[original].File);
            var (copy, table) = (SafeTensorReading.Read(first, stored.Entry), SafeTensorReading.Read(second, tensors[original].Entry));
            if (!copy.shape.AsSpan().SequenceEqual(table.shape) || !copy.eq(table).all().item<bool>())
            {
                throw new ExperimentUsageException(
                    $"{stored.File}: the tensor '{stored.Entry.Name}' differs from '{original}', but {HuggingFaceConfig.ModelFile} says that they are one (tie_word_embeddings).");
            }
        }
    }

    /// <summary>Maps a file that must still be the one that was checked.</summary>
    private MappedSafetensors Open(string path)
    {
        var file = CheckpointFiles.Guarded(path, () => new MappedSafetensors(path));
        bool same = files.Tensors.Values.Where(stored => stored.File == path)
            .All(stored => file.Header.Tensors.TryGetValue(stored.Entry.Name, out var now) && now.Start == stored.Entry.Start && now.Length == stored.Entry.Length);
        if (!same)
        {
            file.Dispose();
            throw new ExperimentUsageException($"{path}: it was changed while it was being read.");
        }

        return file;
    }
}
