namespace DslExperiments.Specs;

/// <summary>Warns about values that no arm reads.</summary>
/// <param name="metrics">What is measured.</param>
internal sealed class UnusedKeys(IReadOnlyList<MetricSpec> metrics)
{
    private const string MinDelta = "early_stopping.min_delta";
    private const string Watched = "early_stopping.metric";
    private const string Every = "early_stopping.every";

    private readonly HashSet<(string Key, SpecSpan Span)> used = new();

    /// <summary>Notes what the arms of a grid read.</summary>
    public void Note(Grid grid)
    {
        BoundProfile profile = grid.Profile;
        TransformerFields backbone = new(profile.Backbone!.Options);
        BoundSection task = profile.Task!.Options;
        BoundField optimizer = Training(grid.Method, "optimizer");
        BoundField steps = Training(grid.Method, "steps");
        bool isFrozen = grid.Method.Name == "frozen";
        bool streams = Tasks.Streams(profile.Task.Variant);
        Note(grid, profile.Backbone.Options.Fields, (path, point) => Reads(path, backbone, point));
        Note(grid, task.Fields, (path, point) => path switch
        {
            "mixture" => point.Word(task["function"]) == "mixture",
            "group" => IsMeasured(MetricNeeds.Groups),
            "transfer" => IsMeasured(MetricNeeds.Transfer),
            _ => true,
        });
        Note(grid, grid.Method.Options.Fields, (path, point) => ReadsCap(path, grid.Method, point));
        Note(grid, grid.Method.Training, (path, point) => isFrozen
            ? streams && path == "batch"
            : Reads(point.Word(optimizer), path) && (!NeedsSteps(path) || point.Int(steps) > 0) && ReadsStopping(grid.Method, path, point));
    }

    /// <summary>Reports keys of a profile that the file itself sets and that nothing noted.</summary>
    public void Report(BoundProfile profile, DiagnosticBag bag)
    {
        bool isConstructed = Array.TrueForAll(profile.Backbone!.Options["construct"].Values, value => value is SpecValue.Call { Function: not "none" });
        foreach (BoundField field in profile.Backbone.Options.Fields)
        {
            Report(field, WhyUnread(field.Leaf.Path, isConstructed), bag);
        }

        foreach (BoundField field in profile.Task!.Options.Fields)
        {
            string reason = field.Leaf.Path switch
            {
                "group" => "no metric compares groups",
                "transfer" => "no metric is of another domain",
                _ => "task.function is not mixture",
            };
            Report(field, reason, bag);
        }

        bool isFrozen = Array.TrueForAll(profile.Methods, method => method.Name == "frozen");
        foreach (BoundField field in profile.Training.Fields)
        {
            string reason = field.Leaf.Path switch
            {
                _ when isFrozen => "nothing is trained",
                "momentum" => "only the optimizer sgd reads it, or every method has its own",
                "beta1" or "beta2" or "epsilon" => "only the optimizers adam and adamw read it, or every method has its own",
                MinDelta => "only early_stopping.patience reads it, or every method has its own",
                Watched => "only patience, stopping_threshold and restore_best read it, or every method has its own",
                Every => "only early_stopping.metric reads it, or every method has its own",
                _ when NeedsSteps(field.Leaf.Path) => "steps is 0, or every method has its own",
                _ => "every method has its own",
            };
            Report(field, reason, bag);
        }

        foreach (BoundMethod method in profile.Methods)
        {
            foreach (BoundField field in method.Options.Fields)
            {
                Report(field, field.Leaf.Path == "norm_cap" ? "it caps rows of form block_input" : "it is of form key_value", bag);
            }

            foreach (BoundField field in method.OwnTraining.Fields)
            {
                string reason = field.Leaf.Path switch
                {
                    _ when method.Name == "frozen" => "nothing is trained",
                    MinDelta => "only early_stopping.patience reads it",
                    Watched => "only patience, stopping_threshold and restore_best read it",
                    Every => "only early_stopping.metric reads it",
                    _ when NeedsSteps(field.Leaf.Path) => "steps is 0",
                    _ => "the method's optimizer does not read it",
                };
                Report(field, reason, bag);
            }
        }
    }

