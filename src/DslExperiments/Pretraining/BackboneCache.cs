using System.Text.Json;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Pretraining;

/// <summary>
/// Pretrained backbones beside the runs, a folder per stage, for every experiment that needs the same one. Nothing in it
/// is needed: what is deleted, or found damaged, is trained again.
/// </summary>
/// <param name="root">The folder of all stages' folders.</param>
internal sealed class BackboneCache(string root)
{
    private const string FolderName = "pretrained";
    private const string Weights = "backbone.safetensors";
    private const string Manifest = "manifest.json";
    private const string Checkpoint = "checkpoint.safetensors";
    private const string Format = "dslexperiments-backbone-1";

    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The cache that goes with a run; null for a run without files.</summary>
    public static BackboneCache? Of(RunRequest request) =>
        (request.Pretrained ?? (RootOf(request) is { } root ? Path.Combine(root, FolderName) : null)) is { } place ? new BackboneCache(place) : null;

    /// <summary>The folder that runs and their cache lie in, wherever a single run is put; null for a run without files.</summary>
    public static string? RootOf(RunRequest request) =>
        request.Root ?? (request.Folder is { Length: > 0 } folder ? Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder : null);

    /// <summary>Where the backbones of a run may lie: the command line's place, and those beside the run and its experiment.</summary>
    public static string[] UsualPlaces(string run) => [.. ((string[])["runs", Path.Combine(run, ".."), Path.Combine(run, "..", "..")])
        .Select(static root => Path.GetFullPath(Path.Combine(root, FolderName))).Distinct()];

    /// <summary>The folder of a stage.</summary>
    public string FolderOf(PretrainStage stage) => FolderOf(stage.Hash);

    /// <summary>The state of a stage under way.</summary>
    public string CheckpointOf(PretrainStage stage) => Path.Combine(FolderOf(stage), Checkpoint);

    /// <summary>True when a stage seems to be there; only <see cref="Read"/> looks at its content.</summary>
    public bool Has(PretrainStage stage) => File.Exists(Path.Combine(FolderOf(stage), Manifest));

    /// <summary>The backbone that a stage has left; null when there is none or it is damaged.</summary>
    public PretrainedBackbone? Read(PretrainStage stage, RunMonitor monitor)
    {
        if (!Has(stage))
        {
            return null;
        }

        try
        {
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(FolderOf(stage), Manifest)));
            var entry = manifest.RootElement;
            if (entry.GetProperty("format").GetString() != Format || entry.GetProperty("stage").GetString() != stage.Text)
            {
                throw new InvalidDataException("it belongs to another stage");
            }

            var file = Safetensors.Read(Path.Combine(FolderOf(stage), Weights));
            if (CohortCheckpoint.ContentHash(file.Tensors.Values, []) != entry.GetProperty("content").GetString())
            {
                throw new InvalidDataException("its content does not match its hash");
            }

            return new PretrainedBackbone(
                stage,
                file.Tensors.ToDictionary(static pair => pair.Key, static pair => TensorBytes.ToTensor(pair.Value)),
                entry.GetProperty("final_loss").ReadNumberOrName());
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or InvalidOperationException or KeyNotFoundException or IOException or UnauthorizedAccessException)
        {
            monitor.Say($"The pretrained backbone {FolderOf(stage)} cannot be used: {e.Message.TrimEnd('.')}. It is trained anew.");
            return null;
        }
    }

    /// <summary>The weights on which a run was made, whatever its spec has become; null when they are not here.</summary>
    /// <exception cref="ExperimentUsageException">What is here is damaged, or other weights.</exception>
    public IReadOnlyDictionary<string, Tensor>? Find(PretrainedEntry entry)
    {
        var folder = FolderOf(entry.Stage);
        if (!File.Exists(Path.Combine(folder, Manifest)))
        {
            return null;
        }

        var file = CheckpointFiles.Guarded(Path.Combine(folder, Weights), () => Safetensors.Read(Path.Combine(folder, Weights)));
        return CohortCheckpoint.ContentHash(file.Tensors.Values, []) == entry.Content
            ? file.Tensors.ToDictionary(static pair => pair.Key, static pair => TensorBytes.ToTensor(pair.Value), StringComparer.Ordinal)
            : throw new ExperimentUsageException(
                $"{folder}: these are other weights than the run's, damaged or trained anew since; adapters of the run do not fit them. Run the experiment again with --fresh.");
    }

    /// <summary>Keeps other processes from training a stage; waits for one that does.</summary>
    /// <exception cref="TrainingInterruptedException">The run was asked to pause while it waited.</exception>
    public IDisposable Lock(PretrainStage stage, RunMonitor monitor, CancellationToken pause)
    {
        var folder = FolderOf(stage);
        for (var waited = false; ; waited = true)
        {
            Directory.CreateDirectory(folder);
            if (RunLock.TryTake(folder) is { } taken)
            {
                return taken;
            }

            if (!waited)
            {
                monitor.Say($"Seed {SpecText.Of(stage.Seed)} is being pretrained by {(RunLock.Owner(folder) is { } owner ? $"process {owner}" : "another process")}; waiting for it.");
            }

            if (pause.WaitHandle.WaitOne(LockInterval))
            {
                throw new TrainingInterruptedException();
            }
        }
    }

    private string FolderOf(string hash) => Path.Combine(root, hash[..Math.Min(16, hash.Length)]);

    /// <summary>Makes a backbone durable: first the weights, then the file that says that they are whole.</summary>
    public void Write(PretrainedBackbone backbone, IReadOnlyList<MeasuredStep> curve)
    {
        var stage = backbone.Stage;
        var folder = FolderOf(stage);
        AtomicFile.RemoveLeftovers(folder);
        AtomicFile.Write(Path.Combine(folder, Weights), stream => Safetensors.Write(stream, backbone.ToSafe(), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt",
        }));
        AtomicFile.Write(Path.Combine(folder, Manifest), stream => stream.Write(JsonWriting.ToBytes(
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("format", Format);
                writer.WriteString("key", stage.Hash);
                writer.WriteString("stage", stage.Text);
                writer.WriteString("content", backbone.ContentHash);
                writer.WriteNumber("parameters", stage.Design.TrainableParameters);
                writer.WritePropertyName("final_loss");
                writer.WriteNumberOrName(backbone.FinalLoss);
                writer.WritePropertyName("curve");
                CohortCheckpoint.WriteCurve(writer, curve);
                writer.WriteEndObject();
            },
            JsonWriting.Indented)));
        AtomicFile.TryDelete(Path.Combine(folder, Checkpoint));
    }
}
