namespace DslExperiments.Specs;

/// <summary>The compilation of one spec, stage after stage; each stage goes on after errors as far as it makes sense.</summary>
internal sealed class Compilation(SpecDocument document, IReadOnlyList<SpecDocument> others, CancellationToken cancellationToken)
{
    private readonly DiagnosticBag bag = new();

    /// <summary>The tree after <c>extends:</c>, for heirs.</summary>
    public SpecTree? Tree { get; private set; }

    /// <summary>Runs all stages; with overrides, the last ones for one profile alone where it is named.</summary>
    public SpecResult Run(IReadOnlyList<SpecOverride> overrides, string? profile = null)
    {
        foreach (SpecDiagnostic diagnostic in document.Diagnostics)
        {
            bag.Add(diagnostic);
        }

        NameRules.Check(document, bag);
        Tree = new Inheritance(document, others, bag, cancellationToken).Resolve();
        if (Tree is null)
        {
            return new SpecResult(null, bag.ToArray());
        }

        SpecHead head = SpecHead.Read(Tree, bag);
        new ProfileRules(bag).CheckNames(Tree.Profiles);
        Draft draft = Draft.Bind(Tree.Root, Tree.Profiles, Tree.IsPartial, bag, cancellationToken);
        if (!Tree.IsPartial)
        {
            draft.Expand(null, head.Zips, bag);
            draft.Check(head.Metrics, bag, cancellationToken);
        }

        EquatableArray<ExpectationSpec> expectations = BindExpectations(head, draft);
        SpecSpan? customType = draft.Full.Task?.Options.Find("type")?.Node?.Span;
        HashSet<string> swept = SweptKeys(draft);
        EquatableArray<MappingEntry> given = draft.Given.ToEquatableArray();
        if (overrides.Count > 0 && bag.Errors == 0)
        {
            OverrideApplier applier = new(draft, Tree, profile, bag, cancellationToken);
            draft = applier.Apply(overrides, head, swept);
            given = applier.Given;
        }

        return bag.Errors > 0
            ? new SpecResult(null, bag.ToArray(), customType)
            : new SpecResult(ToSpec(head, draft, expectations, swept, given), bag.ToArray(), customType);
    }

    private static HashSet<string> SweptKeys(Draft draft)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (BoundProfile profile in draft.Profiles)
        {
            IEnumerable<BoundSection?> sections = profile.Methods
                .SelectMany(method => new[] { method.Options, method.OwnTraining })
                .Concat(new[] { profile.Training, profile.Backbone?.Options, profile.Task?.Options, profile.Pretrain?.Training });
            foreach (BoundSection? section in sections)
            {
                foreach (BoundField field in section?.Fields ?? Array.Empty<BoundField>())
                {
                    if (field.IsSweep)
                    {
                        keys.Add(field.Key);
                    }
                }
            }
        }

        return keys;
    }

    private EquatableArray<ExpectationSpec> BindExpectations(SpecHead head, Draft draft)
    {
        if (draft.Axes.Length == 0)
        {
            return default;
        }

        bool measurable = draft.Grids[0] is Grid[] grids && Array.TrueForAll(grids, grid => Array.TrueForAll(grid.Fields, field => field.IsValid));
        ExpectBinder binder = new(draft.Axes, head.Metrics.ConvertAll(metric => metric.Metric), head.KnowsMetrics, measurable ? draft.Grids[0] : null, draft.Full.Seeds, bag);
        List<ExpectationSpec> expectations = new();
        foreach ((ScalarNode line, ExpectSyntax syntax) in head.Expectations)
        {
            if (binder.Bind(line, syntax) is not ExpectationSpec expectation)
            {
                continue;
            }

            if (expectations.Exists(known => known.Text == expectation.Text))
            {
                bag.Report(ExpectRules.RepeatedExpectation, line, $"the expectation {Suggestions.Quote(expectation.Text)} stands twice");
            }

            expectations.Add(expectation);
            if (bag.Errors == 0)
            {
                UnreachableExpectations reach = new(bag);
                _ = draft.Grids.Any(arms => arms is not null && reach.Check(line, expectation.Condition, arms));
            }
        }

        return expectations.ToEquatableArray();
    }

    private ExperimentSpec ToSpec(SpecHead head, Draft draft, EquatableArray<ExpectationSpec> expectations, HashSet<string> swept, EquatableArray<MappingEntry> given)
    {
        BoundField? type = draft.Full.Task!.Options.Find("type");
        EquatableArray<MetricSpec> metrics = head.Metrics.Select(metric => metric.Metric).ToEquatableArray();
        return new ExperimentSpec(
            document.Name,
            document.Folder,
            head.Summary,
            head.Source,
            draft.Axes.Select(method => new MethodSpec(method.Method, method.Axes.Select(axis => axis.ToSpec()).ToEquatableArray())).ToEquatableArray(),
            metrics,
            expectations,
            draft.ToProfiles(metrics, cancellationToken),
            Canonical(head, draft, expectations, swept, given),
            type is null ? null : new CustomTaskSpec(ValueText.Of(type.Values[0])))
        {
            BoundConstants = ParameterBounds.Of(draft.Grids[0]!).ToEquatableArray(),
        };
    }

    private static string Canonical(SpecHead head, Draft draft, EquatableArray<ExpectationSpec> expectations, HashSet<string> swept, EquatableArray<MappingEntry> given)
    {
        CanonicalWriter writer = new(swept);
        writer.Text(0, "summary", head.Summary);
        if (head.Source is not null)
        {
            writer.Open(0, "source");
            writer.Text(1, "paper", head.Source.Paper);
            if (head.Source.Claim is not null)
            {
                writer.Text(1, "claim", head.Source.Claim);
            }
        }

        writer.Parts(0, draft.Full.Tree, draft.Full);
        writer.List(0, "metrics", head.Metrics.Select(metric => metric.Metric.Name));
        if (!expectations.IsEmpty)
        {
            writer.Lines(0, "expect", expectations.Select(expectation => expectation.Text));
        }

        if (head.Zips.Length > 0)
        {
            writer.List(0, "zip", head.Zips.Select(zip => "[" + string.Join(", ", zip.Keys.Select(key => key.Text)) + "]"));
        }

        if (!given.IsEmpty)
        {
            writer.Open(0, "profiles");
            for (int i = 0; i < given.Count; i++)
            {
                MappingNode map = (MappingNode)given[i].Value;
                string name = given[i].Key.Text;
                CanonicalWriter inner = new(swept);
                inner.Parts(2, map, draft.Profiles[i + 1]);
                string body = inner.ToString();
                if (body.Length == 0)
                {
                    writer.Nothing(1, name);
                }
                else
                {
                    writer.Open(1, name);
                    writer.Raw(body);
                }
            }
        }

        return writer.ToString();
    }
}
