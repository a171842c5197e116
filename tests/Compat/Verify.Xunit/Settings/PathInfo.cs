namespace VerifyTests;

/// <summary>Where a test's snapshots lie and what they are called; null keeps the default.</summary>
public readonly struct PathInfo(string? directory = null, string? typeName = null, string? methodName = null)
{
    /// <summary>The directory, absolute or seen from the test's source file.</summary>
    public string? Directory { get; } = directory;

    /// <summary>Stands for the class name.</summary>
    public string? TypeName { get; } = typeName;

    /// <summary>Stands for the method name.</summary>
    public string? MethodName { get; } = methodName;
}
