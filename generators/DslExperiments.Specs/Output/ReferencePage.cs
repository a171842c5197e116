using System.Text;

namespace DslExperiments.Specs;

/// <summary>The language as a page for people, written from the same tables as everything else.</summary>
public static class ReferencePage
{
    /// <summary>The page as Markdown that ends in a line break.</summary>
    public static string Write()
    {
        StringBuilder page = new();
        page.Append("""
            # The spec language

            Written from the tables in `Language/` and `Diagnostics/` by `ReferencePage`; a test keeps it equal to them.

            A spec is one YAML file. Its name is the experiment's name, its folder the group.

            ```yaml

            """);
        page.Append(DiagnosticCatalog.ExampleSpec).Append("```\n\n");
        TopLevel(page);
        page.Append("""
            ## Values

            - The type of a value comes from its key, never from the look of the YAML: `1e-3`, `1E-3`, `.001` and `"0.001"` are one number. Numbers have a decimal point in every locale.
            - Whole numbers may be written as `5_000`, `0x1F`, `0o17`; `012` is 12. A number with a fraction or an exponent is none.
            - `true` and `false` are the only truth values; `yes`, `no`, `on` and `off` are refused.
            - A null (`~`, or nothing after the colon) removes what `extends:` brought, or what a profile's spec sets; where nothing was, it is an error.
            - Anchors and aliases repeat values. Tags, merge keys (`<<`), tabs in the indentation, duplicate keys and second documents are refused.
            - In `{ }` and `[ ]` YAML splits at commas: there, a call with several arguments needs quotes, as in `{ learning_rate: "log(1e-4, 1e-1, 7)" }`.

            ## Sweeps

            A list where a key wants a single value makes arms: one per value, and one per combination of all such keys and all seeds. Where a key wants a list, such as `on`, a list of lists does.

            | range | for | values |
            |---|---|---|
            | `0..4` | whole numbers | 0, 1, 2, 3, 4 |
            | `log(1e-4, 1e-1, 7)` | numbers | 7 values in equal ratios, both ends exact, the others to ten digits |
            | `linear(0, 1, 5)` | numbers | 5 values in equal steps, likewise |

            `zip: [[methods.prompt.length, training.learning_rate]]` makes keys move together: first value with first value, and so on. A method's own `training:` replaces the shared values for that method, so that fair comparisons may give each method its own learning rates.

            A swept key is an axis. Its name is the last key (`length`); when two would share a name, the method's own keeps it and the other gets its section in front (`task_length`). A key that is a list in any profile is an axis in all. A profile has at most
            """.TrimEnd());
        page.Append(' ').Append(NumberText.Format(Limits.MaxArms)).Append("""
             arms.

            ## Inheritance, profiles, overrides

            - `extends: name` or `extends: folder/name` takes everything of another spec but its own `extends:`. Maps join, lists and single values replace, null removes.
            - A profile puts other values over the spec: `ci: { training.steps: 500, seeds: 0..0 }`, dotted or nested. It may change backbone, pretrain, task, methods, training, search and seeds, but not the kind, the family, or which methods and stages there are. The spec itself is the profile `full`.
            - An override (`--set training.steps=100`) follows the same rules and goes over every profile. It cannot make a key swept that is not, because the C# types have no place for it.


            """);
        foreach (Variant variant in Backbones.All)
        {
            page.Append($"## backbone: kind {variant.Name}\n\n{variant.Doc}\n\n");
            Table(page, variant.Section, "");
        }

        foreach (Variant variant in Tasks.All)
        {
            page.Append($"## task: family {variant.Name}\n\n{variant.Doc}\n\n");
            Table(page, variant.Section, "");
        }

        foreach (Variant variant in Methods.All)
        {
            page.Append($"## methods: {variant.Name}\n\n{variant.Doc} Besides these keys, `training:` holds values of its own.\n\n");
            Table(page, variant.Section, "");
        }

        page.Append("""
            ## pretrain

            `task:` holds a family and its keys, as below `task:`, but not `custom`; `training:` the keys of `training`, with their own defaults. The backbone is trained with all of its weights, once per seed, and then frozen; it is kept by the hash of all that determines it and shared by every arm and experiment with the same stage. Only `pretrain.training` can be swept.


            """);
        page.Append("## training\n\n");
        Table(page, Training.Section, "");
        page.Append("""
            ## search

            Successive halving (Jamieson and Talwalkar 2016): after `min_steps` updates, and again after every `eta` times as many below `training.steps`, arms are measured, and of each method the best part of 1 / `eta` goes on, at least one. What competes is a setting with all of its seeds, by the mean of the metric over them; methods do not compete with each other, unless `among: all` has all of them in one race. Settings of one race have equally many steps. Whoever diverged comes last, and of equals those come first whose arms do. Schedules run as without it: an arm that is never dropped is trained as if it were alone. Dropped arms keep the numbers of that step, are measured like all others, and are no part of what expectations see; one that speaks of dropped arms alone is not judged.


            """);
        Table(page, Search.Section, "");
        page.Append("## source\n\n");
        Table(page, SpecLanguage.Source, "");
        WordsAndFunctions(page);
        MetricTable(page);
        Expectations(page);
        Diagnostics(page);
        return page.ToString();
    }

