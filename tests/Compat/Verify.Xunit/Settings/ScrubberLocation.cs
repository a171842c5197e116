namespace VerifyTests;

/// <summary>Where a scrubber goes among those already added.</summary>
public enum ScrubberLocation
{
    /// <summary>Before them.</summary>
    First,

    /// <summary>After them.</summary>
    Last,
}
