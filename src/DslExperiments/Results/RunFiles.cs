using System.Diagnostics;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;

namespace DslExperiments.Results;

/// <summary>The files of a run in the order in which it writes them: manifest, checkpoints, adapters, results, report.</summary>
internal sealed class RunFiles : IDisposable
{
    private readonly RunFolder _folder;
    private readonly ExperimentPlan _plan;
    private readonly RunMonitor _monitor;
    private readonly long _opened = Stopwatch.GetTimestamp();
    private readonly EnergyMeter _energy = EnergyMeter.Start();
    private RunManifest _manifest;
    private bool _trained;

    private RunFiles(RunFolder folder, ExperimentPlan plan, RunManifest manifest, RunMonitor monitor) =>
        (_folder, _plan, _manifest, _monitor) = (folder, plan, manifest, monitor);

    /// <summary>The run folder.</summary>
    public string Location => _folder.Location;

    /// <summary>True when all results were there already.</summary>
    private bool WasFinished => _folder.Earlier?.State == RunState.Finished;

    /// <summary>Opens the run's folder and takes up what it holds.</summary>
    public static RunFiles Open(RunRequest request, RunKey key, ExperimentPlan plan, string? generatorVersion, int workers, RunMonitor monitor)
    {
        var folder = RunFolder.Open(request, plan.Info.Name, key);
        var manifest = new RunManifest
        {
            Experiment = plan.Info,
            Key = key,
            GeneratorVersion = generatorVersion,
            Arms = plan.Arms,
            Cohorts = [.. plan.Cohorts.Select(static cohort => (cohort.Designs[0].Training.Steps, cohort.Arms))],
            Workers = workers,
            Started = folder.Earlier?.Started ?? DateTime.UtcNow,
            Resumed = folder.Earlier is null ? 0 : folder.Earlier.Resumed + 1,
            Blas = RunEnvironment.Blas,
            Pretrained = folder.Earlier?.Pretrained ?? [],
        };

        if (folder.Earlier is { State: RunState.Finished })
        {
            monitor.Say($"{folder.Location} is finished; these are its results. --fresh runs it again.");
        }
        else if (folder.Earlier is not null)
        {
            monitor.Say($"Resuming {folder.Location}; --fresh starts anew.");
        }

        return new RunFiles(folder, plan, manifest, monitor);
    }

    /// <summary>The state of a cohort under way.</summary>
    public string CheckpointPath(int cohort) => _folder.CheckpointPath(cohort);

    /// <summary>What a cohort is, so that no other's files are taken for it.</summary>
    public string IdentityOf(int cohort)
    {
        var plan = _plan.Cohorts[cohort];
        return CohortIdentity.Of(_manifest.Key.Hash, plan.Designs[0].Training.Steps, [.. plan.Designs.Select(static design => design.Arm.Label)]);
    }

    /// <summary>The file of a cohort on the way to a rung of a search, and at it.</summary>
    public string RungPath(int stage, CohortPlan plan) => _folder.RungPath(stage, plan.Index);

    /// <summary>What a cohort of a search is.</summary>
    public string RungIdentity(int stage, int step, CohortPlan plan) => CohortIdentity.Of(
        $"{_manifest.Key.Hash} {SpecText.Of(stage)}", step, [.. plan.Designs.Select(static design => design.Arm.Label)]);

    /// <summary>What a cohort left at a rung, or null when it is not there yet.</summary>
    public RungEnd? ReadRung(int stage, int step, CohortPlan plan)
    {
        try
        {
            var state = CohortCheckpoint.Read(RungPath(stage, plan), RungIdentity(stage, step, plan));
            if (state is { Values.Count: > 0 })
            {
                return CohortRecord.ToRung(state);
            }

            foreach (var tensor in state?.Tensors.Values ?? [])
            {
                tensor.Dispose();
            }

            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // Whoever trains the cohort says that its file cannot be used.
            return null;
        }
    }

    /// <summary>Keeps what a cohort left at a rung.</summary>
    public void WriteRung(int stage, int step, CohortPlan plan, RungEnd end) =>
        CohortCheckpoint.Write(RungPath(stage, plan), RungIdentity(stage, step, plan), CohortRecord.ToState(step, end));