    private static void TopLevel(StringBuilder page)
    {
        page.Append("## Keys at the top\n\n| key | type | required | meaning |\n|---|---|---|---|\n");
        foreach (TopLevelKey key in SpecLanguage.TopLevel)
        {
            page.Append($"| `{key.Name}` | {key.Title} | {(key.IsRequired ? "yes" : "")} | {key.Doc} |\n");
        }

        page.Append('\n');
    }

    private static void Table(StringBuilder page, Section section, string prefix)
    {
        page.Append("| key | type | values | default | meaning |\n|---|---|---|---|---|\n");
        Rows(page, section, prefix);
        page.Append('\n');
    }

    private static void Rows(StringBuilder page, Section section, string prefix)
    {
        foreach (Field field in section.Fields)
        {
            if (field.Nested is not null)
            {
                page.Append($"| `{prefix}{field.Key}` | map | | | {field.Doc} |\n");
                Rows(page, field.Nested, prefix + field.Key + ".");
                continue;
            }

            string standard = field.Default is null ? "required"
                : field.StandIn is string other ? $"as `{other}`"
                : ValueText.Of(field.Default) is { Length: > 0 } text ? $"`{text}`" : "";
            string type = field.Type!.Title + (field.IsSweepable ? "" : " (not swept)");
            page.Append($"| `{prefix}{field.Key}` | {type} | {Values(field.Type)} | {standard} | {field.Doc} |\n");
        }
    }

    private static string Values(FieldType type) => type switch
    {
        CallType call => string.Join(", ", call.Functions.Select(function => $"`{function.Name}`")),
        ChoiceType choice => string.Join(", ", choice.Names.Select(name => $"`{name}`")),
        WordListType list => string.Join(", ", list.Item.Names.Select(name => $"`{name}`")),
        _ => type.Range,
    };

    private static void WordsAndFunctions(StringBuilder page)
    {
        page.Append("## Functions\n\nArguments with a default may be left out, and then the parentheses too.\n\n| function | for | meaning |\n|---|---|---|\n");
        foreach ((CallFunction function, string keys) in WithKeys(type => (type as CallType)?.Functions))
        {
            page.Append($"| `{function.Signature}` | {keys} | {Capital(function.Doc)}. |\n");
        }

        page.Append("\n## Words\n\n| word | for | meaning |\n|---|---|---|\n");
        foreach ((Word word, string keys) in WithKeys(type => type is WordListType list ? list.Item.Words : (type as ChoiceType)?.Words))
        {
            page.Append($"| `{word.Name}` | {keys} | {Capital(word.Doc)}. |\n");
        }

        page.Append('\n');
    }

    /// <summary>The members of all types of a sort, each once, with the keys that take it.</summary>
    private static IEnumerable<(T Member, string Keys)> WithKeys<T>(Func<FieldType, IEnumerable<T>?> members)
        where T : class => Backbones.All.Concat(Tasks.All).Concat(Methods.All).Select(variant => variant.Section).Append(Training.Section).Append(Search.Section)
            .SelectMany(section => section.Leaves)
            .SelectMany(leaf => (members(leaf.Field.Type!) ?? []).Select(member => (Member: member, Key: $"`{leaf.Path}`")))
            .GroupBy(pair => pair.Member, pair => pair.Key)
            .Select(group => (group.Key, group.Key is CallFunction function && Initializers.Type.Functions.Contains(function)
                ? "initialisers"
                : string.Join(", ", group.Distinct())));

