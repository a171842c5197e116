namespace DslExperiments.Specs;

/// <summary>Limits that keep a slip of the pen from becoming a week of computation.</summary>
internal static class Limits
{
    /// <summary>The most arms in one profile.</summary>
    public const int MaxArms = 4096;

    /// <summary>The largest virtual length, rank or count of anything that is trained.</summary>
    public const int MaxSize = 1_000_000;

    /// <summary>The longest free text.</summary>
    public const int MaxText = 2000;

    /// <summary>The deepest nesting of an expectation.</summary>
    public const int MaxExpressionDepth = 64;

    /// <summary>The longest chain of <c>extends:</c>.</summary>
    public const int MaxExtends = 32;
}
