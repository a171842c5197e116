namespace DslExperiments.Specs;

/// <summary>What a task, the arms' or the pretraining's, asks of backbone and training.</summary>
internal sealed class TaskChecks(DiagnosticBag bag)
{
    /// <summary>Checks one point; <c>Options.Key</c> of the task names it in messages.</summary>
    public void Check(BoundVariant task, TransformerFields backbone, Point point)
    {
        if (task.Options.Find("inputs") is { IsValid: true } inputs && point.Call(inputs).Function == "identity")
        {
            bag.Report(CrossRules.Identity, point.Place(inputs), $"{inputs.Key}: identity needs a square matrix, and this is of tokens, not of a square matrix");
        }

        CheckTokens(task, backbone, point);
        switch (task.Variant.Name)
        {
            case "distinct_queries":
                CheckSubspace(task, backbone, point);
                break;
            case "head_update":
                BoundField update = task.Options["update"];
                if (update.IsValid)
                {
                    CheckConstruction(task, backbone, point, point.Call(update).Function + "_head", update);
                }

                break;
            case "lookup_table":
                CheckConstruction(task, backbone, point, "lookup");
                CheckSentence(task, backbone, point);
                break;
            case "integer_sequences":
                CheckIntegers(task, backbone, point);
                break;
            case "associations":
                CheckAssociations(task, backbone, point);
                break;
        }
    }

    /// <summary>A step cannot take more sequences than there are, nor all of those of a task that draws them anew.</summary>
    public void CheckBatch(BoundVariant task, BoundField batch, Point point)
    {
        if (!batch.IsValid)
        {
            return;
        }

        long size = point.Int(batch);
        BoundField? sequences = task.Options.Find("sequences");
        if (Tasks.Streams(task.Variant))
        {
            if (size == 0)
            {
                bag.Report(CrossRules.NoBatch, Place(task, point, batch), $"{task.Options.Key}.family {task.Variant.Name} draws its own sequences for every step, so {batch.Key} must say how many");
            }
        }
        else if (sequences is { IsValid: true } && size > point.Int(sequences))
        {
            bag.Report(CrossRules.Batch, point.Place(batch, sequences), $"{batch.Key} {Text(size)} is above {sequences.Key} {Text(point.Int(sequences))}");
        }
    }

    /// <summary>True when an answer counts how often a value occurs, so that it reaches up to the length.</summary>
    public static bool Counts(BoundVariant task, Point point)
    {
        BoundField function = task.Options["function"];
        return point.Word(function) switch
        {
            "double_hist" => true,
            "mixture" => ((SpecValue.List)point[task.Options["mixture"]]).Items.Any(item => item is SpecValue.Choice { Word: "double_hist" }),
            _ => false,
        };
    }

    private static string Text(long value) => NumberText.Format(value);

    /// <summary>A value of the file among the fields, else the word that chose the task.</summary>
    private static SpecNode Place(BoundVariant task, Point point, params BoundField[] fields) => point.PlaceOr(task.Options.Key, "family", fields);

    private void CheckTokens(BoundVariant task, TransformerFields backbone, Point point)
    {
        BoundField vocabulary = backbone.Vocabulary;
        if (!vocabulary.IsValid)
        {
            return;
        }

        string family = $"{task.Options.Key}.family {task.Variant.Name}";
        bool hasTable = point.Int(vocabulary) > 0;
        if (Tasks.IsOfTokens(task.Variant))
        {
            if (!hasTable)
            {
                bag.Report(CrossRules.Tokens, Place(task, point, vocabulary), $"{family} is of tokens of a vocabulary, and backbone.vocabulary is 0");
            }
        }
        else if (hasTable)
        {
            bag.Report(CrossRules.Tokens, Place(task, point, vocabulary), $"{family} is of vectors, and backbone.vocabulary {Text(point.Int(vocabulary))} is for tokens");
        }
        else if (backbone.Positions.IsValid && point.Word(backbone.Positions) == "learned")
        {
            bag.Report(CrossRules.Tokens, Place(task, point, backbone.Positions), $"{family} is of vectors, and backbone.positions learned is for tokens");
        }
    }

    private void CheckSubspace(BoundVariant task, TransformerFields backbone, Point point)
    {
        BoundField sequences = task.Options["sequences"];
        if (sequences.IsValid && backbone.Width.IsValid && point.Int(sequences) >= point.Int(backbone.Width))
        {
            bag.Report(
                CrossRules.Subspace,
                Place(task, point, sequences, backbone.Width),
                $"{sequences.Key} {Text(point.Int(sequences))} must be below backbone.width {Text(point.Int(backbone.Width))}, so that tokens leave as many coordinates free");
        }
    }

