namespace DslExperiments.Expectations;

/// <summary>
/// Three-valued truth. What cannot be decided, because an arm diverged or none was selected, does not come to hold by
/// being negated.
/// </summary>
internal enum Truth
{
    No,
    Unknown,
    Yes,
}

/// <summary>Kleene's connectives: and is the minimum, or the maximum, not turns the order round.</summary>
internal static class Truths
{
    public static Truth Of(bool value) => value ? Truth.Yes : Truth.No;

    public static Truth And(this Truth left, Truth right) => left < right ? left : right;

    public static Truth Or(this Truth left, Truth right) => left > right ? left : right;

    public static Truth Not(this Truth operand) => (Truth)(Truth.Yes - operand);
}
