namespace DslExperiments.Specs;

/// <summary>
/// Puts <c>--set</c> over the spec and over every profile, or over the only one that is asked for. The generated types
/// stay as they are, so what is swept stays swept, be it with one value.
/// </summary>
internal sealed class OverrideApplier(Draft before, SpecTree tree, string? only, DiagnosticBag bag, CancellationToken cancellationToken)
{
    /// <summary>What each profile sets besides the overrides.</summary>
    public EquatableArray<MappingEntry> Given { get; private set; }

    /// <summary>The spec with the overrides.</summary>
    /// <param name="overrides">In order; a later one wins.</param>
    /// <param name="head">What overrides cannot change.</param>
    /// <param name="swept">Gets the keys that canonical text must write as lists now.</param>
    public Draft Apply(IReadOnlyList<SpecOverride> overrides, SpecHead head, HashSet<string> swept)
    {
        MappingNode root = tree.Root;
        EquatableArray<MappingEntry> profiles = before.Given.ToEquatableArray();
        ProfileRules rules = new(bag);
        foreach (SpecOverride change in overrides)
        {
            if (Read(change) is not MappingNode map)
            {
                continue;
            }

            MappingNode allowed = rules.Allowed(map, root, "--set");
            profiles = profiles
                .Select(profile => profile with { Value = TreeMerge.Minus((MappingNode)profile.Value, allowed) })
                .ToEquatableArray();
            root = TreeMerge.Over(root, allowed, bag);
        }

        Draft after = only is null
            ? Draft.Bind(root, profiles, false, bag, cancellationToken)
            : Draft.BindOnly(only, profiles.FirstOrDefault(profile => profile.Key.Text == only)?.Value is MappingNode own ? TreeMerge.Over(root, own, bag) : root, bag);
        Given = only is null ? profiles : default;
        if (bag.Errors == 0)
        {
            CheckSweeps(after, swept);
        }

        if (bag.Errors == 0)
        {
            after.Expand(before.Axes, head.Zips, bag);
            after.Check(head.Metrics, bag, cancellationToken);
        }

        return after;
    }

    /// <summary>The override as a tree; null after an error.</summary>
    private MappingNode? Read(SpecOverride change)
    {
        string path = $"--set {change.Key}={change.Value}";
        SpecSpan keySpan = new(path, 1, 1, 1, change.Key.Length + 1);
        if (change.Key.Trim().Length == 0)
        {
            bag.Report(SweepRules.OverrideKey, keySpan, "an override is KEY=VALUE, such as training.steps=100");
            return null;
        }

        DiagnosticBag found = new();
        SpecNode? value = YamlReader.Read(path, change.Value, found, cancellationToken);
        foreach (SpecDiagnostic diagnostic in found.ToArray())
        {
            bag.Add(diagnostic with { Span = Moved(diagnostic.Span, change.Key.Length + 1), Message = Explained(diagnostic, change) });
        }

        if (value is null || found.Errors > 0)
        {
            return null;
        }

        ScalarNode key = new(keySpan, change.Key.Trim(), true, 1);
        MappingEntry entry = new(key, Moved(value, change.Key.Length + 1));
        return DottedKeys.Expand(new MappingNode(keySpan, EquatableArray.Create(entry)), bag);
    }

    /// <summary>What is wrong with a value, which is YAML of its own.</summary>
    private static string Explained(SpecDiagnostic diagnostic, SpecOverride change)
    {
        string key = change.Key.Trim(), value = change.Value.Trim();
        if (value.Length == 0 || value[0] == '#')
        {
            return $"{key}: there is no value after {key}=";
        }

        string hint = value[0] == '{' && value[value.Length - 1] != '}' ? "; a text that begins with { needs quotes within the argument" : "";
        return $"{key}: {diagnostic.Message}{hint}";
    }

    private void CheckSweeps(Draft after, HashSet<string> swept)
    {
        foreach (BoundProfile profile in after.Profiles)
        {
            foreach (BoundMethod method in profile.Methods)
            {
                MethodAxes axes = Array.Find(before.Axes, known => known.Method == method.Name)!;
                foreach (SettingsSection section in new[] { SettingsSection.Method, SettingsSection.Training, SettingsSection.Task, SettingsSection.Backbone, SettingsSection.PretrainTraining })
                {
                    foreach (BoundField field in profile.Fields(method, section))
                    {
                        CheckSweep(field, section, axes, swept);
                    }
                }
            }
        }

        foreach (MethodAxes method in before.Axes)
        {
            BoundMethod bound = after.Full.Methods.First(m => m.Name == method.Method);
            foreach (Axis axis in method.Axes)
            {
                bool given = after.Profiles.Exists(profile =>
                    profile.Fields(profile.Methods.First(m => m.Name == method.Method), axis.Section)[axis.Leaf.Index].IsGiven);
                if (!given)
                {
                    bag.Report(SweepRules.OverrideSweep, bound.KeyNode, $"--set cannot remove {axis.Keys[0]}, which is swept");
                }
            }
        }
    }

    private void CheckSweep(BoundField field, SettingsSection section, MethodAxes axes, HashSet<string> swept)
    {
        bool isAxis = Array.Exists(axes.Axes, axis => axis.Section == section && axis.Leaf.Index == field.Leaf.Index);
        if (field.IsSweep && !isAxis)
        {
            bag.Report(
                SweepRules.OverrideSweep,
                field.Node!,
                $"{field.Key} is not swept, so an override cannot give it a list: the generated types have no property for it; make it a list in the spec");
        }
        else if (isAxis && field.IsGiven && section == SettingsSection.Training && field.Key != "training." + field.Leaf.Path)
        {
            swept.Add(field.Key);
        }
    }

    private static SpecSpan Moved(SpecSpan span, int columns) => span with
    {
        StartColumn = span.StartLine == 1 ? span.StartColumn + columns : span.StartColumn,
        EndColumn = span.EndLine == 1 ? span.EndColumn + columns : span.EndColumn,
    };

    private static SpecNode Moved(SpecNode node, int columns)
    {
        SpecSpan span = Moved(node.Span, columns);
        return node switch
        {
            ScalarNode scalar => scalar with { Span = span, TextColumn = scalar.TextColumn == 0 || scalar.Span.StartLine > 1 ? scalar.TextColumn : scalar.TextColumn + columns },
            SequenceNode list => list with { Span = span, Items = list.Items.Select(item => Moved(item, columns)).ToEquatableArray() },
            _ => ((MappingNode)node) with
            {
                Span = span,
                Entries = ((MappingNode)node).Entries.Select(entry => new MappingEntry((ScalarNode)Moved(entry.Key, columns), Moved(entry.Value, columns))).ToEquatableArray(),
            },
        };
    }
}
