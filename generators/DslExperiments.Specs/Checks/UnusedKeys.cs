namespace DslExperiments.Specs;

/// <summary>Warns about values that no arm reads.</summary>
internal sealed class UnusedKeys
{
    private readonly HashSet<(string Key, SpecSpan Span)> used = new();

    /// <summary>Notes what the arms of a grid read.</summary>
    public void Note(Grid grid)
    {
        BoundProfile profile = grid.Profile;
        bool any = false;
        TransformerFields backbone = new(profile.Backbone!.Options);
        BoundField optimizer = Array.Find(grid.Method.Training, field => field.Leaf.Path == "optimizer")!;
        HashSet<string> optimizers = new(StringComparer.Ordinal);
        foreach (int[] indices in grid.Points)
        {
            Point point = new(grid, indices);
            any |= !backbone.Hidden.IsValid || point.Int(backbone.Hidden) > 0;
            optimizers.Add(point.Word(optimizer));
        }

        if (any)
        {
            foreach (BoundField field in profile.Backbone!.Options.Fields)
            {
                Add(field);
            }
        }

        foreach (BoundField field in grid.Method.Training)
        {
            if (!optimizer.IsValid || optimizers.Any(word => Reads(word, field.Leaf.Path)))
            {
                Add(field);
            }
        }
    }

    /// <summary>Reports keys of a profile that the file itself sets and that nothing noted.</summary>
    public void Report(BoundProfile profile, DiagnosticBag bag)
    {
        foreach (BoundField field in profile.Backbone!.Options.Fields)
        {
            if (field.Leaf.Path is "mlp.activation" or "mlp.residual" or "init.mlp" or "init.bias")
            {
                Report(field, "backbone.mlp.hidden is 0", bag);
            }
        }

        foreach (BoundField field in profile.Training.Fields)
        {
            string reason = field.Leaf.Path switch
            {
                "momentum" => "only the optimizer sgd reads it, or every method has its own",
                "beta1" or "beta2" or "epsilon" => "only the optimizers adam and adamw read it, or every method has its own",
                _ => "every method has its own",
            };
            Report(field, reason, bag);
        }

        foreach (BoundMethod method in profile.Methods)
        {
            foreach (BoundField field in method.OwnTraining.Fields)
            {
                Report(field, $"the method's optimizer does not read it", bag);
            }
        }
    }

    private static bool Reads(string optimizer, string key) => key switch
    {
        "momentum" => optimizer == "sgd",
        "beta1" or "beta2" or "epsilon" => optimizer is "adam" or "adamw",
        _ => true,
    };

    private void Add(BoundField field)
    {
        if (field.Node is not null)
        {
            used.Add((field.Key, field.Node.Span));
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
