using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using DslExperiments.Expectations;

namespace DslExperiments.Results;

/// <summary>The results of some arms of one kind, in reporting order.</summary>
public sealed class ArmSelection<TArm, TMetrics> : IReadOnlyList<ArmResult<TArm, TMetrics>>
    where TArm : ExperimentArm
    where TMetrics : struct
{
    private readonly ImmutableArray<ArmResult<TArm, TMetrics>> _rows;

    internal ArmSelection(ImmutableArray<ArmResult<TArm, TMetrics>> rows) => _rows = rows;

    /// <summary>How many arms.</summary>
    public int Count => _rows.Length;

    /// <summary>How many numbers each arm trains.</summary>
    public Series<TArm> TrainableParameters =>
        new(_rows.Select(static row => new SeriesPoint<TArm>(row.Arm, row.Arm.Label, row.TrainableParameters, null)));

    /// <summary>The result of one arm.</summary>
    public ArmResult<TArm, TMetrics> this[int index] => _rows[index];

    /// <summary>A metric of each arm; no value for arms that diverged or were dropped.</summary>
    public Series<TArm> Series(Func<TMetrics, double> metric) => new(_rows.Select(row =>
    {
        var value = metric(row.Metrics);
        var problem = row.Status switch
        {
            ArmStatus.Diverged => string.Create(CultureInfo.InvariantCulture, $"{row.Arm.Label} (diverged at step {row.DivergedAt})"),
            ArmStatus.Dropped => $"{row.Arm.Label} (dropped)",
            _ when double.IsNaN(value) => $"{row.Arm.Label} (not a number)",
            _ => null,
        };
        return new SeriesPoint<TArm>(row.Arm, row.Arm.Label, problem is null ? value : double.NaN, problem);
    }));

    /// <summary>The different values that an axis takes in these arms, in the order of the spec.</summary>
    public ImmutableArray<TValue> Values<TValue>(Func<TArm, TValue> axis) =>
        [.. _rows.Select(row => axis(row.Arm)).Distinct()];

    /// <inheritdoc/>
    public IEnumerator<ArmResult<TArm, TMetrics>> GetEnumerator() => _rows.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
