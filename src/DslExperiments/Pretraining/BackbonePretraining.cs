using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Results;
using TorchSharp;

namespace DslExperiments.Pretraining;

/// <summary>The pretrained backbones of a run: read from the cache, or trained, several seeds at once.</summary>
/// <param name="train">The experiment's pretraining script.</param>
/// <param name="sources">The files that stages read.</param>
/// <param name="cache">Where backbones are kept; null to keep them in memory only.</param>
/// <param name="monitor">Is told of progress.</param>
/// <param name="device">Where to train.</param>
/// <param name="checkpointEvery">Time between two checkpoints of a stage.</param>
internal sealed class BackbonePretraining(
    Action<Cohort> train, CohortSources sources, BackboneCache? cache, RunMonitor monitor, torch.Device device, TimeSpan checkpointEvery) : IDisposable
{
    private readonly Dictionary<string, PretrainedBackbone> _backbones = [];

    /// <summary>The backbones so far, for the run's manifest.</summary>
    public IEnumerable<PretrainedEntry> Entries => _backbones.Values.Select(static backbone => backbone.Entry);

    /// <summary>Brings about the backbones of some stages.</summary>
    /// <param name="stages">The stages; equal ones are trained once.</param>
    /// <param name="workers">Seeds at a time.</param>
    /// <param name="pause">Cancelled when the run shall pause; also cancelled here when a stage fails.</param>
    /// <exception cref="TrainingInterruptedException">The run was paused; with a cache it can be resumed.</exception>
    /// <exception cref="ExperimentUsageException">A training diverged.</exception>
    public void Train(IEnumerable<PretrainStage> stages, int workers, CancellationTokenSource pause)
    {
        var left = new List<PretrainStage>();
        var found = 0;
        foreach (var stage in stages.DistinctBy(static stage => stage.Hash).Where(stage => !_backbones.ContainsKey(stage.Hash)))
        {
            if (cache?.Read(stage, monitor) is { } cached)
            {
                _backbones.Add(stage.Hash, cached);
                found++;
            }
            else
            {
                left.Add(stage);
            }
        }

        if (found > 0)
        {
            monitor.Say($"{ProgressDisplay.Count(found, "pretrained backbone")} found; deleting the folder 'pretrained' beside the runs trains anew.");
        }

        if (left.Count == 0)
        {
            return;
        }

        var first = monitor.BeginPretraining(left);
        var stageOf = new Dictionary<Cohort, (PretrainStage Stage, int Place)>(ReferenceEqualityComparer.Instance);
        Cohort[] cohorts = [.. left.Select((stage, place) => sources.Cohort(stage.Plan, SessionOf(stage, first + place, pause.Token), device, null))];
        foreach (var (place, cohort) in cohorts.Index())
        {
            stageOf.Add(cohort, (left[place], first + place));
        }

        CohortRunner.Run(cohorts, TrainOne, workers, pause.Token);

        void TrainOne(Cohort cohort)
        {
            var (stage, place) = stageOf[cohort];
            try
            {
                using var held = cache?.Lock(stage, monitor, pause.Token);

                // Another process may have finished it in the meantime.
                var backbone = cache?.Read(stage, monitor);
                if (backbone is null)
                {
                    backbone = TrainNow(cohort, stage);
                }
                else
                {
                    monitor.Restored(place, stage.Steps);
                }

                lock (_backbones)
                {
                    _backbones.Add(stage.Hash, backbone);
                }

                monitor.Finished(place);
            }
            catch
            {
                // The others stop at their next step and keep what they have.
                pause.Cancel();
                throw;
            }
        }
    }

    /// <summary>The bits of a stage's backbone, as a hash; null while there is none.</summary>
    public string? ContentOf(PretrainStage stage) => _backbones.GetValueOrDefault(stage.Hash)?.ContentHash;

    /// <summary>The weights of a cohort whose arms' stages are given; null for none.</summary>
    public BackboneWeights? WeightsOf(IEnumerable<PretrainStage> stages)
    {
        var ofSeed = stages.DistinctBy(static stage => stage.Seed).ToImmutableDictionary(static stage => stage.Seed, stage => _backbones[stage.Hash].Weights);
        return ofSeed.Count switch
        {
            0 => null,
            1 => new BackboneWeights(_ => ofSeed.Values.Single()) { AreShared = true },
            _ => new BackboneWeights(seed => ofSeed[seed]),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var backbone in _backbones.Values)
        {
            backbone.Dispose();
        }
    }

    private PretrainedBackbone TrainNow(Cohort cohort, PretrainStage stage)
    {
        train(cohort);
        var weights = cohort.Kept ?? throw new InvalidOperationException("The pretraining did not keep its weights.");
        var backbone = new PretrainedBackbone(stage, weights, cohort.LastLosses.Where(double.IsFinite).Min());
        cache?.Write(backbone, cohort.Curve);
        return backbone;
    }

    private CohortSession SessionOf(PretrainStage stage, int place, CancellationToken pause) =>
        new(place, [stage.Design.Arm.Label], monitor, cache?.CheckpointOf(stage), stage.Hash, checkpointEvery, pause);
}
