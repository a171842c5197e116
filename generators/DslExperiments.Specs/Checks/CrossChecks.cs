namespace DslExperiments.Specs;

/// <summary>Contradictions between fields, looked for in every arm.</summary>
internal sealed class CrossChecks(DiagnosticBag bag)
{
    /// <summary>Checks all points of a method in a profile.</summary>
    public void Check(Grid grid)
    {
        BoundProfile profile = grid.Profile;
        TransformerFields backbone = new(profile.Backbone!.Options);
        BoundSection task = profile.Task!.Options;
        foreach (int[] indices in grid.Points)
        {
            Point point = new(grid, indices);
            CheckBackbone(backbone, point);
            CheckTask(task, point);
            CheckTraining(grid.Method, task, point);
            switch (grid.Method.Name)
            {
                case "prompt":
                    CheckPrompt(grid.Method, backbone, point);
                    break;
                case "lora":
                    CheckLora(grid.Method, backbone, point);
                    break;
                case "full":
                    CheckWeights(grid.Method, backbone, point);
                    break;
            }
        }
    }

    private static bool Valid(params BoundField[] fields) => Array.TrueForAll(fields, field => field.IsValid);

    private static string Text(long value) => NumberText.Format(value);

    private void CheckBackbone(TransformerFields backbone, Point point)
    {
        if (!Valid(backbone.Width, backbone.Heads))
        {
            return;
        }

        long width = point.Int(backbone.Width);
        long heads = point.Int(backbone.Heads);
        if (width % heads != 0)
        {
            bag.Report(CrossRules.Heads, point.Place(backbone.Heads, backbone.Width), $"backbone.heads {Text(heads)} does not divide backbone.width {Text(width)}");
        }
        else if (backbone.Positions.IsValid && point.Word(backbone.Positions) == "rotary" && width / heads % 2 != 0)
        {
            bag.Report(
                CrossRules.Rotary,
                point.Place(backbone.Positions, backbone.Heads, backbone.Width),
                $"backbone.positions rotary needs heads of even size; backbone.width {Text(width)} / backbone.heads {Text(heads)} is {Text(width / heads)}");
        }

        if (!Valid(backbone.Hidden, backbone.InitMlp, backbone.InitBias))
        {
            return;
        }

        long hidden = point.Int(backbone.Hidden);
        if (hidden > 0 && hidden != width)
        {
            CheckIdentity(backbone.InitMlp, $"is of {Text(hidden)} × {Text(width)} matrices", point);
        }

        CheckIdentity(backbone.InitBias, "is of vectors", point);
    }

    private void CheckTask(BoundSection task, Point point)
    {
        if (task.Find("inputs") is BoundField inputs)
        {
            CheckIdentity(inputs, "is of tokens, not of a square matrix", point);
        }
    }

    private void CheckTraining(BoundMethod method, BoundSection task, Point point)
    {
        BoundField warmup = Training(method, "warmup");
        BoundField steps = Training(method, "steps");
        if (Valid(warmup, steps) && point.Int(steps) > 0 && point.Int(warmup) >= point.Int(steps))
        {
            bag.Report(CrossRules.Warmup, point.Place(warmup, steps), $"{warmup.Key} {Text(point.Int(warmup))} must be below {steps.Key} {Text(point.Int(steps))}");
        }

        BoundField batch = Training(method, "batch");
        if (task.Find("sequences") is BoundField sequences && Valid(batch, sequences) && point.Int(batch) > point.Int(sequences))
        {
            bag.Report(CrossRules.Batch, point.Place(batch, sequences), $"{batch.Key} {Text(point.Int(batch))} is above task.sequences {Text(point.Int(sequences))}");
        }
    }

    private void CheckPrompt(BoundMethod method, TransformerFields backbone, Point point)
    {
        BoundField length = method.Options["length"];
        BoundField init = method.Options["init"];
        if (Valid(length, init, backbone.Width) && point.Int(length) != point.Int(backbone.Width))
        {
            CheckIdentity(init, $"is of a {Text(point.Int(length))} × {Text(point.Int(backbone.Width))} matrix", point);
        }

        BoundField rate = Training(method, "learning_rate");
        BoundField schedule = Training(method, "schedule");
        if (Valid(rate, schedule) && point.Number(rate) < 1e-3 && point.Call(schedule).Function == "constant")
        {
            bag.Report(
                WarningRules.PromptLearningRate,
                point.Place(rate),
                $"methods.prompt is trained with a constant learning_rate of {NumberText.Format(point.Number(rate))}; prompts need larger rates, such as 0.1 to 0.3");
        }
    }

    private void CheckLora(BoundMethod method, TransformerFields backbone, Point point)
    {
        CheckWeights(method, backbone, point);
        BoundField rank = method.Options["rank"];
        BoundField on = method.Options["on"];
        BoundField init = method.Options["init"];
        if (!Valid(rank, on, init, backbone.Width, backbone.Hidden, backbone.Output))
        {
            return;
        }

        foreach (string weight in backbone.Weights(point[on], point))
        {
            (long rows, long columns) = backbone.Shape(weight, point);
            if (point.Int(rank) > Math.Min(rows, columns))
            {
                bag.Report(
                    CrossRules.Rank,
                    point.Place(rank, on, backbone.Width, backbone.Hidden),
                    $"methods.lora.rank {Text(point.Int(rank))} is above what the {Text(rows)} × {Text(columns)} matrix {weight} can have");
                break;
            }

            if (columns != point.Int(rank))
            {
                CheckIdentity(init, $"is of a {Text(point.Int(rank))} × {Text(columns)} matrix (on {weight})", point);
            }
        }
    }

    /// <summary>A word for a single weight, or for the MLP, must name something.</summary>
    private void CheckWeights(BoundMethod method, TransformerFields backbone, Point point)
    {
        BoundField on = method.Options["on"];
        if (!Valid(on, backbone.Hidden, backbone.Output))
        {
            return;
        }

        foreach (SpecValue item in ((SpecValue.List)point[on]).Items)
        {
            string word = ((SpecValue.Choice)item).Word;
            if (word == "o" && !point.Bool(backbone.Output))
            {
                bag.Report(CrossRules.NoSuchWeight, point.Place(on, backbone.Output), $"{on.Key}: there is no weight o, because backbone.attention.output is false");
            }
            else if (word is "mlp" or "mlp_in" or "mlp_out" && point.Int(backbone.Hidden) == 0)
            {
                bag.Report(CrossRules.NoSuchWeight, point.Place(on, backbone.Hidden), $"{on.Key}: there is no weight {word}, because backbone.mlp.hidden is 0");
            }
        }
    }

    private void CheckIdentity(BoundField field, string what, Point point)
    {
        if (field.IsValid && point.Call(field).Function == "identity")
        {
            bag.Report(CrossRules.Identity, point.Place(field), $"{field.Key}: identity needs a square matrix, and this {what}");
        }
    }

    private static BoundField Training(BoundMethod method, string key) => Array.Find(method.Training, field => field.Leaf.Path == key)!;
}
