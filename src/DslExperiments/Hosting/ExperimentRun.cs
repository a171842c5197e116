using System.Collections.Immutable;
using System.Globalization;
using DslExperiments.Cohorts;
using DslExperiments.Expectations;
using DslExperiments.Planning;
using DslExperiments.Pretraining;
using DslExperiments.Results;
using DslExperiments.Text;
using TorchSharp;

namespace DslExperiments.Hosting;

/// <summary>
/// One run of an experiment: plans, opens or resumes the run folder, trains the cohorts that are left, judges, writes
/// the results. Numbers depend on the plan alone, never on the number of workers or of sittings.
/// </summary>
internal sealed class ExperimentRun<TArm, TMetrics>(Harness<TArm, TMetrics> harness, RunRequest request, RunMonitor monitor)
    where TArm : ExperimentArm
    where TMetrics : struct
{
    private readonly MemoryBudget _budget = MemoryBudget.Of(request.Memory, request.Device);
    private readonly CohortSources _sources = new(SpecFolder.Of(harness.Info) with { Runs = BackboneCache.RootOf(request) });

    /// <summary>Runs to the end.</summary>
    /// <exception cref="TrainingInterruptedException">The run was paused; with a run folder it can be resumed.</exception>
    public Task<(ExperimentResults<TArm, TMetrics> Results, RunSummary Summary)> ExecuteAsync(CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Execute(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private (ExperimentResults<TArm, TMetrics> Results, RunSummary Summary) Execute(CancellationToken cancellationToken)
    {
        var plan = harness.PlanOf(request);
        monitor.Begin($"{harness.Info.Name} ({plan.Profile})", plan.Cohorts.Select(static cohort => (cohort.Arms.Length, StepsOf(cohort))));

        foreach (var warning in plan.Warnings)
        {
            monitor.Say(warning);
        }

        // From here on libtorch is loaded.
        var device = Devices.Open(request.Device);
        using var folder = OpenFolder(plan);
        monitor.Folder = folder?.Location;

        var finished = Train(plan, device, folder, cancellationToken);
        var results = Assemble(plan, finished, folder?.Location);
        results.Judge(harness.Expectations, BoundCheck.Judge(results.MetricNames, plan.Arms.Zip(plan.Designs, results.Arms)
            .Where(static arm => arm.Third.Status == ArmStatus.Finished)
            .Select(static arm => ((ExperimentArm)arm.First.Arm, arm.Second.Backbone.Dtype, arm.First.Bounds, arm.Third.Values))));
        var summary = Summarize(results);
        folder?.Complete(summary);
        return (results, summary);
    }

    private RunFiles? OpenFolder(RunPlan<TArm> plan)
    {
        if (request.Folder is null && request.Root is null)
        {
            return null;
        }

        var key = new RunKey(
            harness.Info.SpecHash, plan.Profile, request.Overrides, request.Arms, request.Device, RunEnvironment.RuntimeVersion, torch.__version__)
        {
            Files = [.. NamedFiles.Describe(plan.Designs, _sources.Files)],
            Memory = plan.HasSmallerCohorts ? request.Memory : 0,
        };
        return RunFiles.Open(
            request, key, plan.ToUntyped(harness.Metrics, []), RunEnvironment.GeneratorVersion(harness.ExperimentType), WorkersOf(plan.Cohorts), monitor);
    }

    /// <summary>Trains what earlier sittings left, several cohorts at once.</summary>
    private FinishedCohort[] Train(RunPlan<TArm> plan, torch.Device device, RunFiles? folder, CancellationToken cancellationToken)
    {
        var finished = new FinishedCohort?[plan.Cohorts.Length];
        for (var cohort = 0; cohort < finished.Length; cohort++)
        {
            finished[cohort] = folder?.ReadFinished(cohort);
            if (finished[cohort] is not null)
            {
                monitor.Finished(cohort);
            }
        }

        monitor.StartTraining();
        if (finished.All(static cohort => cohort is not null))
        {
            return finished!;
        }

        folder?.BeginTraining();
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var backbones = new BackbonePretraining(harness.Pretrain, _sources, BackboneCache.Of(request), monitor, device, request.CheckpointEvery);
        var stages = plan.Cohorts.Select(StagesOf).ToArray();
        try
        {
            CohortPlan[] toTrain = [.. plan.Cohorts.Where(cohort => finished[cohort.Index] is null)];
            _budget.Require(toTrain.Concat(stages.SelectMany(static stages => stages).Select(static stage => stage.Plan)));
            var workers = WorkersOf(toTrain);
            if (workers < WantedOf(toTrain.Length))
            {
                monitor.Say($"{ProgressDisplay.Count(workers, "cohort")} at once, not {SpecText.Of(WantedOf(toTrain.Length))}: more of the largest do not fit, as {_budget}.");
            }

            _sources.ReadTexts(plan.Cohorts.Where(cohort => finished[cohort.Index] is null).SelectMany(static cohort => cohort.Designs));
            Pretrain();
            monitor.StartTraining();
            var raced = Race();
            Cohort[] left = [.. plan.Cohorts
                .Where(cohort => finished[cohort.Index] is null)
                .Select(cohort => CohortOf(cohort, SessionOf(cohort, folder, pause.Token)))];
            foreach (var cohort in left.Where(cohort => raced.ContainsKey(cohort.Plan.Arms[0])))
            {
                // All of it is trained: what is left is to measure it, in the cohort that it is planned in.
                cohort.Start = new CohortStart(cohort.StepCount, [.. cohort.Plan.Arms.SelectMany(arm => raced[arm])]);
            }

            CohortRunner.Run(left, TrainOne, WorkersOf([.. left.Select(static cohort => cohort.Plan)]), pause.Token);
        }
        catch (Exception e) when (e is ExperimentUsageException or InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            // A file that cannot be used: its next version is another run, so that this one must not wait to be resumed.
            folder?.Withdraw();
            throw;
        }
        catch
        {
            folder?.Pause();
            throw;
        }

        return finished!;

        Cohort CohortOf(CohortPlan cohort, ICohortSession session) => _sources.Cohort(cohort, session, device, backbones.WeightsOf(StagesOf(cohort)));

        // The arms that a search drops, or not, trained to where they come to.
        IReadOnlyDictionary<int, ImmutableArray<LanePast>> Race()
        {
            if (plan.Halving is null)
            {
                return ImmutableDictionary<int, ImmutableArray<LanePast>>.Empty;
            }

            var raced = new HalvingRun(
                plan.Halving, plan.Designs, designs => harness.CohortsOf(designs, request.Memory), folder, monitor, CohortOf, harness.Train, WorkersOf, request.CheckpointEvery, pause).Run();
            monitor.Turn(plan.Cohorts.Select(static cohort => (cohort.Arms.Length, StepsOf(cohort))));
            foreach (var cohort in plan.Cohorts.Where(cohort => finished[cohort.Index] is not null))
            {
                monitor.Finished(cohort.Index);
            }

            return raced;
        }

        // What an earlier sitting trained on other backbones is not mixed with these: it starts anew, which may need further ones.
        void Pretrain()
        {
            int[] stale;
            do
            {
                PretrainStage[] needed = [.. stages.Where((_, cohort) => finished[cohort] is null || plan.Halving is not null).SelectMany(static stages => stages)];
                backbones.Train(needed, WorkersOf([.. needed.Select(static stage => stage.Plan)]), pause);
                stale = [.. Enumerable.Range(0, finished.Length).Where(cohort => folder is not null && IsStale(stages[cohort], finished[cohort] is not null))];
                foreach (var cohort in stale)
                {
                    folder!.Forget(cohort);
                    folder.ForgetRungs();
                    if (finished[cohort] is not null)
                    {
                        finished[cohort] = null;
                        monitor.Restarted(cohort);
                        monitor.Say(string.Create(CultureInfo.InvariantCulture, $"Cohort {cohort + 1} was trained on other pretrained backbones; its arms start anew."));
                    }
                }
            }
            while (stale.Any(cohort => !stages[cohort].All(stage => backbones.ContentOf(stage) is not null)));

            if (backbones.Entries.Any())
            {
                folder?.NotePretrained(backbones.Entries);
            }
        }

        // A finished cohort whose backbones nobody asks for stays, as long as it is known which they were.
        bool IsStale(ImmutableArray<PretrainStage> used, bool isFinished) => used.Any(stage =>
            folder!.ContentOf(stage.Hash) is var noted && backbones.ContentOf(stage) is var now && (now is null ? isFinished && noted is null : now != noted));

        void TrainOne(Cohort cohort)
        {
            try
            {
                var outcome = CohortCourse.Train(cohort, harness.Train).Outcome ?? throw new InvalidOperationException($"The harness of {harness.Info.Name} did not finish its cohort.");
                var done = FinishedCohort.Of(outcome);
                folder?.WriteFinished(cohort.Index, outcome, done);
                finished[cohort.Index] = done;
                monitor.Finished(cohort.Index);
            }
            catch
            {
                // The others stop at their next step and keep what they have.
                pause.Cancel();
                throw;
            }
        }
    }

    /// <summary>The pretraining behind a cohort's arms, a stage per seed; none for a backbone as drawn or constructed.</summary>
    private ImmutableArray<PretrainStage> StagesOf(CohortPlan cohort) => [.. cohort.Designs
        .Where(static design => design.Pretrain is not null)
        .DistinctBy(PretrainStage.SeedOf)
        .Select(design => PretrainStage.Of(
            design, request.Device, torch.__version__, harness.ExperimentType, NamedFiles.OfPretraining(design, _sources.Files))!)];

    private CohortSession SessionOf(CohortPlan cohort, RunFiles? folder, CancellationToken pause) => new(
        cohort.Index,
        [.. cohort.Designs.Select(static design => design.Arm.Label)],
        monitor,
        folder?.CheckpointPath(cohort.Index),
        folder?.IdentityOf(cohort.Index) ?? "",
        request.CheckpointEvery,
        pause);

    private ExperimentResults<TArm, TMetrics> Assemble(RunPlan<TArm> plan, FinishedCohort[] finished, string? folder)
    {
        var rows = new ArmResult<TArm, TMetrics>[plan.Arms.Length];
        foreach (var cohort in plan.Cohorts)
        {
            foreach (var (index, arm) in cohort.Arms.Zip(finished[cohort.Index].Arms))
            {
                rows[index] = new ArmResult<TArm, TMetrics>(
                    plan.Arms[index].Arm,
                    arm.DivergedAt is not null ? ArmStatus.Diverged : arm.Dropped is not null ? ArmStatus.Dropped : ArmStatus.Finished,
                    plan.Arms[index].TrainableParameters,
                    harness.ToMetrics(arm.Metrics.AsSpan()))
                {
                    DivergedAt = arm.DivergedAt,
                    StoppedAt = arm.StoppedAt,
                    RestoredFrom = arm.RestoredFrom,
                    Dropped = arm.Dropped,
                    Curve = arm.Curve,
                    Evaluations = arm.Evaluations,
                    Values = arm.Metrics,
                };
            }
        }

        Array.ForEach(rows, harness.ArmFinished);
        return new ExperimentResults<TArm, TMetrics>(harness.Info.Name, plan.Profile, folder, [.. rows], plan.LeftOut)
        {
            MetricNames = [.. harness.Metrics.Select(static metric => metric.Name)],
        };
    }

    private static RunSummary Summarize(ExperimentResults<TArm, TMetrics> results) => new(
        results.Experiment,
        results.Profile,
        results.Folder,
        results.MetricNames,
        [.. results.Arms.Select(static row =>
            ArmRow.Of(row.Arm, row.Status, row.TrainableParameters, row.DivergedAt, row.Values) with
            {
                StoppedAt = row.StoppedAt,
                RestoredFrom = row.RestoredFrom,
                Dropped = row.Dropped,
                Curve = row.Curve,
                Evaluations = row.Evaluations,
            })],
        results.Expectations);

    /// <summary>As many as wanted and as fit into memory together.</summary>
    private int WorkersOf(IReadOnlyList<CohortPlan> cohorts) => _budget.Workers(cohorts, WantedOf(cohorts.Count));

    private int WantedOf(int cohorts) => Math.Clamp(request.WantedWorkers, 1, Math.Max(1, cohorts));

    private static int StepsOf(CohortPlan cohort) => cohort.Designs[0].Training.Steps;
}