    /// <summary>Forgets the race so far.</summary>
    public void ForgetRungs() => _folder.RemoveRungs();

    /// <summary>The outcome of a cohort that an earlier sitting finished, or null.</summary>
    public FinishedCohort? ReadFinished(int cohort)
    {
        var path = _folder.OutcomePath(cohort);
        try
        {
            return FinishedCohort.Read(path, IdentityOf(cohort), _plan.Cohorts[cohort].Arms.Length, _plan.Metrics.Length);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _monitor.Say($"The outcome {Path.GetFileName(path)} cannot be used: {e.Message.TrimEnd('.')}. Its arms start anew.");
            return null;
        }
    }

    /// <summary>Training begins or goes on: from here on the folder is that of an unfinished run.</summary>
    public void BeginTraining()
    {
        _trained = true;
        _manifest = _manifest with { Git = GitState.Read() };
        Write(RunState.Running);
    }

    /// <summary>Hash of the bits of the pretrained backbone on which earlier sittings trained; null when they did not.</summary>
    public string? ContentOf(string stage) => _manifest.Pretrained.FirstOrDefault(backbone => backbone.Stage == stage)?.Content;

    /// <summary>Notes the pretrained backbones before arms are trained on them; those of earlier sittings stay.</summary>
    public void NotePretrained(IEnumerable<PretrainedEntry> backbones)
    {
        _manifest = _manifest with { Pretrained = [.. backbones.Concat(_manifest.Pretrained).DistinctBy(static backbone => backbone.Stage).OrderBy(static backbone => backbone.Seed)] };
        Write(RunState.Running);
    }

    /// <summary>Removes what earlier sittings left of a cohort.</summary>
    public void Forget(int cohort)
    {
        foreach (var path in (ReadOnlySpan<string>)[_folder.OutcomePath(cohort), _folder.CheckpointPath(cohort)])
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Keeps the outcome of a cohort: first its adapters, then the file that says that it is done.</summary>
    public void WriteFinished(int cohort, CohortOutcome outcome, FinishedCohort finished)
    {
        foreach (var (index, arm) in _plan.Cohorts[cohort].Arms.Zip(outcome.Arms))
        {
            AdapterFolder.Write(_folder.AdapterPath(index, _plan.Arms[index].Label), arm);
        }

        finished.Write(_folder.OutcomePath(cohort), IdentityOf(cohort));
        AtomicFile.TryDelete(_folder.CheckpointPath(cohort));
    }

    /// <summary>Says in the manifest that the run waits to be resumed; if that fails, the manifest still does not say finished.</summary>
    public void Pause()
    {
        try
        {
            Write(RunState.Interrupted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _monitor.Say($"The manifest could not be updated: {e.Message}");
        }
    }

    /// <summary>Takes the run back: an input is wrong, and nothing was trained yet that would be lost.</summary>
    public void Withdraw()
    {
        Pause();
        _folder.Withdraw();
    }

    /// <summary>Writes the results, which also mends damaged ones, and last the word that they are complete.</summary>
    public void Complete(RunSummary summary)
    {
        MetricsLog.Write(Location, summary.Arms);
        AtomicFile.Write(Path.Combine(Location, ResultsJson.FileName), stream => stream.Write(
            JsonWriting.ToBytes(writer => ResultsJson.Write(writer, summary, withFolder: false), JsonWriting.Indented)));
        HtmlReport.Write(Location, summary, _plan.Info.Summary);
        _folder.RemoveRungs();
        if (!WasFinished || _trained)
        {
            Write(RunState.Finished);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private void Write(RunState state)
    {
        var joules = _energy.Joules();
        (_manifest with
        {
            State = state,
            Finished = state == RunState.Finished ? DateTime.UtcNow : null,
            Seconds = (_folder.Earlier?.Seconds ?? 0) + Stopwatch.GetElapsedTime(_opened).TotalSeconds,
            Joules = joules is null ? _folder.Earlier?.Joules : joules + (_folder.Earlier?.Joules ?? 0),
        }).Write(Location);
    }
}
