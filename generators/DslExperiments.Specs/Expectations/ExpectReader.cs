namespace DslExperiments.Specs;

/// <summary>Reads <c>expect:</c>.</summary>
internal static class ExpectReader
{
    /// <summary>The lines with their syntax, without those that have none.</summary>
    public static List<(ScalarNode Line, ExpectSyntax Syntax)> Parse(SpecNode? node, DiagnosticBag bag)
    {
        List<(ScalarNode, ExpectSyntax)> lines = new();
        if (node is null)
        {
            return lines;
        }

        if (node is not SequenceNode list)
        {
            bag.Report(ValueRules.WrongShape, node, "expect wants a list of expectations");
            return lines;
        }

        foreach (SpecNode item in list.Items)
        {
            ScalarNode? line = item as ScalarNode ?? Rejoin(item);
            if (line is null || item.IsNull)
            {
                bag.Report(ValueRules.WrongShape, item, "expect wants expectations, one text each; one with commas or ': ' needs quotes");
            }
            else if (line.Text.Length > Limits.MaxText)
            {
                bag.Report(ValueRules.OutOfRange, item, $"an expectation has at most {NumberText.Format(Limits.MaxText)} characters");
            }
            else if (ExpectParser.Parse(line, bag) is ExpectSyntax syntax)
            {
                lines.Add((line, syntax));
            }
        }

        return lines;
    }

    /// <summary>
    /// <c>- best(x, over: rank) &lt; 1</c> is a map of one key to YAML. Its two parts are put together again, letter by
    /// letter, so that such a line needs no quotes.
    /// </summary>
    private static ScalarNode? Rejoin(SpecNode item)
    {
        if (item is not MappingNode { Entries.Count: 1 } map || map.Entries[0] is not { Key: { IsPlain: true } key, Value: ScalarNode { IsPlain: true } value })
        {
            return null;
        }

        int gap = value.TextColumn - key.TextColumn - key.Text.Length;
        bool oneLine = key.TextColumn > 0 && value.TextColumn > 0 && key.Span.StartLine == value.Span.StartLine && gap > 1;
        return new ScalarNode(
            key.Span with { EndLine = value.Span.EndLine, EndColumn = value.Span.EndColumn },
            key.Text + ":" + new string(' ', oneLine ? gap - 1 : 1) + value.Text,
            true,
            oneLine ? key.TextColumn : 0) { InheritedFrom = item.InheritedFrom };
    }
}
