using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Text;
using TorchSharp;

namespace DslExperiments.Hosting;

/// <summary>What cohorts of a run read from files: checkpoints, tokenizers, texts.</summary>
/// <param name="files">The files that the spec names.</param>
internal sealed class CohortSources(SpecFiles files)
{
    /// <summary>The files that the spec names.</summary>
    public SpecFiles Files { get; } = files;

    /// <summary>A planned cohort with all that it reads.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="session">The run around it.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="pretrained">What its pretraining left, or null.</param>
    public Cohort Cohort(CohortPlan plan, ICohortSession session, torch.Device device, BackboneWeights? pretrained) => new(plan, session, device)
    {
        Pretrained = pretrained,
        Files = Files,
    };
}
