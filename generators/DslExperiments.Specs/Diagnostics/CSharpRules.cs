namespace DslExperiments.Specs;

/// <summary>05xx: the C# side; found by the generator.</summary>
internal static class CSharpRules
{
    public static readonly DiagnosticRule CustomTypeMissing = new(
        "DSLX0501",
        "custom task type not found",
        SpecSeverity.Error,
        "type: names no class of the compilation or of what it references.",
        "",
        "");

    public static readonly DiagnosticRule CustomTypeUnfit = new(
        "DSLX0502",
        "custom task type does not fit",
        SpecSeverity.Error,
        "The class must derive from DslExperiments.Tasks.CustomTask, must not be abstract or generic, and needs a public constructor without parameters.",
        "",
        "");

    public static readonly DiagnosticRule NameCollision = new(
        "DSLX0503",
        "two specs with one C# name",
        SpecSeverity.Error,
        "Two file names become the same C# name; rename one of them.",
        "",
        "");

    public static readonly DiagnosticRule Internal = new(
        "DSLX0504",
        "failure inside the generator",
        SpecSeverity.Error,
        "A defect of the generator; the message says in which spec. Please report it with the spec.",
        "",
        "");

    public static readonly DiagnosticRule Unreadable = new(
        "DSLX0505",
        "spec that cannot be read",
        SpecSeverity.Error,
        "The file vanished or cannot be opened.",
        "",
        "");

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        CustomTypeMissing,
        CustomTypeUnfit,
        NameCollision,
        Internal,
        Unreadable,
    };
}
