using System.Collections.Immutable;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary>A run's results without the experiment's types: what files, tables and comparisons are made of.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Profile">The profile that ran.</param>
/// <param name="Folder">The run folder, or null.</param>
/// <param name="Metrics">Names of the metrics, in the order of the rows' values.</param>
/// <param name="Arms">One row per arm in reporting order.</param>
/// <param name="Expectations">The verdicts.</param>
internal sealed record RunSummary(
    string Experiment,
    string Profile,
    string? Folder,
    ImmutableArray<string> Metrics,
    ImmutableArray<ArmRow> Arms,
    ImmutableArray<ExpectationOutcome> Expectations)
{
    public bool AllHeld => Expectations.All(static expectation => expectation.Held != false);
}

/// <summary>One arm of a run.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Settings">The swept settings, without the seed.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Status">How it ended.</param>
/// <param name="TrainableParameters">How many numbers it trained.</param>
/// <param name="DivergedAt">The step at which its loss stopped being finite, or null.</param>
/// <param name="Metrics">One value per metric of the run.</param>
internal sealed record ArmRow(
    string Method,
    ImmutableArray<RowSetting> Settings,
    int Seed,
    ArmStatus Status,
    long TrainableParameters,
    int? DivergedAt,
    ImmutableArray<double> Metrics)
{
    /// <summary>The step at which it stopped early, or null.</summary>
    public int? StoppedAt { get; init; }

    /// <summary>The step whose numbers it ended with in place of its last ones, or null.</summary>
    public int? RestoredFrom { get; init; }

    /// <summary>When a search dropped it, and the value by which it was compared; or null.</summary>
    public Drop? Dropped { get; init; }

    /// <summary>Losses during training; empty when they were not read.</summary>
    public ImmutableArray<CurvePoint> Curve { get; init; } = [];

    /// <summary>What early stopping saw of the metric that it watches; empty when it was not read.</summary>
    public ImmutableArray<Evaluation> Evaluations { get; init; } = [];

    /// <summary><c>prompt length=10</c>: all but the seed.</summary>
    public string Point => string.Join(' ', Settings.Select(static s => $"{s.Name}={s.Text}").Prepend(Method));

    /// <summary><c>prompt length=10 seed=0</c>.</summary>
    public string Label => $"{Point} seed={SpecText.Of(Seed)}";

    public static ArmRow Of(ExperimentArm arm, ArmStatus status, long trainableParameters, int? divergedAt, ImmutableArray<double> metrics) => new(
        arm.Method,
        [.. arm.Settings.Select(static s => RowSetting.Of(s))],
        arm.Seed,
        status,
        trainableParameters,
        divergedAt,
        metrics);
}

/// <summary>A swept setting as files carry it.</summary>
/// <param name="Name">The axis.</param>
/// <param name="Text">The value as a spec writes it.</param>
/// <param name="Number">The value when it is a number.</param>
/// <param name="Flag">The value when it is true or false.</param>
internal readonly record struct RowSetting(string Name, string Text, double? Number, bool? Flag)
{
    public static RowSetting Of(Setting setting) => new(
        setting.Name,
        setting.Text,
        setting.Value switch
        {
            int or long or short or byte or float or double => Convert.ToDouble(setting.Value, System.Globalization.CultureInfo.InvariantCulture),
            _ => null,
        },
        setting.Value as bool?);
}
