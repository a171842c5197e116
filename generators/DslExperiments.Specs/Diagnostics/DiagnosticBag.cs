namespace DslExperiments.Specs;

/// <summary>Collects findings; the same finding at the same place counts once.</summary>
internal sealed class DiagnosticBag
{
    private const int MaxCount = 200;
    private readonly List<SpecDiagnostic> list = new();
    private readonly HashSet<SpecDiagnostic> seen = new();

    /// <summary>Number of errors so far.</summary>
    public int Errors { get; private set; }

    /// <summary>Adds a finding at a place of the file.</summary>
    public void Report(DiagnosticRule rule, SpecSpan span, string message) =>
        Add(new SpecDiagnostic(rule.Id, rule.Severity, message, span));

    /// <summary>Adds a finding about a node; says so when the node was inherited.</summary>
    public void Report(DiagnosticRule rule, SpecNode node, string message) => Report(rule, node, node.Span, message);

    /// <summary>Adds a finding about a part of a node.</summary>
    public void Report(DiagnosticRule rule, SpecNode node, SpecSpan part, string message)
    {
        if (node.InheritedFrom is not null)
        {
            Report(rule, node.Span, $"{message} (inherited from '{node.InheritedFrom}')");
        }
        else
        {
            Report(rule, part, message);
        }
    }

    /// <summary>Adds a finding that was made elsewhere.</summary>
    public void Add(SpecDiagnostic diagnostic)
    {
        if (list.Count >= MaxCount && diagnostic.Severity == SpecSeverity.Warning)
        {
            return;
        }

        if (list.Count < 2 * MaxCount && seen.Add(diagnostic))
        {
            list.Add(diagnostic);
        }

        if (diagnostic.Severity == SpecSeverity.Error)
        {
            Errors++;
        }
    }

    /// <summary>Everything found, in the order of the file.</summary>
    public EquatableArray<SpecDiagnostic> ToArray()
    {
        SpecDiagnostic[] sorted = list.ToArray();
        Array.Sort(sorted, Compare);
        return new EquatableArray<SpecDiagnostic>(sorted);
    }

    private static int Compare(SpecDiagnostic a, SpecDiagnostic b)
    {
        int order = string.CompareOrdinal(a.Span.Path, b.Span.Path);
        order = order != 0 ? order : a.Span.StartLine.CompareTo(b.Span.StartLine);
        order = order != 0 ? order : a.Span.StartColumn.CompareTo(b.Span.StartColumn);
        order = order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
        return order != 0 ? order : string.CompareOrdinal(a.Message, b.Message);
    }
}
