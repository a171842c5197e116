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
            else if (MetricSpec.Named(scalar.Text.Trim()) is not MetricSpec metric)
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
                if (needs.HasFlag(MetricNeeds.BoundedLayers))
                {
                    CheckCap(grid);
                }

                if (needs == MetricNeeds.Nothing)
                {
                    continue;
                }

                foreach ((string need, string found) in MetricConditions.Unmet(needs, grid, backbone))
                {
                    if (reported.Add((spec.Name, need)))
                    {
                        bag.Report(CrossRules.MetricUnfit, node, $"metric '{spec.Name}' needs {need}{found}");
                    }
                }
            }
        }
    }

    /// <summary>The bound of D6 is about virtual tokens of bounded norm.</summary>
    private void CheckCap(Grid grid)
    {
        foreach (int[] indices in grid.Points)
        {
            Point point = new(grid, indices);
            foreach (string path in Caps(grid.Method, point))
            {
                BoundField cap = grid.Method.Options[path];
                if (cap.IsValid && point.Number(cap) == 0)
                {
                    bag.Report(WarningRules.NoCap, point.Place(cap), $"{cap.Key} is 0: without a cap on the norm of virtual tokens the metric 'output_gap.certified' is NaN");
                }
            }
        }
    }

    private static string[] Caps(BoundMethod method, Point point) => method.Name switch
    {
        "prompt" => new[] { "norm_cap" },
        "prefix" => point.Word(method.Options["form"]) == "block_input" ? new[] { "norm_cap" } : new[] { "key_cap", "value_cap" },
        _ => Array.Empty<string>(),
    };

    private static string CustomHint(string name) => name.Trim().StartsWith(Metrics.CustomPrefix, StringComparison.Ordinal)
        ? "; a metric of your own is custom. and letters, digits or _"
        : "";
}
