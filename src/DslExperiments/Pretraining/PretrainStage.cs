using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Results;
using DslExperiments.Tasks;
using DslExperiments.Text;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Pretraining;

/// <summary>
/// The training of one backbone before it is frozen: a cohort of a single arm, so that its bits depend on nothing but
/// what <see cref="Text"/> says. Experiments whose stages have equal texts share the backbone.
/// </summary>
/// <param name="Design">The arm: all weights, trained on the stage's task.</param>
/// <param name="Text">Everything that determines the weights.</param>
internal sealed record PretrainStage(ArmDesign Design, string Text)
{
    /// <summary>Raised when the code that trains comes to other weights from the same options.</summary>
    private const int CodeVersion = 1;

    /// <summary>SHA-256 of <see cref="Text"/>, lower-case hex.</summary>
    public string Hash => field ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    /// <summary>The seed.</summary>
    public int Seed => Design.Arm.Seed;

    /// <summary>Updates.</summary>
    public int Steps => Design.Training.Steps;

    /// <summary>The cohort that trains it.</summary>
    public CohortPlan Plan => new(0, [0], [Design]);

    /// <summary>The stage behind an arm's backbone; null when the backbone is as drawn or constructed.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="libtorchVersion">The version of libtorch.</param>
    /// <param name="experiment">Whose code makes the sequences of a custom task.</param>
    /// <param name="files">What the files are that backbone and task name, a line each.</param>
    public static PretrainStage? Of(ArmDesign arm, string device, string libtorchVersion, Type experiment, IEnumerable<string>? files = null)
    {
        if (arm.Pretrain is not { } pretrain)
        {
            return null;
        }

        var method = new FullOptions();
        var design = new ArmDesign(
            new PretrainArm(SeedOf(arm)), arm.Backbone, pretrain.Task, method, pretrain.Training, TrainableParameters.Count(method, arm.Backbone));
        string[] lines =
        [
            $"backbone = {CanonicalText.Of(arm.Backbone)}",
            $"task = {CanonicalText.Of(pretrain.Task)}",
            $"training = {CanonicalText.Of(pretrain.Training, nameof(TrainingOptions.MeasureEvery))}",
            $"seed = {SpecText.Of(SeedOf(arm))}",
            $"device = {device}",
            $"code = {SpecText.Of(CodeVersion)}{(pretrain.Task is CustomTaskOptions ? $" {experiment.FullName} {experiment.Module.ModuleVersionId}" : "")}",
            $"runtime = {RunEnvironment.RuntimeVersion}",
            $"libtorch = {libtorchVersion}",
            .. files ?? [],
        ];
        return new PretrainStage(design, string.Join('\n', lines));
    }

    /// <summary>
    /// The different stages behind a request's arms, for a look at them: their files need not be there. Loads libtorch,
    /// whose version counts, when there are any.
    /// </summary>
    public static ImmutableArray<PretrainStage> Of(Experiment experiment, RunRequest request)
    {
        var files = SpecFolder.Of(experiment.Info);
        return [.. experiment.PlanOf(request).Designs
            .Where(static design => design.Pretrain is not null)
            .Select(design => Of(design, request.Device, torch.__version__, experiment.GetType(), NamedFiles.OfPretraining(design, files, missing: "missing"))!)
            .DistinctBy(static stage => stage.Hash)];
    }

    /// <summary>The seed of an arm's backbone.</summary>
    public static int SeedOf(ArmDesign arm) => arm.Backbone.Seed >= 0 ? arm.Backbone.Seed : arm.Arm.Seed;

    /// <summary>The backbone of a seed, as an arm of its own.</summary>
    private sealed record PretrainArm(int Seed) : ExperimentArm(Seed)
    {
        public override string Method => "pretrain";

        public override ImmutableArray<Setting> Settings => [];
    }
}
