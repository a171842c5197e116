namespace DslExperiments.Specs;

/// <summary>The keys that no profile changes.</summary>
/// <param name="Summary">The sentence.</param>
/// <param name="Source">Paper and claim, or null.</param>
/// <param name="Metrics">The metrics with their positions.</param>
/// <param name="KnowsMetrics">False when some of them could not be read.</param>
/// <param name="Expectations">The lines, parsed but not typed.</param>
/// <param name="Zips">The groups of <c>zip:</c>.</param>
internal sealed record SpecHead(
    string Summary,
    SourceSpec? Source,
    List<(MetricSpec Metric, SpecNode Node)> Metrics,
    bool KnowsMetrics,
    List<(ScalarNode Line, ExpectSyntax Syntax)> Expectations,
    ZipGroup[] Zips)
{
    /// <summary>Reads them, and reports keys at the top that are unknown or missing.</summary>
    public static SpecHead Read(SpecTree tree, DiagnosticBag bag)
    {
        MappingNode root = tree.Root;
        SectionBinder binder = new(bag, tree.IsPartial);
        CheckKeys(tree, binder, bag);
        string summary = root["summary"] is SpecNode text && SpecLanguage.Summary.Read(text, "summary", bag) is SpecValue.Text sentence ? sentence.Value : "";
        MappingEntry? expect = root.Find("expect");
        List<(ScalarNode, ExpectSyntax)> expectations = ExpectReader.Parse(expect?.Value, bag);
        if (!tree.IsPartial && expect?.Value is null or SequenceNode { Items.IsEmpty: true })
        {
            bag.Report(WarningRules.NoExpectations, expect?.Key ?? Top(root), "nothing is expected: without 'expect' a run cannot fail");
        }

        int errors = bag.Errors;
        List<(MetricSpec, SpecNode)> metrics = new MetricChecks(bag).Read(root["metrics"]);
        bool knowsMetrics = bag.Errors == errors && root["metrics"] is not null;
        return new SpecHead(summary, ReadSource(root.Find("source"), binder), metrics, knowsMetrics, expectations, ZipReader.Read(root["zip"], bag));
    }

    private static void CheckKeys(SpecTree tree, SectionBinder binder, DiagnosticBag bag)
    {
        IEnumerable<string> valid = SpecLanguage.TopLevel.Select(key => key.Name);
        foreach (MappingEntry entry in tree.Root.Entries)
        {
            string name = entry.Key.Text;
            if (SpecLanguage.Find(name) is not null)
            {
                continue;
            }

            int dot = name.IndexOf('.');
            if (dot > 0 && SpecLanguage.Find(name.Substring(0, dot)) is not null)
            {
                bag.Report(ValueRules.UnknownKey, entry.Key, $"unknown key {Suggestions.Quote(name)} at the top of the spec; dotted keys are for profiles, here nest them: {name.Substring(0, dot)}: {{ {name.Substring(dot + 1)}: … }}");
            }
            else
            {
                binder.ReportUnknownKey(entry.Key, "at the top of the spec", valid);
            }
        }

        foreach (TopLevelKey key in SpecLanguage.TopLevel)
        {
            if (key.IsRequired && !tree.IsPartial && tree.Root.Find(key.Name) is null)
            {
                bag.Report(ValueRules.MissingKey, Top(tree.Root), $"the spec needs the key '{key.Name}': {key.Doc}");
            }
        }
    }

    private static SourceSpec? ReadSource(MappingEntry? entry, SectionBinder binder)
    {
        if (entry is null)
        {
            return null;
        }

        BoundSection source = binder.Bind(SpecLanguage.Source, entry.Value, entry.Key, "source");
        string claim = ValueText.Of(source["claim"].Values[0]);
        return new SourceSpec(ValueText.Of(source["paper"].Values[0]), claim.Length == 0 ? null : claim);
    }

    /// <summary>The place for what is missing at the top: the first character of the spec's first key.</summary>
    private static ScalarNode Top(MappingNode root) =>
        new(root.Span with { EndLine = root.Span.StartLine, EndColumn = root.Span.StartColumn }, "", false, 0);
}
