using System.Collections.Immutable;

namespace DslExperiments.Expectations;

/// <summary>
/// One number per arm. Arithmetic goes arm by arm and asks for the same arms on both sides; an arm without a value,
/// because it diverged or the metric does not apply, stays without one.
/// </summary>
public sealed class Series<TArm>
    where TArm : ExperimentArm
{
    internal Series(IEnumerable<SeriesPoint<TArm>> points) => Points = points.ToImmutableArray();

    /// <summary>The arms in reporting order.</summary>
    public IEnumerable<TArm> Arms => Points.Select(static point => point.Arm);

    /// <summary>The values in the order of <see cref="Arms"/>; NaN where there is none.</summary>
    public IEnumerable<double> Values => Points.Select(static point => point.Value);

    /// <summary>How many arms.</summary>
    public int Count => Points.Length;

    internal ImmutableArray<SeriesPoint<TArm>> Points { get; }

    /// <summary>Sum, arm by arm.</summary>
    public static Series<TArm> operator +(Series<TArm> left, Series<TArm> right) => Zip(left, right, static (a, b) => a + b);

    /// <summary>Difference, arm by arm.</summary>
    public static Series<TArm> operator -(Series<TArm> left, Series<TArm> right) => Zip(left, right, static (a, b) => a - b);

    /// <summary>Product, arm by arm.</summary>
    public static Series<TArm> operator *(Series<TArm> left, Series<TArm> right) => Zip(left, right, static (a, b) => a * b);

    /// <summary>Quotient, arm by arm.</summary>
    public static Series<TArm> operator /(Series<TArm> left, Series<TArm> right) => Zip(left, right, static (a, b) => a / b);

    /// <summary>The number added to each.</summary>
    public static Series<TArm> operator +(Series<TArm> left, Scalar right) => left.Select(right, static (a, b) => a + b);

    /// <summary>The number taken from each.</summary>
    public static Series<TArm> operator -(Series<TArm> left, Scalar right) => left.Select(right, static (a, b) => a - b);

    /// <summary>Each times the number.</summary>
    public static Series<TArm> operator *(Series<TArm> left, Scalar right) => left.Select(right, static (a, b) => a * b);

    /// <summary>Each divided by the number.</summary>
    public static Series<TArm> operator /(Series<TArm> left, Scalar right) => left.Select(right, static (a, b) => a / b);

    /// <summary>Each added to the number.</summary>
    public static Series<TArm> operator +(Scalar left, Series<TArm> right) => right.Select(left, static (a, b) => b + a);

    /// <summary>Each taken from the number.</summary>
    public static Series<TArm> operator -(Scalar left, Series<TArm> right) => right.Select(left, static (a, b) => b - a);

    /// <summary>The number times each.</summary>
    public static Series<TArm> operator *(Scalar left, Series<TArm> right) => right.Select(left, static (a, b) => b * a);

    /// <summary>The number divided by each.</summary>
    public static Series<TArm> operator /(Scalar left, Series<TArm> right) => right.Select(left, static (a, b) => b / a);

    /// <summary>Each negated.</summary>
    public static Series<TArm> operator -(Series<TArm> operand) => operand.Select(static value => -value);

    /// <summary>Less than, arm by arm.</summary>
    public static Verdict operator <(Series<TArm> left, Series<TArm> right) => Compare(Comparison.Less, left, right);

    /// <summary>At most, arm by arm.</summary>
    public static Verdict operator <=(Series<TArm> left, Series<TArm> right) => Compare(Comparison.AtMost, left, right);

    /// <summary>Greater than, arm by arm.</summary>
    public static Verdict operator >(Series<TArm> left, Series<TArm> right) => Compare(Comparison.Greater, left, right);

    /// <summary>At least, arm by arm.</summary>
    public static Verdict operator >=(Series<TArm> left, Series<TArm> right) => Compare(Comparison.AtLeast, left, right);

    /// <summary>Equal, arm by arm.</summary>
    public static Verdict operator ==(Series<TArm> left, Series<TArm> right) => Compare(Comparison.Equal, left, right);

    /// <summary>Different, arm by arm.</summary>
    public static Verdict operator !=(Series<TArm> left, Series<TArm> right) => Compare(Comparison.Different, left, right);

    /// <summary>Each less than the number.</summary>
    public static Verdict operator <(Series<TArm> left, Scalar right) => left.Compare(Comparison.Less, right);

    /// <summary>Each at most the number.</summary>
    public static Verdict operator <=(Series<TArm> left, Scalar right) => left.Compare(Comparison.AtMost, right);

    /// <summary>Each greater than the number.</summary>
    public static Verdict operator >(Series<TArm> left, Scalar right) => left.Compare(Comparison.Greater, right);

    /// <summary>Each at least the number.</summary>
    public static Verdict operator >=(Series<TArm> left, Scalar right) => left.Compare(Comparison.AtLeast, right);

    /// <summary>Each equal to the number.</summary>
    public static Verdict operator ==(Series<TArm> left, Scalar right) => left.Compare(Comparison.Equal, right);

    /// <summary>Each different from the number.</summary>
    public static Verdict operator !=(Series<TArm> left, Scalar right) => left.Compare(Comparison.Different, right);

    /// <summary>The number less than each.</summary>
    public static Verdict operator <(Scalar left, Series<TArm> right) => right > left;

    /// <summary>The number at most each.</summary>
    public static Verdict operator <=(Scalar left, Series<TArm> right) => right >= left;

    /// <summary>The number greater than each.</summary>
    public static Verdict operator >(Scalar left, Series<TArm> right) => right < left;

    /// <summary>The number at least each.</summary>
    public static Verdict operator >=(Scalar left, Series<TArm> right) => right <= left;

    /// <summary>The number equal to each.</summary>
    public static Verdict operator ==(Scalar left, Series<TArm> right) => right == left;

    /// <summary>The number different from each.</summary>
    public static Verdict operator !=(Scalar left, Series<TArm> right) => right != left;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The function of each value.</summary>
    internal Series<TArm> Select(Func<double, double> function) =>
        new(Points.Select(point => point.With(function(point.Value), point.Problem)));

    private Series<TArm> Select(Scalar scalar, Func<double, double, double> function) =>
        new(Points.Select(point => point.With(function(point.Value, scalar.Value), point.Problem ?? scalar.Problem)));

    private static Series<TArm> Zip(Series<TArm> left, Series<TArm> right, Func<double, double, double> function)
    {
        RequireSameArms(left, right);
        return new(left.Points.Zip(right.Points, (a, b) => a.With(function(a.Value, b.Value), a.Problem ?? b.Problem)));
    }

    private static Verdict Compare(Comparison comparison, Series<TArm> left, Series<TArm> right)
    {
        RequireSameArms(left, right);
        return Verdict.PerArm(left.Points.Zip(right.Points, (a, b) => a.Compare(comparison, b.Value, a.Problem ?? b.Problem, showBoth: true)));
    }

    private Verdict Compare(Comparison comparison, Scalar right) =>
        Verdict.PerArm(Points.Select(point => point.Compare(comparison, right.Value, point.Problem ?? right.Problem, showBoth: false)));

    private static void RequireSameArms(Series<TArm> left, Series<TArm> right)
    {
        if (!left.Arms.SequenceEqual(right.Arms))
        {
            var odd = left.Points.Except(right.Points, SeriesPoint<TArm>.ByArm).Concat(right.Points.Except(left.Points, SeriesPoint<TArm>.ByArm)).FirstOrDefault();
            throw new InvalidOperationException(
                $"Two series can only be combined arm by arm when both select the same arms; {odd?.Label ?? "the order"} is not in both.");
        }
    }
}

