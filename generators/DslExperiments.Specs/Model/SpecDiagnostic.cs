namespace DslExperiments.Specs;

/// <summary>How bad it is.</summary>
public enum SpecSeverity
{
    /// <summary>Legal, but known to mislead.</summary>
    Warning,

    /// <summary>The spec does not compile.</summary>
    Error,
}

/// <summary>A range in a file; lines and columns count from 1, the end is exclusive.</summary>
public readonly record struct SpecSpan(string Path, int StartLine, int StartColumn, int EndLine, int EndColumn);

/// <summary>One finding in a spec.</summary>
/// <param name="Id"><c>DSLX</c> and four digits; a row of <see cref="DiagnosticCatalog"/>.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="Message">Complete, with the offending text and what would be right.</param>
/// <param name="Span">Where.</param>
public sealed record SpecDiagnostic(string Id, SpecSeverity Severity, string Message, SpecSpan Span);
