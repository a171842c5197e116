using DslExperiments.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DslExperiments.Generators;

/// <summary>A diagnostic before it becomes Roslyn's: comparable, with both of the positions that a location needs.</summary>
internal sealed record Finding(string Id, SpecSeverity Severity, string Message, string Path, TextSpan Span, LinePositionSpan Lines)
{
    /// <summary>A finding of the spec compiler.</summary>
    /// <param name="diagnostic">Lines and columns from 1.</param>
    /// <param name="path">The file.</param>
    /// <param name="text">Its text; positions outside of it are moved inside.</param>
    public static Finding Of(SpecDiagnostic diagnostic, string path, SourceText text)
    {
        SpecSpan span = diagnostic.Span;
        int start = Position(text, span.StartLine, span.StartColumn);
        int end = Math.Max(start, Position(text, span.EndLine, span.EndColumn));
        TextSpan range = TextSpan.FromBounds(start, end);
        return new Finding(diagnostic.Id, diagnostic.Severity, diagnostic.Message, path, range, text.Lines.GetLinePositionSpan(range));
    }

    /// <summary>An error about a file as a whole.</summary>
    public static Finding AtStart(string id, string path, string message) =>
        new(id, SpecSeverity.Error, message, path, default, default);

    /// <summary>A failure of this generator, as an error of the spec that shows it.</summary>
    public static Finding Of(Exception exception, string path, string stage) =>
        AtStart("DSLX0504", path, $"{stage} failed with {exception.GetType().Name}: {exception.Message}");

    /// <summary>Roslyn's form, for reporting.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        Descriptors.Find(Id),
        Location.Create(Path, Span, Lines),
        Severity == SpecSeverity.Error ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
        additionalLocations: null,
        properties: null,
        Message);

    private static int Position(SourceText text, int line, int column)
    {
        TextLine found = text.Lines[Math.Min(Math.Max(line - 1, 0), text.Lines.Count - 1)];
        return Math.Min(found.Start + Math.Max(column - 1, 0), found.End);
    }
}

/// <summary>What is reported together.</summary>
internal sealed record Findings(EquatableArray<Finding> All);
