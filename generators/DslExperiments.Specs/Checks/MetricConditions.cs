namespace DslExperiments.Specs;

/// <summary>What a metric needs and an arm does not have.</summary>
internal static class MetricConditions
{
    /// <summary>The needs that some arm of a method does not meet, and what it has instead.</summary>
    public static IEnumerable<(string Need, string Found)> Unmet(MetricNeeds needs, Grid grid, TransformerFields backbone)
    {
        BoundProfile profile = grid.Profile;
        foreach ((string, string) unmet in UnmetByTask(needs, profile.Task!.Variant))
        {
            yield return unmet;
        }

        foreach ((MetricNeeds need, string key) in new[] { (MetricNeeds.Transfer, "transfer"), (MetricNeeds.Groups, "group") })
        {
            if (needs.HasFlag(need) && profile.Task!.Options.Find(key) is BoundField { IsValid: true } named
                && Array.Exists(named.Values, value => value is SpecValue.Text { Value: "" }))
            {
                yield return ("task." + key, ", but it is not set");
            }
        }

        if (needs.HasFlag(MetricNeeds.PromptMethod) && !Array.Exists(profile.Methods, method => method.Name == "prompt"))
        {
            yield return ("the method prompt", "");
        }

        if (needs.HasFlag(MetricNeeds.Teacher) && !HasTeacher(profile.Task))
        {
            yield return ("targets that a teacher makes: task.targets teacher(length), or the task teacher_prompt", "");
        }

        foreach (int[] indices in grid.Points)
        {
            Point point = new(grid, indices);
            foreach ((string, string) unmet in UnmetByBackbone(needs, backbone, point).Concat(UnmetByFloor(needs, profile.Task, backbone, point)))
            {
                yield return unmet;
            }

            if (needs.HasFlag(MetricNeeds.InvertibleMlp) && backbone.Hidden.IsValid && point.Int(backbone.Hidden) > 0)
            {
                const string Invertible = "an MLP that can be inverted: ";
                if (Differs(backbone.Residual, point, "true") is string residual)
                {
                    yield return (Invertible + "backbone.mlp.residual true", residual);
                }

                if (Misses(backbone.Activation, point, "relu", "tanh") is string activation)
                {
                    yield return (Invertible + "backbone.mlp.activation relu or tanh", activation);
                }

                if (backbone.InitMlp.IsValid && point.Call(backbone.InitMlp) is var init
                    && !(init.Function == "spectral_norm" && init.Arguments[0] is SpecValue.Number { Value: < 1 }))
                {
                    yield return (Invertible + "backbone.init.mlp spectral_norm(s) with s below 1", $", but it is {ValueText.Of(init)}");
                }

                if (backbone.InitMlpOut.IsValid && point.Call(backbone.InitMlpOut) is var second
                    && !(second.Function == "same" || (second.Function == "spectral_norm" && second.Arguments[0] is SpecValue.Number { Value: < 1 })))
                {
                    yield return (Invertible + "backbone.init.mlp_out spectral_norm(s) with s below 1", $", but it is {ValueText.Of(second)}");
                }
            }

            if (needs.HasFlag(MetricNeeds.CountTokens) && CountsTooHigh(profile.Task, backbone, point) is (string need, string found))
            {
                yield return (need, found);
            }
        }
    }

    /// <summary>What a metric needs of the task, in words.</summary>
    public static IEnumerable<string> OfTask(MetricNeeds needs) =>
        Tasks.All.Where(family => family != Tasks.Custom).SelectMany(family => UnmetByTask(needs, family)).Select(unmet => unmet.Need).Distinct();

    private static IEnumerable<(string Need, string Found)> UnmetByTask(MetricNeeds needs, Variant family)
    {
        string found = $", but task.family is {family.Name}";
        bool ofTokens = Tasks.IsOfTokens(family);
        if (needs.HasFlag(MetricNeeds.VectorTask) && ofTokens)
        {
            yield return ("a task of vectors", found);
        }

        if (needs.HasFlag(MetricNeeds.TokenTask) && !ofTokens)
        {
            yield return ("a task of tokens", found);
        }

        if (needs.HasFlag(MetricNeeds.Floor) && family.Name is not ("shared_token_pair" or "distinct_queries"))
        {
            yield return ("the task shared_token_pair or distinct_queries", found);
        }

        foreach ((MetricNeeds need, string wanted, bool met) in new[]
        {
            (MetricNeeds.TextTask, "a task on text files", TextTasks.Has(family)),
            (MetricNeeds.Choices, "the task text_classification or multiple_choice", family == TextTasks.Classification || family == TextTasks.MultipleChoice),
            (MetricNeeds.Labels, "the task text_classification", family == TextTasks.Classification),
            (MetricNeeds.Answers, "a task whose answer is a string of tokens", family != TextTasks.Classification && family != TextTasks.MultipleChoice && family != TextTasks.LanguageModelling),
            (MetricNeeds.TextAnswers, "the task text_to_text or question_answering", family == TextTasks.TextToText || family == TextTasks.QuestionAnswering),
            (MetricNeeds.LanguageModel, "the task language_modelling", family == TextTasks.LanguageModelling),
        })
        {
            if (needs.HasFlag(need) && !met)
            {
                yield return (wanted, found);
            }
        }

        foreach ((MetricNeeds need, string name) in new[]
        {
            (MetricNeeds.SharedToken, "shared_token_pair"),
            (MetricNeeds.IntegerSequences, "integer_sequences"),
            (MetricNeeds.CommonTarget, "common_target"),
            (MetricNeeds.TestPoints, "sphere_regression"),
            (MetricNeeds.Associations, "associations"),
        })
        {
            if (needs.HasFlag(need) && family.Name != name)
            {
                yield return ("the task " + name, found);
            }
        }
    }

