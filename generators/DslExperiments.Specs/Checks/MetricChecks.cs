namespace DslExperiments.Specs;

/// <summary>Reads <c>metrics:</c> and checks that each exists for the task and the backbone.</summary>
internal sealed class MetricChecks(DiagnosticBag bag)
{
    /// <summary>The metrics with their positions, without those that are wrong.</summary>
    public List<(MetricSpec Metric, SpecNode Node)> Read(SpecNode? node)
    {
        List<(MetricSpec, SpecNode)> metrics = new();
        if (node is null)
        {
            return metrics;
        }

        if (node is not SequenceNode list)
        {
            bag.Report(ValueRules.WrongShape, node, "metrics wants a list of metrics, such as [train.mse]");
            return metrics;
        }

        if (list.Items.IsEmpty)
        {
            bag.Report(ValueRules.Empty, node, "metrics is empty; an experiment measures something");
        }

        foreach (SpecNode item in list.Items)
        {
            if (item is not ScalarNode { IsNull: false } scalar)
            {
                bag.Report(ValueRules.WrongShape, item, "metrics wants the names of metrics");
            }
            else if (Find(scalar.Text.Trim()) is not MetricSpec metric)
            {
                bag.Report(ValueRules.UnknownMetric, item, $"unknown metric {Suggestions.Quote(scalar.Text.Trim())}{Suggestions.For(scalar.Text.Trim(), Metrics.Names)}{CustomHint(scalar.Text)}");
            }
            else if (metrics.Exists(known => known.Item1.Name == metric.Name))
            {
                bag.Report(ValueRules.Repeated, item, $"metrics has '{metric.Name}' twice");
            }
            else if (metrics.Find(known => known.Item1.Member == metric.Member).Item1 is MetricSpec other)
            {
                bag.Report(ValueRules.Repeated, item, $"metrics '{metric.Name}' and '{other.Name}' are both {metric.Member} in C#");
            }
            else
            {
                metrics.Add((metric, item));
            }
        }

        return metrics;
    }

    /// <summary>Reports needs of the metrics that some arm does not meet.</summary>
    public void Check(List<(MetricSpec Metric, SpecNode Node)> metrics, IEnumerable<Grid> grids)
    {
        HashSet<(string, string)> reported = new();
        foreach (Grid grid in grids)
        {
            TransformerFields backbone = new(grid.Profile.Backbone!.Options);
            foreach ((MetricSpec spec, SpecNode node) in metrics)
            {
                MetricNeeds needs = Metrics.Find(spec.Name)?.Needs ?? MetricNeeds.Nothing;
                if (needs == MetricNeeds.Nothing)
                {
                    continue;
                }

                foreach ((string need, string found) in Unmet(needs, grid, backbone))
                {
                    if (reported.Add((spec.Name, need)))
                    {
                        bag.Report(CrossRules.MetricUnfit, node, $"metric '{spec.Name}' needs {need}{found}");
                    }
                }
            }
        }
    }

    private static MetricSpec? Find(string name)
    {
        if (Metrics.Find(name) is Metric metric)
        {
            return new MetricSpec(name, CSharpNames.Pascal(name), metric.CSharpType, metric.LowerIsBetter);
        }

        return name.StartsWith(Metrics.CustomPrefix, StringComparison.Ordinal) && CSharpNames.IsIdentifier(name.Substring(Metrics.CustomPrefix.Length)) && CSharpNames.IsName(name.Substring(Metrics.CustomPrefix.Length))
            ? new MetricSpec(name, CSharpNames.Pascal(name), null, true)
            : null;
    }

    private static string CustomHint(string name) => name.Trim().StartsWith(Metrics.CustomPrefix, StringComparison.Ordinal)
        ? "; a metric of your own is custom. and letters, digits or _"
        : "";

    private static IEnumerable<(string Need, string Found)> Unmet(MetricNeeds needs, Grid grid, TransformerFields backbone)
    {
        BoundProfile profile = grid.Profile;
        string family = profile.Task!.Variant.Name;
        if (needs.HasFlag(MetricNeeds.SharedToken) && family != "shared_token_pair")
        {
            yield return ("the task shared_token_pair", $", but task.family is {family}");
        }

        if (needs.HasFlag(MetricNeeds.PromptMethod) && !Array.Exists(profile.Methods, method => method.Name == "prompt"))
        {
            yield return ("the method prompt", "");
        }

        if (needs.HasFlag(MetricNeeds.Teacher) && !HasTeacher(profile))
        {
            yield return ("targets that a teacher makes: task.targets teacher(length), or the task teacher_prompt", "");
        }

        foreach (int[] indices in grid.Points)
        {
            Point point = new(grid, indices);
            if (needs.HasFlag(MetricNeeds.OneLayer) && Differs(backbone.Depth, point, "1") is string depth)
            {
                yield return ("backbone.depth 1", depth);
            }

            if (needs.HasFlag(MetricNeeds.OneHead) && Differs(backbone.Heads, point, "1") is string heads)
            {
                yield return ("backbone.heads 1", heads);
            }

            if (needs.HasFlag(MetricNeeds.OneHead) && Differs(backbone.Norm, point, "none") is string norm)
            {
                yield return ("backbone.norm none", norm);
            }

            if (needs.HasFlag(MetricNeeds.NoPositions) && Differs(backbone.Positions, point, "none") is string positions)
            {
                yield return ("backbone.positions none", positions);
            }

            if (needs.HasFlag(MetricNeeds.InvertibleMlp) && backbone.Hidden.IsValid && point.Int(backbone.Hidden) > 0)
            {
                const string Invertible = "an MLP that can be inverted: ";
                if (Differs(backbone.Residual, point, "true") is string residual)
                {
                    yield return (Invertible + "backbone.mlp.residual true", residual);
                }

                if (backbone.Activation.IsValid && point.Word(backbone.Activation) is not ("relu" or "tanh"))
                {
                    yield return (Invertible + "backbone.mlp.activation relu or tanh", $", but it is {point.Word(backbone.Activation)}");
                }

                if (backbone.InitMlp.IsValid && point.Call(backbone.InitMlp) is var init
                    && !(init.Function == "spectral_norm" && init.Arguments[0] is SpecValue.Number { Value: < 1 }))
                {
                    yield return (Invertible + "backbone.init.mlp spectral_norm(s) with s below 1", $", but it is {ValueText.Of(init)}");
                }
            }
        }
    }

    private static string? Differs(BoundField field, Point point, string wanted) =>
        field.IsValid && ValueText.Of(point[field]) != wanted ? $", but it is {ValueText.Of(point[field])}" : null;

    private static bool HasTeacher(BoundProfile profile) => profile.Task!.Variant.Name switch
    {
        "teacher_prompt" => true,
        "shared_token_pair" => Array.Exists(profile.Task.Options["targets"].Values, value => value is SpecValue.Call { Function: "teacher" }),
        _ => false,
    };
}
