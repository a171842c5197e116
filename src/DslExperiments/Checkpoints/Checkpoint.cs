using DslExperiments.Backbones;
using DslExperiments.Hosting;

namespace DslExperiments.Checkpoints;

/// <summary>
/// A pretrained model in Hugging Face's layout: a folder with <c>config.json</c> and safetensors. Its numbers are loaded
/// once per process and shared by all cohorts.
/// </summary>
public sealed class Checkpoint
{
    private readonly CheckpointStore store;

    private Checkpoint(string folder, CheckpointStore store)
    {
        Folder = folder;
        this.store = store;
        Options = store.Options with { Weights = folder };
        Weights = new BackboneWeights(_ => store.Load()) { AreShared = true };
    }

    /// <summary>The folder as it was given.</summary>
    public string Folder { get; }

    /// <summary>The backbone that <c>config.json</c> states: a <see cref="LlamaOptions"/>, <see cref="Gpt2Options"/> or <see cref="T5Options"/>.</summary>
    public TransformerOptions Options { get; }

    /// <summary>The weights, the same for every seed; loaded when first asked for, as 32-bit floats or where the files have 64 bits as those.</summary>
    public BackboneWeights Weights { get; }

    /// <summary>SHA-256 over the names and bytes of the files, lower-case hex.</summary>
    public string ContentHash => store.ContentHash;

    /// <summary>Opens a folder; its tensors' names, shapes and types are checked, its numbers not yet read.</summary>
    /// <exception cref="ExperimentUsageException">The folder is not a checkpoint that can be used; says which file and why.</exception>
    public static Checkpoint Open(string folder) => new(folder, CheckpointStore.Of(Path.GetFullPath(folder)));

    /// <summary>Compares the shape that a spec states with the checkpoint's.</summary>
    /// <exception cref="ExperimentUsageException">They differ; names every difference and what to write.</exception>
    public void AssertFits(TransformerOptions fromSpec)
    {
        var differences = ShapeKeys.Differences(fromSpec, Options);
        if (differences.Count > 0)
        {
            throw new ExperimentUsageException(string.Join('\n', (IEnumerable<string>)
            [
                $"The backbone is not the checkpoint of {Folder}:",
                .. differences.Select(difference => $"  backbone.{difference.Key} is {difference.Stated}, but {HuggingFaceConfig.ModelFile} has {difference.Found}"),
                "Write:",
                .. ShapeKeys.Lines([.. differences.Select(difference => (difference.Key, difference.Found))]).Select(line => "  " + line),
            ]));
        }
    }

    /// <summary>The backbone as a spec states it: the block <c>backbone:</c>, with a newline at its end.</summary>
    public string ToYaml() => ShapeKeys.Block(Options);
}
