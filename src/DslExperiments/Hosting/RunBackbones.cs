using DslExperiments.Backbones;
using DslExperiments.Pretraining;
using DslExperiments.Results;
using DslExperiments.Results.Peft;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using TorchSharp;

namespace DslExperiments.Hosting;

/// <summary>The backbones that the arms of a kept run stand on: pretrained, a checkpoint's, or as drawn.</summary>
internal sealed class RunBackbones
{
    private readonly string folder;
    private readonly ManifestHead head;
    private readonly Experiment experiment;
    private readonly ExperimentPlan plan;
    private readonly CohortSources sources;
    private readonly string? tokenizer;
    private readonly string[] caches;
    private readonly Dictionary<string, TextModel> models = new(StringComparer.Ordinal);

    private RunBackbones(string folder, ManifestHead head, Experiment experiment, string? tokenizer, string[] caches)
    {
        (this.folder, this.head, this.experiment, this.tokenizer, this.caches) = (folder, head, experiment, tokenizer, caches);
        plan = experiment.PlanOf(new RunRequest
        {
            Profile = head.Request.Profile, Overrides = head.Request.Overrides, Arms = head.Request.Arms, Device = head.Request.Device,
        });
        sources = new CohortSources(SpecFolder.Of(experiment.Info));
    }

    /// <summary>Opens a run's folder.</summary>
    /// <param name="experiments">The program's experiments, of which the run must be one.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="tokenizer">The tokenizer's folder or file; null for the spec's.</param>
    /// <param name="pretrained">Where pretrained backbones lie; null for their usual places.</param>
    /// <exception cref="ExperimentUsageException">The folder has no run, or one of a spec that has changed since.</exception>
    public static RunBackbones Open(ExperimentCatalog experiments, string folder, string? tokenizer, string? pretrained)
    {
        var head = RunManifest.ReadHead(folder) ?? throw new ExperimentUsageException(
            $"{Path.Combine(folder, RunManifest.FileName)}: this is not the manifest of a run.");
        var experiment = experiments.Find(head.Experiment).Create();
        if (experiment.Info.SpecHash != head.Request.SpecHash)
        {
            throw new ExperimentUsageException(
                $"'{folder}' is a run of {head.Experiment} before its spec was changed; what its backbones are is said by the spec of then, the spec_text in {RunManifest.FileName}.");
        }

        return new RunBackbones(folder, head, experiment, tokenizer, pretrained is null ? BackboneCache.UsualPlaces(folder) : [pretrained]);
    }

    /// <summary>An adapter's folder: a path, or its name in the run.</summary>
    public string AdapterFolder(string name) =>
        !Directory.Exists(name) && Path.Combine(folder, RunFolder.AdaptersName, name) is var own && Directory.Exists(own) ? own : name;

    /// <summary>The backbone that an adapter was trained on.</summary>
    /// <param name="adapter">Its folder; for null, and for an adapter of elsewhere, the run must have a single backbone.</param>
    /// <exception cref="ExperimentUsageException">It is not clear which, its weights are not there, or it reads no texts.</exception>
    public TextModel Of(string? adapter)
    {
        var stands = plan.Designs.Where(design => adapter is null || !IsOwn(adapter) || AdapterOrigin.Read(adapter)?.Arm == design.Arm.Label)
            .DistinctBy(KeyOf).ToArray();
        return stands switch
        {
            [var only] => models.TryGetValue(KeyOf(only), out var known) ? known : models[KeyOf(only)] = ModelOf(only),
            [] => throw new ExperimentUsageException($"'{adapter}' is not of an arm that '{folder}' has."),
            _ => throw new ExperimentUsageException(
                $"The arms of '{folder}' stand on {SpecText.Of(stands.Length)} backbones; name one by an adapter of the run: --adapter \"{NameOfFirst(stands[0])}\"."),
        };
    }

    private bool IsOwn(string adapter) =>
        Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(adapter))) == Path.GetFullPath(Path.Combine(folder, RunFolder.AdaptersName));

    private string NameOfFirst(ArmDesign design) =>
        Path.GetFileName(RunFolder.AdapterPathOf(folder, plan.Designs.IndexOf(design), design.Arm.Label));

    private PretrainStage? StageOf(ArmDesign design) => PretrainStage.Of(
        design, head.Request.Device, torch.__version__, experiment.GetType(), design.Pretrain is null ? null : NamedFiles.OfPretraining(design, sources.Files, missing: "missing"));

    /// <summary>Equal for arms that stand on one backbone.</summary>
    private string KeyOf(ArmDesign design) => StageOf(design)?.Hash
        ?? $"{CanonicalText.Of(design.Backbone)}{(design.Backbone.Weights.Length > 0 ? "" : $" {SpecText.Of(PretrainStage.SeedOf(design))}")}";

    private TextModel ModelOf(ArmDesign design)
    {
        var own = tokenizer is null ? sources.TokenizerOf(design.Backbone) : TokenizerFiles.Open(tokenizer);
        if (own is null || design.Backbone is not ({ Causal: true } or { DecoderDepth: > 0 }))
        {
            throw new ExperimentUsageException($"{head.Experiment} has no texts to continue: {(own is null ? "its tokens are numbers" : "tokens of its backbone see later ones")}.");
        }

        var weights = StageOf(design) is { } stage ? PretrainedOf(stage) : sources.CheckpointOf(design.Backbone);
        return new TextModel(design.Backbone, weights, PretrainStage.SeedOf(design), own).Fitting(folder);
    }

    private BackboneWeights PretrainedOf(PretrainStage stage)
    {
        var entry = head.Pretrained.FirstOrDefault(entry => entry.Stage == stage.Hash) ?? throw new ExperimentUsageException(
            $"'{folder}' was not made on the backbone that {head.Experiment} has now: texts that its pretraining reads, or the program's version, are others than then.");
        var weights = caches.Select(cache => new BackboneCache(cache).Find(entry)).FirstOrDefault(static found => found is not null)
            ?? throw new ExperimentUsageException(
                $"The pretrained backbone {entry.Stage[..16]} of '{folder}' is not in {string.Join(" or ", caches)}; say where it is with --pretrained, or run the experiment again with --fresh.");
        return new BackboneWeights(_ => weights) { AreShared = true };
    }
}