    private void CheckConstruction(BoundVariant task, TransformerFields backbone, Point point, string wanted, params BoundField[] why)
    {
        if (backbone.Construct.IsValid && point.Call(backbone.Construct) is var found && found.Function != wanted)
        {
            string what = why.Length == 0 ? $"{task.Options.Key}.family {task.Variant.Name}" : $"{why[0].Key} {ValueText.Of(point[why[0]])}";
            bag.Report(CrossRules.WrongConstruction, Place(task, point, why.Append(backbone.Construct).ToArray()), $"{what} needs backbone.construct {wanted}, not {ValueText.Of(found)}");
        }
    }

    private void CheckSentence(BoundVariant task, TransformerFields backbone, Point point)
    {
        BoundField table = task.Options["table"];
        if (table.IsValid && backbone.Construct.IsValid && point.Call(table).Function == "sentence"
            && point.Call(backbone.Construct) is { Function: "lookup" } lookup && !Constructions.HoldsSentence(lookup))
        {
            bag.Report(
                CrossRules.WrongConstruction,
                Place(task, point, table, backbone.Construct),
                $"{table.Key} sentence needs backbone.construct lookup(symbols, 0, {Text(Constructions.SentenceLength)}) of at least {Text(Constructions.SentenceSymbols)} symbols, not {ValueText.Of(lookup)}");
        }
    }

    private void CheckIntegers(BoundVariant task, TransformerFields backbone, Point point)
    {
        if (backbone.Causal.IsValid && !point.Bool(backbone.Causal))
        {
            bag.Report(
                CrossRules.NotCausal,
                Place(task, point, backbone.Causal),
                $"{task.Options.Key}.family integer_sequences needs backbone.causal true: the answer stands behind the input, and every token of it would be seen before it is asked for");
        }

        BoundField values = task.Options["values"];
        BoundField length = task.Options["length"];
        BoundField placeholders = task.Options["placeholders"];
        if (values.IsValid)
        {
            CheckVocabulary(task, backbone, point, point.Int(values) + 2, $"{values.Key} {Text(point.Int(values))} and answers that reach two further", values);
        }

        if (length.IsValid && task.Options["function"].IsValid && task.Options["mixture"].IsValid && Counts(task, point))
        {
            CheckVocabulary(task, backbone, point, point.Int(length) + 1, $"counts up to {length.Key} {Text(point.Int(length))}", length);
        }

        if (length.IsValid && placeholders.IsValid)
        {
            // The last token of the answer is asked for, but never read.
            long tokens = point.Int(placeholders) + (2 * point.Int(length)) - 1;
            CheckContext(task, backbone, point, tokens, $"{placeholders.Key} {Text(point.Int(placeholders))} + 2 · {length.Key} {Text(point.Int(length))} - 1", length, placeholders);
        }
    }

    private void CheckAssociations(BoundVariant task, TransformerFields backbone, Point point)
    {
        BoundField labels = task.Options["labels"];
        BoundField length = task.Options["length"];
        BoundField sequences = task.Options["sequences"];
        if (labels.IsValid)
        {
            CheckVocabulary(task, backbone, point, point.Int(labels), $"{labels.Key} {Text(point.Int(labels))}", labels);
        }

        if (!length.IsValid)
        {
            return;
        }

        CheckContext(task, backbone, point, point.Int(length), $"{length.Key} {Text(point.Int(length))}", length);
        if (sequences.IsValid && backbone.Vocabulary.IsValid && point.Int(backbone.Vocabulary) is > 0 and var vocabulary
            && Math.Pow(vocabulary, point.Int(length)) < point.Int(sequences))
        {
            bag.Report(
                CrossRules.Vocabulary,
                Place(task, point, backbone.Vocabulary, length, sequences),
                $"backbone.vocabulary {Text(vocabulary)} has fewer than {sequences.Key} {Text(point.Int(sequences))} strings of {length.Key} {Text(point.Int(length))}");
        }
    }

    private void CheckVocabulary(BoundVariant task, TransformerFields backbone, Point point, long needed, string why, BoundField field)
    {
        if (backbone.Vocabulary.IsValid && point.Int(backbone.Vocabulary) is > 0 and var vocabulary && vocabulary < needed)
        {
            bag.Report(CrossRules.Vocabulary, Place(task, point, backbone.Vocabulary, field), $"backbone.vocabulary {Text(vocabulary)} must be at least {Text(needed)}, for {why}");
        }
    }

    private void CheckContext(BoundVariant task, TransformerFields backbone, Point point, long needed, string why, params BoundField[] fields)
    {
        if (backbone.Positions.IsValid && backbone.Context.IsValid && point.Word(backbone.Positions) == "learned" && point.Int(backbone.Context) < needed)
        {
            bag.Report(
                CrossRules.Context,
                Place(task, point, fields.Prepend(backbone.Positions).Prepend(backbone.Context).ToArray()),
                $"backbone.context {Text(point.Int(backbone.Context))} must be at least {Text(needed)}, for {why} tokens");
        }
    }
}