/// <summary>One arm's number.</summary>
/// <param name="Arm">The arm, or the arm with the aggregated axes erased.</param>
/// <param name="Label">How it is called.</param>
/// <param name="Value">The number; NaN when there is a problem.</param>
/// <param name="Problem">Why there is no number, the arm named; or null.</param>
internal sealed record SeriesPoint<TArm>(TArm Arm, string Label, double Value, string? Problem)
    where TArm : ExperimentArm
{
    public static IEqualityComparer<SeriesPoint<TArm>> ByArm { get; } =
        EqualityComparer<SeriesPoint<TArm>>.Create(static (a, b) => Equals(a?.Arm, b?.Arm), static point => point.Arm.GetHashCode());

    /// <summary>The same arm with another value.</summary>
    public SeriesPoint<TArm> With(double value, string? problem) => this with
    {
        Value = problem is null ? value : double.NaN,
        Problem = problem ?? (double.IsNaN(value) ? $"{Label} (not a number)" : null),
    };

    public ArmVerdict Compare(Comparison comparison, double right, string? problem, bool showBoth) => new(
        Arm,
        Label,
        problem is null ? comparison.Holds(Value, right) : Truth.Unknown,
        Value,
        right,
        comparison.Margin(Value, right),
        problem ?? (showBoth ? $"{SpecText.Rounded(Value)} against {SpecText.Rounded(right)}" : SpecText.Rounded(Value)));
}