    /// <summary>True when some metric needs it, or one of the user's own might.</summary>
    private bool IsMeasured(MetricNeeds need) =>
        metrics.Any(metric => Array.Find(Metrics.All, known => known.Name == metric.Name)?.Needs.HasFlag(need) ?? true);

    /// <summary>Keys of what happens between the first and the last step.</summary>
    private static bool NeedsSteps(string path) => path == "restarts" || path.StartsWith("early_stopping.", StringComparison.Ordinal);

    private static bool ReadsStopping(BoundMethod method, string path, Point point)
    {
        bool waits = point.Int(Training(method, "early_stopping.patience")) > 0;
        return path switch
        {
            MinDelta => waits,
            Watched => waits || point.Number(Training(method, "early_stopping.stopping_threshold")) > 0 || point.Bool(Training(method, "early_stopping.restore_best")),
            Every => ValueText.Of(Training(method, Watched).Values[0]).Length > 0,
            _ => true,
        };
    }

    private static BoundField Training(BoundMethod method, string path) => Array.Find(method.Training, field => field.Leaf.Path == path)!;

    /// <summary>What the backbone of an arm reads.</summary>
    private static bool Reads(string path, TransformerFields backbone, Point point)
    {
        bool isDrawn = point.Call(backbone.Construct).Function == "none";
        return path switch
        {
            "mlp.activation" or "mlp.residual" => point.Int(backbone.Hidden) > 0,
            "init.mlp" or "init.mlp_out" or "init.bias" => isDrawn && point.Int(backbone.Hidden) > 0,
            "init.output" => isDrawn && point.Bool(backbone.Output),
            "init.embedding" => isDrawn && point.Int(backbone.Vocabulary) > 0,
            "init.attention" or "init.query" or "init.key" or "init.value" => isDrawn,
            "context" => point.Word(backbone.Positions) == "learned" || backbone.Section.Section != Backbones.Transformer.Section,
            _ => true,
        };
    }

    private static string WhyUnread(string path, bool isConstructed) => path switch
    {
        "context" => "backbone.positions is not learned",
        _ when isConstructed && path.StartsWith("init.", StringComparison.Ordinal) => "backbone.construct computes the weights",
        "init.output" => "backbone.attention.output is false",
        "init.embedding" => "backbone.vocabulary is 0",
        _ => "backbone.mlp.hidden is 0",
    };

    /// <summary>The caps of a prefix belong to one of its forms.</summary>
    private static bool ReadsCap(string path, BoundMethod method, Point point) => method.Name != "prefix" || path switch
    {
        "norm_cap" => point.Word(method.Options["form"]) == "block_input",
        "key_cap" or "value_cap" => point.Word(method.Options["form"]) == "key_value",
        _ => true,
    };

    private static bool Reads(string optimizer, string key) => key switch
    {
        "momentum" => optimizer == "sgd",
        "beta1" or "beta2" or "epsilon" => optimizer is "adam" or "adamw",
        _ => true,
    };

    /// <summary>Notes the fields that some arm reads, or could read if wrong values beside them were right.</summary>
    private void Note(Grid grid, BoundField[] fields, Func<string, Point, bool> reads)
    {
        bool isUnsure = Array.Exists(fields, field => !field.IsValid);
        foreach (BoundField field in fields)
        {
            if (field.Node is not null && (isUnsure || grid.Points.Exists(indices => reads(field.Leaf.Path, new Point(grid, indices)))))
            {
                used.Add((field.Key, field.Node.Span));
            }
        }
    }

    private void Report(BoundField field, string reason, DiagnosticBag bag)
    {
        if (field is { IsValid: true, Node.InheritedFrom: null } && field.Node is not null && !used.Contains((field.Key, field.Node.Span)))
        {
            bag.Report(WarningRules.Unused, field.Node, $"{field.Key} has no effect: {reason}");
        }
    }
}
