namespace DslExperiments.Specs;

/// <summary>What texts ask of backbone, task and method.</summary>
internal sealed class TextChecks(DiagnosticBag bag)
{
    /// <summary>The embedding must have a row per token.</summary>
    public void CheckTokenizer(TransformerFields backbone, Point point)
    {
        if (!backbone.Tokenizer.IsValid || !backbone.Vocabulary.IsValid)
        {
            return;
        }

        SpecValue.Call tokenizer = point.Call(backbone.Tokenizer);
        long? size = tokenizer.Function switch
        {
            "bytes" => 259,
            "words" => ((SpecValue.Int)tokenizer.Arguments[1]).Value,
            _ => null,
        };
        if (size is long wanted && point.Int(backbone.Vocabulary) != wanted)
        {
            bag.Report(
                CrossRules.TokenizerSize,
                point.Place(backbone.Vocabulary, backbone.Tokenizer),
                $"backbone.vocabulary must be {Text(wanted)} for backbone.tokenizer {ValueText.Of(tokenizer)}, not {Text(point.Int(backbone.Vocabulary))}");
        }
    }

    /// <summary>Checks a task on text files; others are fine.</summary>
    public void CheckTask(BoundVariant task, TransformerFields backbone, Point point)
    {
        if (!TextTasks.Has(task.Variant))
        {
            return;
        }

        string family = $"{task.Options.Key}.family {task.Variant.Name}";
        if (!HasTokenizer(backbone, point))
        {
            bag.Report(CrossRules.NoTokenizer, point.PlaceOr(task.Options.Key, "family", backbone.Tokenizer), $"{family} reads texts, and neither backbone.tokenizer nor backbone.weights makes tokens of them");
        }

        CheckLabels(task, point);
        if (!backbone.Causal.IsValid || point.Bool(backbone.Causal))
        {
            return;
        }

        bool hasDecoder = point.Int(backbone.DecoderDepth) > 0;
        if (task.Variant == TextTasks.LanguageModelling || (task.Variant != TextTasks.Classification && !hasDecoder))
        {
            string found = hasDecoder ? "has an encoder" : "is not causal and has no decoder";
            bag.Report(CrossRules.NoContinuation, point.PlaceOr(task.Options.Key, "family", backbone.Causal), $"{family} continues texts, and the backbone {found}");
        }
    }

    /// <summary>Checks what a method reads of vocabulary, labels and texts.</summary>
    public void CheckMethod(BoundMethod method, BoundVariant task, TransformerFields backbone, Point point)
    {
        BoundField? init = method.Name switch
        {
            "prompt" => method.Options["init"],
            "prompt_lora" => method.Options["prompt.init"],
            _ => null,
        };
        if (init is { IsValid: true })
        {
            CheckStart(init, task, backbone, point);
        }

        if (method.Name == "hard_prompt")
        {
            CheckSearch(method.Options, point);
        }

        if (method.Name is "iapt" or "hard_prompt" && !Reads(method, task, point))
        {
            bag.Report(CrossRules.MethodUnfit, method.KeyNode, $"methods.{method.Name} reads an instruction's text, and task.family {task.Variant.Name} has none");
        }
    }

    private void CheckSearch(BoundSection prompt, Point point)
    {
        BoundField candidates = prompt["candidates"];
        BoundField length = prompt["length"];
        if (candidates.IsValid && length.IsValid && point.Int(candidates) > 0 && point.Int(length) == 0)
        {
            bag.Report(CrossRules.MethodUnfit, point.PlaceOr("methods", "hard_prompt", candidates, length), $"{candidates.Key} {Text(point.Int(candidates))} searches tokens, and {length.Key} is 0; give a length, or candidates: 0 for text and examples as they are");
        }
    }

    private static bool Reads(BoundMethod method, BoundVariant task, Point point) =>
        TextTasks.Has(task.Variant)
        && (task.Variant != TextTasks.LanguageModelling || (method.Name == "hard_prompt" && point.Int(method.Options["examples"]) == 0));

    private static bool HasTokenizer(TransformerFields backbone, Point point) =>
        !backbone.Tokenizer.IsValid || !backbone.Weights.IsValid
        || point.Call(backbone.Tokenizer).Function != "none" || ((SpecValue.Text)point[backbone.Weights]).Value.Length > 0;

    private static string Text(long value) => NumberText.Format(value);

    private void CheckStart(BoundField init, BoundVariant task, TransformerFields backbone, Point point)
    {
        string function = point.Call(init).Function;
        string? lacks = function switch
        {
            "class_labels" when task.Variant != TextTasks.Classification => $"labels of a text_classification, but task.family is {task.Variant.Name}",
            "from_text" when !HasTokenizer(backbone, point) => "a tokenizer: backbone.tokenizer, or backbone.weights",
            "sampled_vocabulary" when backbone.Vocabulary.IsValid && point.Int(backbone.Vocabulary) == 0 => "a vocabulary, but backbone.vocabulary is 0",
            _ => null,
        };
        if (lacks is not null)
        {
            bag.Report(CrossRules.StartUnfit, point.Place(init), $"{init.Key} {ValueText.Of(point[init])} needs {lacks}");
        }
    }

    private void CheckLabels(BoundVariant task, Point point)
    {
        if (task.Options.Find("labels") is { IsValid: true } labels)
        {
            int count = ((SpecValue.List)point[labels]).Items.Count;
            BoundField verbalizers = task.Options["verbalizers"];
            if (count < 2)
            {
                bag.Report(CrossRules.Labels, point.PlaceOr(task.Options.Key, "family", labels), $"{labels.Key} has {Text(count)}; a classification has two labels or more");
            }
            else if (verbalizers.IsValid && ((SpecValue.List)point[verbalizers]).Items.Count is > 0 and int given && given != count)
            {
                bag.Report(CrossRules.Labels, point.Place(verbalizers, labels), $"{verbalizers.Key} has {Text(given)}, but {labels.Key} has {Text(count)}");
            }
        }

        if (task.Options.Find("choices") is { IsValid: true } choices && ((SpecValue.List)point[choices]).Items.Count is < 2 and int columns)
        {
            bag.Report(CrossRules.Labels, point.PlaceOr(task.Options.Key, "family", choices), $"{choices.Key} has {Text(columns)}; a choice is among two columns or more");
        }
    }
}
