using System.Collections.Immutable;
using System.Globalization;

namespace DslExperiments.Expectations;

/// <summary>
/// Whether a condition holds, what was measured, and where it is tightest. A condition over a series has a verdict per
/// arm and holds when it holds for every one.
/// </summary>
public sealed class Verdict
{
    private readonly Truth _truth;
    private readonly ImmutableArray<ArmVerdict> _arms;
    private readonly string? _text;

    private Verdict(Truth truth, double measured, double bound, string text)
    {
        _truth = truth;
        _text = text;
        Measured = measured;
        Bound = bound;
    }

    private Verdict(ImmutableArray<ArmVerdict> arms)
    {
        _arms = arms;
        _truth = arms.Aggregate(Truth.Yes, static (all, arm) => all.And(arm.Truth));
        var worst = Worst(arms);
        Measured = worst.Measured;
        Bound = worst.Bound;
    }

    /// <summary>True only when it was decided and holds.</summary>
    public bool Held => _truth == Truth.Yes;

    /// <summary>True when arms or numbers were missing, so that neither the condition nor its negation holds.</summary>
    public bool IsUndecided => _truth == Truth.Unknown;

    /// <summary>The measured side of the comparison; of the worst arm when there is a verdict per arm. NaN when there is none.</summary>
    public double Measured { get; }

    /// <summary>What <see cref="Measured"/> was compared with; NaN when there is none.</summary>
    public double Bound { get; }

    /// <summary>For people: the numbers, the worst arm, how many fail and which have no value.</summary>
    public string Detail => _text ?? Describe(_arms);

    /// <summary>The verdicts per arm; default for one about the whole.</summary>
    internal ImmutableArray<ArmVerdict> Arms => _arms;

    /// <summary>Both hold: arm by arm when both are about the same arms, else as wholes.</summary>
    public static Verdict operator &(Verdict left, Verdict right) => SameArms(left, right)
        ? PerArm(left._arms.Zip(right._arms, static (a, b) => a.And(b)))
        : Joined(left._truth.And(right._truth), left._truth <= right._truth ? left : right, $"{left.Part} and {right.Part}");

    /// <summary>One holds: arm by arm when both are about the same arms, else as wholes.</summary>
    public static Verdict operator |(Verdict left, Verdict right) => SameArms(left, right)
        ? PerArm(left._arms.Zip(right._arms, static (a, b) => a.Or(b)))
        : Joined(left._truth.Or(right._truth), left._truth >= right._truth ? left : right, $"{left.Part} or {right.Part}");

    /// <summary>
    /// It does not hold; for each arm when it is about arms. What is undecided stays so.
    /// </summary>
    public static Verdict operator !(Verdict operand) => operand._arms.IsDefault
        ? new Verdict(operand._truth.Not(), operand.Measured, operand.Bound, operand._text!)
        : PerArm(operand._arms.Select(static arm => arm.Not()));

    /// <inheritdoc/>
    public override string ToString() => $"{(Held ? "held" : "not held")}: {Detail}";

    /// <summary>A verdict about the whole.</summary>
    internal static Verdict Whole(Truth truth, double measured, string detail) => new(truth, measured, double.NaN, detail);

    /// <summary>A comparison of two numbers.</summary>
    internal static Verdict OfComparison(Comparison comparison, double left, double right, double measured, bool showBoth) =>
        new(comparison.Holds(left, right), measured, measured.Equals(left) ? right : left, showBoth
            ? $"{SpecText.Rounded(left)} against {SpecText.Rounded(right)}"
            : SpecText.Rounded(measured));

    /// <summary>A verdict per arm; undecided when there is no arm.</summary>
    internal static Verdict PerArm(IEnumerable<ArmVerdict> arms)
    {
        var list = arms.ToImmutableArray();
        return list.IsEmpty ? Undecided(double.NaN, Expect.NoArms) : new Verdict(list);
    }

    /// <summary>Neither held nor refuted.</summary>
    internal static Verdict Undecided(double measured, string problem) => new(Truth.Unknown, measured, double.NaN, problem);

    private static Verdict Joined(Truth truth, Verdict deciding, string detail) => new(truth, deciding.Measured, deciding.Bound, detail);

    private string Part => $"({Detail})";

    private static bool SameArms(Verdict left, Verdict right) =>
        !left._arms.IsDefault && !right._arms.IsDefault
        && left._arms.Select(static arm => arm.Arm).SequenceEqual(right._arms.Select(static arm => arm.Arm));

    /// <summary>The arm nearest to failing, or furthest into it; one that has a value rather than one that has none.</summary>
    private static ArmVerdict Worst(ImmutableArray<ArmVerdict> arms) =>
        arms.OrderBy(static arm => arm.Truth == Truth.Unknown).ThenBy(static arm => arm.Truth).ThenBy(static arm => arm.Margin).First();

    private static string Describe(ImmutableArray<ArmVerdict> arms)
    {
        var failing = arms.Count(static arm => arm.Truth == Truth.No);
        var unknown = arms.Where(static arm => arm.Truth == Truth.Unknown).ToArray();
        var worst = Worst(arms);
        var parts = new List<string>();
        if (worst.Truth != Truth.Unknown)
        {
            var count = failing == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{failing} of {arms.Length} arms fail, ");
            parts.Add($"{count}worst {worst.Label}: {worst.Text}");
        }

        if (unknown.Length > 0)
        {
            var rest = unknown.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {unknown.Length - 1} more");
            parts.Add($"no value for {unknown[0].Text}{rest}");
        }

        return string.Join("; ", parts);
    }
}

/// <summary>The verdict on one arm.</summary>
/// <param name="Arm">The arm, or the arm with the aggregated axes erased.</param>
/// <param name="Label">How it is called.</param>
/// <param name="Truth">Whether the condition holds.</param>
/// <param name="Measured">The measured side.</param>
/// <param name="Bound">The other side.</param>
/// <param name="Margin">How far from failing; negative when it fails.</param>
/// <param name="Text">The numbers, or what is missing.</param>
internal sealed record ArmVerdict(ExperimentArm Arm, string Label, Truth Truth, double Measured, double Bound, double Margin, string Text)
{
    public ArmVerdict And(ArmVerdict other) => Tighter(other, Truth.And(other.Truth), Math.Min(Margin, other.Margin));

    public ArmVerdict Or(ArmVerdict other) => Tighter(other, Truth.Or(other.Truth), Math.Max(Margin, other.Margin));

    public ArmVerdict Not() => this with { Truth = Truth.Not(), Margin = -Margin };

    /// <summary>The outcome with the numbers of whichever side decided it.</summary>
    private ArmVerdict Tighter(ArmVerdict other, Truth truth, double margin)
    {
        var decides = Truth == truth && (other.Truth != truth || Margin.Equals(margin)) ? this : other;
        return decides with { Truth = truth, Margin = double.IsNaN(margin) ? decides.Margin : margin };
    }
}