    private static void MetricTable(StringBuilder page)
    {
        page.Append("## Metrics\n\n| metric | better | needs | meaning |\n|---|---|---|---|\n");
        foreach (Metric metric in Metrics.All)
        {
            page.Append($"| `{metric.Name}` | {(metric.LowerIsBetter ? "lower" : "higher")} | {Needs(metric.Needs)} | {metric.Doc} |\n");
        }

        page.Append("| `custom.NAME` | | | A metric that the project's own partial class measures. |\n");
        page.Append("| `trainable_parameters` | lower | | How many numbers the arm trains; known without measuring, for expectations only. |\n\n");
    }

    private static string Needs(MetricNeeds needs)
    {
        List<string> texts = MetricConditions.OfTask(needs).ToList();
        void Add(MetricNeeds need, string text)
        {
            if (needs.HasFlag(need))
            {
                texts.Add(text);
            }
        }

        Add(MetricNeeds.Transfer, "`task.transfer`");
        Add(MetricNeeds.Groups, "`task.group`");
        Add(MetricNeeds.PromptMethod, "method `prompt`");
        Add(MetricNeeds.OneLayer, "depth 1");
        Add(MetricNeeds.OneHead, "heads 1, norm none");
        Add(MetricNeeds.NoPositions, "positions none");
        Add(MetricNeeds.InvertibleMlp, "no MLP, or a residual one of relu or tanh with `init.mlp: spectral_norm(s)`, s < 1");
        Add(MetricNeeds.Teacher, "targets of a teacher");
        return string.Join("; ", texts);
    }

    private static void Expectations(StringBuilder page)
    {
        page.Append("""
            ## Expectations

            ```
            condition  := condition "or" condition | condition "and" condition | "not" condition
                        | number ("<" | "<=" | ">" | ">=" | "==" | "!=") number | function | "(" condition ")"
            number     := number ("+" | "-" | "*" | "/") number | "-" number | literal | path | function | "(" number ")"
            path       := METHOD [ "[" filter { "," filter } "]" ] "." METRIC
            filter     := AXIS ("=" | "!=" | "<" | "<=" | ">" | ">=") (value | AXIS)
            function   := NAME "(" argument { "," argument } [ "," ("over" | "along") ":" AXIS ] ")"
            ```

            From weak to strong: `or`, `and`, `not`, comparison, `+ -`, `* /`, unary `-`. Comparisons do not chain.

            A path is a series: one number per arm of the method that passes all filters. Filters name axes or `seed`; their values are read as the axis's key reads them (`targets=teacher(4)`), and a number may be compared with another axis of the same arm (`rank>=sequences`). A number is a scalar. A comparison with a series is one condition per arm; an expectation that is one must hold for every arm. Two series combine only when method and filters are the same text.

            In YAML, a text with a comma inside `[ ]`, or with `: ` twice, needs quotes.

            | function | meaning |
            |---|---|

            """);
        foreach (ExpectFunction function in ExpectFunction.All)
        {
            page.Append($"| `{function.Signature}` | {function.Doc} |\n");
        }

        page.Append("\n`over:` may be left out: then the function gives one number for all arms; with it, one for each group of arms that differ in that axis only.\n\n");
    }

    private static void Diagnostics(StringBuilder page)
    {
        page.Append("## Diagnostics\n\nExamples are the keys that differ from the spec at the top of this page.\n\n");
        foreach (DiagnosticRule rule in DiagnosticCatalog.All)
        {
            page.Append($"### {rule.Id}\n\n**{Capital(rule.Title)}** ({(rule.Severity == SpecSeverity.Error ? "error" : "warning")}). {rule.Explanation}\n\n");
            if (rule.Example.Length > 0)
            {
                page.Append($"```yaml\n# wrong\n{rule.Example.Replace("\t", "→")}\n\n# right\n{rule.Fix}\n```\n\n");
            }
        }

        page.Length--;
    }

    /// <summary>The text with a capital first letter; formulas such as <c>x σ(x)</c> stay as they are.</summary>
    private static string Capital(string text)
    {
        bool isFormula = text[0] == 'x' || text.StartsWith("max(", StringComparison.Ordinal) || text.StartsWith("tanh ", StringComparison.Ordinal);
        return isFormula ? text : char.ToUpperInvariant(text[0]) + text.Substring(1);
    }
}
