namespace DslExperiments.Specs;

/// <summary>Contradictions between fields, looked for in every arm.</summary>
internal sealed class CrossChecks(DiagnosticBag bag)
{
    /// <summary>Checks all points of a method in a profile.</summary>
    public void Check(Grid grid)
    {
        BoundProfile profile = grid.Profile;
        TransformerFields backbone = new(profile.Backbone!.Options);
        BoundVariant task = profile.Task!;
        TaskChecks tasks = new(bag);
        TextChecks texts = new(bag);
        foreach (int[] indices in grid.Points)
        {
            Point point = new(grid, indices);
            CheckBackbone(backbone, point);
            CheckConstruction(backbone, point);
            texts.CheckTokenizer(backbone, point);
            texts.CheckTask(task, backbone, point);
            tasks.Check(task, backbone, point);
            tasks.CheckBatch(task, Training(grid.Method, "batch"), point);
            CheckWarmup(Training(grid.Method, "warmup"), Training(grid.Method, "steps"), point);
            if (profile.Pretrain is { Task: BoundVariant first } stage)
            {
                texts.CheckTask(first, backbone, point);
                tasks.Check(first, backbone, point);
                tasks.CheckBatch(first, stage.Training["batch"], point);
                CheckWarmup(stage.Training["warmup"], stage.Training["steps"], point);
            }

            BoundSection options = grid.Method.Options;
            texts.CheckMethod(grid.Method, task, backbone, point);
            switch (grid.Method.Name)
            {
                case "prompt":
                    CheckPrompt(grid.Method, "", task, backbone, point);
                    break;
                case "prefix":
                    CheckPrefix(options, "", task, backbone, point);
                    break;
                case "lora":
                    CheckLora(options, "", backbone, point);
                    break;
                case "prompt_lora":
                    CheckPrompt(grid.Method, "prompt.", task, backbone, point);
                    CheckLora(options, "lora.", backbone, point);
                    break;
                case "prefix_lora":
                    CheckPrefix(options, "prefix.", task, backbone, point);
                    CheckLora(options, "lora.", backbone, point);
                    break;
                case "full":
                    CheckWeights(options, "", backbone, point);
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
        if (backbone.KeyValueHeads.IsValid && point.Int(backbone.KeyValueHeads) is > 0 and long shared && heads % shared != 0)
        {
            bag.Report(CrossRules.KeyValueHeads, point.Place(backbone.KeyValueHeads, backbone.Heads), $"backbone.kv_heads {Text(shared)} does not divide backbone.heads {Text(heads)}");
        }

        if (backbone.HeadWidth.IsValid && point.Int(backbone.HeadWidth) is > 0 and long own)
        {
            if (point.Word(backbone.Positions) == "rotary" && own % 2 != 0)
            {
                bag.Report(CrossRules.Rotary, point.Place(backbone.HeadWidth), $"rotary positions need heads of even size; backbone.head_width is {Text(own)}");
            }
        }
        else if (width % heads != 0)
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
            CheckIdentity(backbone.InitMlpOut, $"is of {Text(width)} × {Text(hidden)} matrices", point);
        }

        CheckIdentity(backbone.InitBias, "is of vectors", point);
        CheckTables(backbone, width, point);
    }

    /// <summary>Embedding and unembedding have a row per token, learned positions one per position.</summary>
    private void CheckTables(TransformerFields backbone, long width, Point point)
    {
        if (!Valid(backbone.Vocabulary, backbone.Context, backbone.Positions))
        {
            return;
        }

        long tokens = point.Int(backbone.Vocabulary);
        if (tokens > 0 && tokens != width)
        {
            CheckIdentity(backbone.InitEmbedding, $"is of {Text(tokens)} × {Text(width)} matrices", point);
        }
        else if (tokens > 0 && point.Word(backbone.Positions) == "learned" && point.Int(backbone.Context) != width)
        {
            CheckIdentity(backbone.InitEmbedding, $"is of {Text(point.Int(backbone.Context))} × {Text(width)} matrices", point);
        }
    }

    /// <summary>A construction's weights have one shape.</summary>
    private void CheckConstruction(TransformerFields backbone, Point point)
    {
        if (!backbone.Construct.IsValid)
        {
            return;
        }

        SpecValue.Call construct = point.Call(backbone.Construct);
        ConstructionShape shape = Constructions.ShapeOf(construct);
        if (shape.Limit is string limit)
        {
            bag.Report(CrossRules.Shape, point.Place(backbone.Construct), $"there is no backbone.construct {ValueText.Of(construct)}: {limit}");
        }

        foreach (ShapeField wanted in shape.Fields)
        {
            BoundField field = backbone.Section[wanted.Path];
            if (field.IsValid && ValueText.Of(point[field]) is var found && found != wanted.Value)
            {
                bag.Report(
                    CrossRules.Shape,
                    point.Place(field, backbone.Construct),
                    $"{field.Key} must be {wanted.Value} for backbone.construct {ValueText.Of(construct)}, not {found}");
            }
        }
    }

    private void CheckWarmup(BoundField warmup, BoundField steps, Point point)
    {
        if (Valid(warmup, steps) && point.Int(steps) > 0 && point.Int(warmup) >= point.Int(steps))
        {
            bag.Report(CrossRules.Warmup, point.Place(warmup, steps), $"{warmup.Key} {Text(point.Int(warmup))} must be below {steps.Key} {Text(point.Int(steps))}");
        }
    }

    private void CheckVirtualTokens(BoundSection method, string path, TransformerFields backbone, Point point)
    {
        BoundField length = method[path + "length"];
        BoundField init = method[path + "init"];
        if (Valid(length, init, backbone.Width) && point.Int(length) != point.Int(backbone.Width))
        {
            CheckIdentity(init, $"is of a {Text(point.Int(length))} × {Text(point.Int(backbone.Width))} matrix", point);
        }
    }

    /// <summary>Only a constructed network tells what to write, and only for the table of its task.</summary>
    private void CheckWritten(BoundSection prompt, string path, BoundVariant task, TransformerFields backbone, Point point)
    {
        BoundField init = prompt[path + "init"];
        BoundField length = prompt[path + "length"];
        if (!Valid(init, length, backbone.Construct) || point.Call(init).Function != "written")
        {
            return;
        }

        SpecValue.Call construct = point.Call(backbone.Construct);
        if (construct.Function != "lookup")
        {
            bag.Report(CrossRules.Written, point.Place(init, backbone.Construct), $"{init.Key} written needs backbone.construct lookup, not {ValueText.Of(construct)}");
        }
        else if (task.Variant.Name != "lookup_table")
        {
            bag.Report(CrossRules.Written, point.Place(init), $"{init.Key} written needs the task lookup_table, but task.family is {task.Variant.Name}");
        }

        if (Constructions.ShapeOf(construct).PromptLength is long wanted && point.Int(length) != wanted)
        {
            bag.Report(CrossRules.Written, point.Place(length, init), $"{length.Key} must be {Text(wanted)} for what {ValueText.Of(construct)} writes, not {Text(point.Int(length))}");
        }
    }

    /// <summary>
    /// Virtual tokens carry no position, and content keeps its positions however many they are; pretraining, though, has
    /// seen as many placeholders before the content as the task says. Whoever sweeps the length means to differ.
    /// </summary>
    private void CheckPlaceholders(BoundSection method, string path, BoundVariant task, Point point)
    {
        BoundField length = method[path + "length"];
        if (task.Options.Find("placeholders") is { IsValid: true, IsSweep: false } placeholders && length is { IsValid: true, IsSweep: false }
            && point.Int(placeholders) is > 0 and var replaced && point.Int(length) != replaced)
        {
            bag.Report(
                WarningRules.Placeholders,
                point.Place(length, placeholders),
                $"{length.Key} {Text(point.Int(length))} virtual tokens stand in for {placeholders.Key} {Text(replaced)}; content keeps its positions, but the backbone sees another number of tokens before it");
        }
    }

    private void CheckPrefix(BoundSection prefix, string path, BoundVariant task, TransformerFields backbone, Point point)
    {
        CheckVirtualTokens(prefix, path, backbone, point);
        CheckPlaceholders(prefix, path, task, point);
        BoundField layers = prefix[path + "layers"];
        if (Valid(layers, backbone.Depth, backbone.DecoderDepth))
        {
            long last = backbone.Layers(point) - 1;
            foreach (SpecValue item in ((SpecValue.List)point[layers]).Items)
            {
                if (item is SpecValue.Int { Value: var layer } && layer > last)
                {
                    bag.Report(CrossRules.NoSuchLayer, point.Place(layers, backbone.Depth), $"{layers.Key}: there is no layer {Text(layer)}; the backbone's are 0 to {Text(last)}");
                    break;
                }
            }
        }

        BoundField hidden = prefix[path + "reparametrization"];
        BoundField form = prefix[path + "form"];
        if (Valid(hidden, form) && point.Int(hidden) > 0 && point.Word(form) != "key_value")
        {
            bag.Report(CrossRules.MethodUnfit, point.Place(hidden, form), $"{hidden.Key} makes keys and values, and {form.Key} is {point.Word(form)}");
        }
    }

    private void CheckPrompt(BoundMethod method, string path, BoundVariant task, TransformerFields backbone, Point point)
    {
        CheckVirtualTokens(method.Options, path, backbone, point);
        CheckWritten(method.Options, path, task, backbone, point);
        CheckPlaceholders(method.Options, path, task, point);
        BoundField rate = Training(method, "learning_rate");
        BoundField schedule = Training(method, "schedule");
        if (method.Name == "prompt" && Valid(rate, schedule) && point.Number(rate) < 1e-3 && point.Call(schedule).Function == "constant")
        {
            bag.Report(
                WarningRules.PromptLearningRate,
                point.Place(rate),
                $"methods.prompt is trained with a constant learning_rate of {NumberText.Format(point.Number(rate))}; prompts need larger rates, such as 0.1 to 0.3");
        }
    }

    private void CheckLora(BoundSection lora, string path, TransformerFields backbone, Point point)
    {
        CheckWeights(lora, path, backbone, point);
        BoundField rank = lora[path + "rank"];
        BoundField on = lora[path + "on"];
        BoundField init = lora[path + "init"];
        if (!Valid(
            rank, on, init, backbone.Width, backbone.Heads, backbone.KeyValueHeads, backbone.HeadWidth, backbone.DecoderDepth, backbone.Hidden, backbone.Gated, backbone.Output))
        {
            return;
        }

        foreach (string weight in backbone.Named(point[on], point))
        {
            (long rows, long columns) = backbone.Shape(weight, point);
            if (point.Int(rank) > Math.Min(rows, columns))
            {
                bag.Report(
                    CrossRules.Rank,
                    point.Place(rank, on, backbone.Width, backbone.Hidden),
                    $"{rank.Key} {Text(point.Int(rank))} is above what the {Text(rows)} × {Text(columns)} matrix {weight} can have");
                break;
            }

            if (columns != point.Int(rank))
            {
                CheckIdentity(init, $"is of a {Text(point.Int(rank))} × {Text(columns)} matrix (on {weight})", point);
            }
        }
    }

    /// <summary>A word for a single weight, or for the MLP, must name something.</summary>
    private void CheckWeights(BoundSection method, string path, TransformerFields backbone, Point point)
    {
        BoundField on = method[path + "on"];
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
            else if (word == "mlp_gate" && !point.Bool(backbone.Gated))
            {
                bag.Report(CrossRules.NoSuchWeight, point.Place(on), $"{on.Key}: there is no weight mlp_gate, because the backbone's MLP has no gate");
            }
            else if (word.StartsWith("cross", StringComparison.Ordinal) && point.Int(backbone.DecoderDepth) == 0)
            {
                bag.Report(CrossRules.NoSuchWeight, point.Place(on), $"{on.Key}: there is no weight {word}, because the backbone has no decoder");
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
