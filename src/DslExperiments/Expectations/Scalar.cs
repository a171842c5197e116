namespace DslExperiments.Expectations;

/// <summary>
/// One number of an expectation: a literal, or what an aggregate made of the arms. A number that could not be had, for
/// want of arms or because one diverged, remembers why, and no comparison with it holds.
/// </summary>
public readonly struct Scalar : IEquatable<Scalar>
{
    private readonly bool _literal;

    private Scalar(double value, string? problem, bool literal)
    {
        Value = problem is null ? value : double.NaN;
        Problem = problem ?? (double.IsNaN(value) ? "the value is not a number" : null);
        _literal = literal;
    }

    /// <summary>The number; NaN when there is a <see cref="Problem"/>.</summary>
    public double Value { get; }

    /// <summary>Why there is no number, or null.</summary>
    public string? Problem { get; }

    /// <summary>A literal.</summary>
    public static implicit operator Scalar(double value) => new(value, null, literal: true);

    /// <summary>Sum.</summary>
    public static Scalar operator +(Scalar left, Scalar right) => Combine(left, right, left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Scalar operator -(Scalar left, Scalar right) => Combine(left, right, left.Value - right.Value);

    /// <summary>Product.</summary>
    public static Scalar operator *(Scalar left, Scalar right) => Combine(left, right, left.Value * right.Value);

    /// <summary>Quotient.</summary>
    public static Scalar operator /(Scalar left, Scalar right) => Combine(left, right, left.Value / right.Value);

    /// <summary>Negation.</summary>
    public static Scalar operator -(Scalar operand) => operand.Select(static value => -value);

    /// <summary>Less than.</summary>
    public static Verdict operator <(Scalar left, Scalar right) => Compare(Comparison.Less, left, right);

    /// <summary>At most.</summary>
    public static Verdict operator <=(Scalar left, Scalar right) => Compare(Comparison.AtMost, left, right);

    /// <summary>Greater than.</summary>
    public static Verdict operator >(Scalar left, Scalar right) => Compare(Comparison.Greater, left, right);

    /// <summary>At least.</summary>
    public static Verdict operator >=(Scalar left, Scalar right) => Compare(Comparison.AtLeast, left, right);

    /// <summary>Equal to.</summary>
    public static Verdict operator ==(Scalar left, Scalar right) => Compare(Comparison.Equal, left, right);

    /// <summary>Different from.</summary>
    public static Verdict operator !=(Scalar left, Scalar right) => Compare(Comparison.Different, left, right);

    /// <summary>A measured number.</summary>
    internal static Scalar Measured(double value) => new(value, null, literal: false);

    /// <summary>A number that could not be had.</summary>
    internal static Scalar Missing(string problem) => new(double.NaN, problem, literal: false);

    /// <summary>The function of the number; the problem, if any, stays.</summary>
    internal Scalar Select(Func<double, double> function) => new(function(Value), Problem, _literal);

    /// <inheritdoc/>
    public bool Equals(Scalar other) => Value.Equals(other.Value) && Problem == other.Problem;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Scalar other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value, Problem);

    /// <inheritdoc/>
    public override string ToString() => Problem ?? SpecText.Of(Value);

    private static Scalar Combine(Scalar left, Scalar right, double value) =>
        new(value, left.Problem ?? right.Problem, left._literal && right._literal);

    private static Verdict Compare(Comparison comparison, Scalar left, Scalar right)
    {
        var measured = left._literal && !right._literal ? right : left;
        var problem = left.Problem ?? right.Problem;
        return problem is null
            ? Verdict.OfComparison(comparison, left.Value, right.Value, measured.Value, showBoth: !left._literal && !right._literal)
            : Verdict.Undecided(measured.Value, problem);
    }
}
