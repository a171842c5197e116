using System.Collections.Immutable;
using DslExperiments.Cohorts;
using DslExperiments.Expectations;
using DslExperiments.Hosting;
using DslExperiments.Metrics;
using DslExperiments.Results;

namespace DslExperiments;

/// <summary>What is known of an experiment before it runs.</summary>
/// <param name="Name">The spec's file name: <c>single-layer-limit</c>.</param>
/// <param name="Folder">Its folder below the specs' root, with <c>/</c>; empty at the root.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Paper">Key of the paper whose claim it carries, or null.</param>
/// <param name="Claim">The claim, or null.</param>
/// <param name="SpecPath">The spec's path relative to the project that compiled it, with <c>/</c>.</param>
/// <param name="SpecText">The canonical text of the spec.</param>
/// <param name="SpecHash">SHA-256 of <paramref name="SpecText"/> as UTF-8, lower-case hex.</param>
/// <param name="Profiles">The profiles, <c>full</c> first.</param>
public sealed record ExperimentInfo(
    string Name, string Folder, string Summary, string? Paper, string? Claim,
    string SpecPath, string SpecText, string SpecHash, ImmutableArray<string> Profiles)
{
    /// <summary><c>theory/single-layer-limit</c>.</summary>
    public string FullName => Folder.Length == 0 ? Name : $"{Folder}/{Name}";
}

/// <summary>A compiled spec, seen without its types; what commands work on.</summary>
public abstract class Experiment
{
    private protected Experiment()
    {
    }

    /// <summary>Name, summary, source, spec.</summary>
    public abstract ExperimentInfo Info { get; }

    /// <summary>What a request would run.</summary>
    internal abstract ExperimentPlan PlanOf(RunRequest request);

    /// <summary>Runs a request to its end.</summary>
    internal abstract Task<RunSummary> RunAsync(RunRequest request, RunMonitor monitor, CancellationToken cancellationToken);
}

/// <summary>
/// A compiled spec: its arms, harness, metrics and expectations. The generator derives one class per spec; people use
/// the derived class's <c>RunAsync</c> and its typed results.
/// </summary>
public abstract class Experiment<TArm, TMetrics> : Experiment
    where TArm : ExperimentArm
    where TMetrics : struct
{
    /// <summary>What is measured, in the order of <typeparamref name="TMetrics"/>' properties.</summary>
    protected abstract ImmutableArray<Metric> MetricList { get; }

    /// <summary>What must hold, in the order of the spec.</summary>
    protected abstract ImmutableArray<Expectation<TArm, TMetrics>> ExpectationList { get; }

    /// <summary>Runs the experiment.</summary>
    /// <param name="configure">Chooses profile, device, overrides, run folder.</param>
    /// <param name="cancellationToken">
    /// Pauses the run: each cohort finishes its step and, with a run folder, saves its state.
    /// </param>
    /// <exception cref="ExperimentUsageException">The options do not fit the experiment.</exception>
    /// <exception cref="TrainingInterruptedException">The run was paused.</exception>
    public async Task<ExperimentResults<TArm, TMetrics>> ExecuteAsync(
        Action<RunOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        var options = new RunOptions();
        configure?.Invoke(options);
        using var monitor = new RunMonitor();
        using var display = options.Request.Quiet || Console.IsErrorRedirected ? null : ProgressDisplay.Start(monitor, Console.Error);
        var run = await new ExperimentRun<TArm, TMetrics>(ToHarness(), options.Request, monitor).ExecuteAsync(cancellationToken).ConfigureAwait(false);
        return run.Results;
    }

    /// <summary>The settings of a profile.</summary>
    protected abstract ExperimentSettings<TArm> SettingsOf(string profile);

    /// <summary>Trains one cohort to its end and measures it.</summary>
    protected abstract void Train(Cohort cohort);

    /// <summary>Trains the backbone of one seed, before it is frozen; specs with <c>pretrain:</c> override it.</summary>
    protected virtual void Pretrain(Cohort cohort) => throw new InvalidOperationException($"{Info.Name} has no pretraining.");

    /// <summary>Puts measured values into the typed record.</summary>
    protected abstract TMetrics ToMetrics(ReadOnlySpan<double> values);

    /// <summary>Called once per arm, when its results are known.</summary>
    protected virtual void ArmFinished(ArmResult<TArm, TMetrics> result)
    {
    }

    /// <summary>The error of a profile that the spec does not have, with the nearest names.</summary>
    protected Exception UnknownProfile(string profile) => new ExperimentUsageException(
        $"{Info.Name} has no profile '{profile}'.{NearestNames.Hint(profile, Info.Profiles)}");

    /// <summary>What runs an experiment sees of its harness.</summary>
    internal Harness<TArm, TMetrics> ToHarness() => new(GetType(), Info, MetricList, ExpectationList, SettingsOf, Train, Pretrain, ToMetrics, ArmFinished);

    /// <inheritdoc/>
    internal sealed override ExperimentPlan PlanOf(RunRequest request) 
    {
        var harness = ToHarness();
        return harness.PlanOf(request).ToUntyped(harness.Metrics, harness.Expectations.Select(static expectation => expectation.Text));
    }

    /// <inheritdoc/>
    internal sealed override async Task<RunSummary> RunAsync(RunRequest request, RunMonitor monitor, CancellationToken cancellationToken) =>
        (await new ExperimentRun<TArm, TMetrics>(ToHarness(), request, monitor).ExecuteAsync(cancellationToken).ConfigureAwait(false)).Summary;
}