    private static IEnumerable<(string Need, string Found)> UnmetByBackbone(MetricNeeds needs, TransformerFields backbone, Point point)
    {
        bool isFloor = needs.HasFlag(MetricNeeds.Floor);
        bool isBounded = needs.HasFlag(MetricNeeds.BoundedLayers);
        bool hasOneHead = isFloor || needs.HasFlag(MetricNeeds.OneHead);
        if ((isFloor || needs.HasFlag(MetricNeeds.OneLayer)) && Differs(backbone.Depth, point, "1") is string depth)
        {
            yield return ("backbone.depth 1", depth);
        }

        if (hasOneHead && Differs(backbone.Heads, point, "1") is string heads)
        {
            yield return ("backbone.heads 1", heads);
        }

        if ((hasOneHead || isBounded) && Differs(backbone.Norm, point, "none") is string norm)
        {
            yield return ("backbone.norm none", norm);
        }

        if ((isFloor || isBounded || needs.HasFlag(MetricNeeds.NoPositions)) && Differs(backbone.Positions, point, "none") is string positions)
        {
            yield return ("backbone.positions none", positions);
        }

        if (needs.HasFlag(MetricNeeds.Causal) && Differs(backbone.Causal, point, "true") is string causal)
        {
            yield return ("backbone.causal true", causal);
        }

        if (isBounded && backbone.Hidden.IsValid && point.Int(backbone.Hidden) > 0 && Differs(backbone.Residual, point, "true") is string residual)
        {
            yield return ("backbone.mlp.residual true", residual);
        }
    }

    /// <summary>D3 holds for drawn weights; D4 for values that stay in the tokens' subspace and for outputs of the attention itself.</summary>
    private static IEnumerable<(string Need, string Found)> UnmetByFloor(MetricNeeds needs, BoundVariant task, TransformerFields backbone, Point point)
    {
        if (!needs.HasFlag(MetricNeeds.Floor))
        {
            yield break;
        }

        if (Differs(backbone.Construct, point, "none") is string construct)
        {
            yield return ("backbone.construct none", construct);
        }

        if (task.Variant.Name != "distinct_queries")
        {
            yield break;
        }

        if (Differs(backbone.Hidden, point, "0") is string hidden)
        {
            yield return ("backbone.mlp.hidden 0 on distinct_queries", hidden);
        }

        if (Differs(backbone.Output, point, "false") is string output)
        {
            yield return ("backbone.attention.output false on distinct_queries", output);
        }

        if (backbone.InitValue.IsValid && backbone.InitAttention.IsValid && point.Call(backbone.InitValue) is var own
            && (own.Function == "same" ? point.Call(backbone.InitAttention) : own) is { Function: not "identity" } init)
        {
            yield return ("backbone.init.value identity on distinct_queries", $", but it is {ValueText.Of(init)}");
        }
    }

    private static (string Need, string Found)? CountsTooHigh(BoundVariant task, TransformerFields backbone, Point point) =>
        task.Options.Find("length") is { IsValid: true } length && backbone.Vocabulary.IsValid
        && Tasks.IsOfTokens(task.Variant) && point.Int(backbone.Vocabulary) is > 0 and var vocabulary && vocabulary <= point.Int(length)
            ? ($"backbone.vocabulary {NumberText.Format(point.Int(length) + 1)} for counts up to {length.Key} {NumberText.Format(point.Int(length))}", $", but it is {NumberText.Format(vocabulary)}")
            : null;

    private static string? Differs(BoundField field, Point point, string wanted) => Misses(field, point, wanted);

    private static string? Misses(BoundField field, Point point, params string[] wanted) =>
        field.IsValid && ValueText.Of(point[field]) is var found && Array.IndexOf(wanted, found) < 0 ? $", but it is {found}" : null;

    private static bool HasTeacher(BoundVariant task) => task.Variant.Name switch
    {
        "teacher_prompt" => true,
        _ => task.Options.Find("targets") is BoundField targets && Array.Exists(targets.Values, value => value is SpecValue.Call { Function: "teacher" }),
    };
}
