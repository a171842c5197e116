namespace DslExperiments.Specs;

/// <summary>
/// The language as JSON schema (draft-07), for completion and help while typing. It accepts whatever compiles; the
/// compiler remains the judge of what the schema cannot say.
/// </summary>
public static class JsonSchema
{
    private const string NumberPattern = "^\\s*[-+]?(\\.[0-9][0-9_]*|[0-9][0-9_]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?\\s*$";
    private const string IntPattern = "^\\s*[-+]?(0[xo])?[0-9A-Fa-f][0-9A-Fa-f_]*\\s*$";
    private const string IntRangePattern = "^\\s*[-+]?[0-9][0-9_]*\\s*\\.\\.\\s*[-+]?[0-9][0-9_]*\\s*$";
    private const string NumberRangePattern = "^\\s*(log|linear)\\s*\\([^()]*,[^()]*,[^()]*\\)\\s*$";

    /// <summary>The schema as indented text that ends in a line break.</summary>
    public static string Write()
    {
        JsonWriter json = new();
        json.Item(WriteRoot);
        return json + "\n";
    }

    private static void WriteRoot(JsonWriter json)
    {
        json.Property("$schema", "http://json-schema.org/draft-07/schema#");
        json.Property("title", "Experiment");
        json.Property("description", "A spec of DslExperiments: what is trained, measured and expected.");
        json.Property("type", "object");
        json.Object("if", condition => condition.Property("required", new[] { "extends" }));
        json.Object("then", _ => { });
        json.Object("else", other => other.Property("required", SpecLanguage.TopLevel.Where(key => key.IsRequired).Select(key => key.Name)));
        json.Object("properties", properties =>
        {
            foreach (TopLevelKey key in SpecLanguage.TopLevel)
            {
                properties.Object(key.Name, value => WriteTopLevel(value, key));
            }
        });
        json.Property("additionalProperties", false);
        json.Object("definitions", WriteDefinitions);
    }

    private static void WriteTopLevel(JsonWriter json, TopLevelKey key)
    {
        json.Property("description", key.Doc);
        switch (key.Name)
        {
            case "summary":
                SpecLanguage.Summary.WriteSchema(json);
                break;
            case "source":
                WriteSection(json, SpecLanguage.Source, null, null);
                break;
            case "extends":
                json.Property("type", "string");
                break;
            case "backbone":
                AnyOf(json, Backbones.All.Select(variant => Reference(variant.Name)));
                break;
            case SpecLanguage.Pretrain:
                WritePretrain(json);
                break;
            case "task":
                AnyOf(json, Tasks.All.Select(variant => Reference(variant.Name)));
                break;
            case "methods":
                json.Property("type", "object");
                json.Property("minProperties", 1);
                WriteMethods(json);
                break;
            case "training":
                json.Property("$ref", "#/definitions/training");
                break;
            case SpecLanguage.Search:
                json.Property("$ref", "#/definitions/search");
                break;
            case "seeds":
                json.Property("$ref", "#/definitions/seeds");
                break;
            case "metrics":
                WriteMetrics(json);
                break;
            case "expect":
                WriteExpect(json);
                break;
            case "zip":
                json.Property("type", "array");
                json.Object("items", group => group
                    .Property("type", "array")
                    .Property("minItems", 2)
                    .Object("items", item => item.Property("type", "string").Property("enum", SweepableKeys().Distinct(StringComparer.Ordinal))));
                break;
            case "profiles":
                json.Property("type", Nullable("object"));
                json.Object("propertyNames", names => names
                    .Property("pattern", "^[A-Za-z][A-Za-z0-9_-]*$")
                    .Object("not", not => not.Property("enum", new[] { SpecLanguage.FullProfile })));
                json.Object("additionalProperties", profile => profile.Property("$ref", "#/definitions/profile"));
                break;
        }
    }

    private static void WriteDefinitions(JsonWriter json)
    {
        foreach (Variant variant in Backbones.All)
        {
            json.Object(variant.Name, definition => WriteSection(definition, variant.Section, "kind", variant));
        }

        foreach (Variant variant in Tasks.All)
        {
            json.Object(variant.Name, definition => WriteSection(definition, variant.Section, "family", variant));
        }

        foreach (Variant variant in Methods.All)
        {
            json.Object(variant.Name, definition => WriteSection(definition, variant.Section, null, variant, ownTraining: true));
        }

        json.Object("training", definition => WriteSection(definition, Training.Section, null, null));
        json.Object("search", definition => WriteSection(definition, Search.Section, null, null));
        json.Object("seeds", definition => WriteSweep(definition, SpecLanguage.Seed, null));
        json.Object("profile", WriteProfile);
    }

    private static void WriteSection(JsonWriter json, Section section, string? discriminator, Variant? variant, bool ownTraining = false)
    {
        if (variant is not null)
        {
            json.Property("description", variant.Doc);
        }

        json.Property("type", Nullable("object"));
        json.Object("properties", properties =>
        {
            if (discriminator is not null)
            {
                properties.Object(discriminator, value => value.Property("enum", new[] { variant!.Name }));
            }

            foreach (Field field in section.Fields)
            {
                properties.Object(field.Key, value => WriteField(value, field));
            }

            if (ownTraining)
            {
                properties.Object(SpecLanguage.OwnTraining, value => value.Property("$ref", "#/definitions/training"));
            }
        });
        json.Property("additionalProperties", false);
    }

    private static void WriteField(JsonWriter json, Field field)
    {
        json.Property("description", field.Doc);
        if (field.Nested is not null)
        {
            WriteSection(json, field.Nested, null, null);
        }
        else if (field.IsSweepable)
        {
            WriteSweep(json, field.Type!, field.Default);
        }
        else
        {
            json.Array("anyOf", options => options.Item(field.Type!.WriteSchema).Item(none => none.Property("type", "null")));
        }
    }

    /// <summary>One value, a list of values, a range, or null for what was inherited.</summary>
    private static void WriteSweep(JsonWriter json, FieldType type, SpecValue? standard)
    {
        switch (standard)
        {
            case SpecValue.Int number:
                json.Property("default", number.Value);
                break;
            case SpecValue.Number number:
                json.Property("default", number.Value);
                break;
            case SpecValue.Bool truth:
                json.Property("default", truth.Value);
                break;
            case SpecValue.Choice or SpecValue.Call:
                json.Property("default", ValueText.Of(standard));
                break;
            case SpecValue.List list:
                json.Property("default", list.Items.Select(ValueText.Of));
                break;
        }

        json.Array("anyOf", options =>
        {
            foreach (Action<JsonWriter> single in Singles(type))
            {
                options.Item(single);
            }

            options.Item(list => list.Property("type", "array").Property("minItems", 1).Object("items", item =>
            {
                List<Action<JsonWriter>> singles = Singles(type).ToList();
                if (singles.Count == 1)
                {
                    singles[0](item);
                }
                else
                {
                    item.Array("anyOf", inner => singles.ForEach(single => inner.Item(single)));
                }
            }));
            if (type is IntType or NumberType)
            {
                options.Item(range => range.Property("type", "string").Property("pattern", type is IntType ? IntRangePattern : NumberRangePattern));
            }

            options.Item(none => none.Property("type", "null"));
        });
    }

    /// <summary>The spellings of one value: numbers may also be texts, because not every YAML reader knows 5_000.</summary>
    private static IEnumerable<Action<JsonWriter>> Singles(FieldType type)
    {
        yield return type.WriteSchema;
        if (type is IntType or NumberType)
        {
            yield return json => json.Property("type", "string").Property("pattern", type is IntType ? IntPattern : NumberPattern);
        }
    }

    private static void WritePretrain(JsonWriter json)
    {
        json.Property("type", Nullable("object"));
        json.Object("properties", properties =>
        {
            properties.Object("task", value => AnyOf(value, SpecLanguage.PretrainTasks.Select(variant => Reference(variant.Name))));
            properties.Object("training", value => value.Property("$ref", "#/definitions/training"));
        });
        json.Property("additionalProperties", false);
    }

    private static void WriteMethods(JsonWriter json)
    {
        json.Object("properties", properties =>
        {
            foreach (Variant variant in Methods.All)
            {
                properties.Object(variant.Name, value => value.Property("$ref", "#/definitions/" + variant.Name));
            }
        });
        json.Property("additionalProperties", false);
    }

    private static void WriteMetrics(JsonWriter json)
    {
        json.Property("type", "array");
        json.Property("minItems", 1);
        json.Property("uniqueItems", true);
        json.Object("items", item => item.Array("anyOf", options =>
        {
            foreach (Metric metric in Metrics.All)
            {
                options.Item(value => value.Property("enum", new[] { metric.Name }).Property("description", metric.Doc));
            }

            options.Item(value => value
                .Property("type", "string")
                .Property("pattern", "^custom\\.[A-Za-z][A-Za-z0-9_]*$")
                .Property("description", "A metric that the project's own C# measures."));
        }));
    }

    private static void WriteExpect(JsonWriter json)
    {
        json.Property("type", Nullable("array"));
        json.Object("items", item => item.Array("anyOf", options => options
            .Item(text => text.Property("type", "string").Property("minLength", 1).Property("maxLength", Limits.MaxText))
            .Item(map => map
                .Property("description", "A line such as: best(x, over: rank) < 1, which YAML takes for a map.")
                .Property("type", "object")
                .Property("minProperties", 1)
                .Property("maxProperties", 1)
                .Object("additionalProperties", value => value.Property("type", "string")))));
    }

    private static void WriteProfile(JsonWriter json)
    {
        json.Property("type", Nullable("object"));
        json.Object("properties", properties =>
        {
            properties.Object("backbone", value => AnyOf(value, Backbones.All.Select(variant => Reference(variant.Name))));
            properties.Object(SpecLanguage.Pretrain, WritePretrain);
            properties.Object("task", value => AnyOf(value, Tasks.All.Select(variant => Reference(variant.Name))));
            properties.Object("methods", value =>
            {
                value.Property("type", "object");
                WriteMethods(value);
            });
            properties.Object("training", value => value.Property("$ref", "#/definitions/training"));
            properties.Object("search", value => value.Property("$ref", "#/definitions/search"));
            properties.Object("seeds", value => value.Property("$ref", "#/definitions/seeds"));
            foreach (IGrouping<string, string> dotted in DottedKeys().GroupBy(key => key.Key, key => key.Target, StringComparer.Ordinal))
            {
                string[] targets = dotted.Distinct(StringComparer.Ordinal).ToArray();
                properties.Object(dotted.Key, value =>
                {
                    if (targets.Length == 1)
                    {
                        value.Property("$ref", targets[0]);
                    }
                    else
                    {
                        AnyOf(value, targets);
                    }
                });
            }
        });
        json.Property("additionalProperties", false);
    }

    /// <summary>Every dotted key that a profile may set, with the definition of its value.</summary>
    private static IEnumerable<(string Key, string Target)> DottedKeys()
    {
        foreach (Variant variant in Backbones.All)
        {
            foreach ((string, string) key in Below(variant.Section, "backbone.", Reference(variant.Name)))
            {
                yield return key;
            }
        }

        foreach (Variant variant in Tasks.All)
        {
            foreach ((string, string) key in Below(variant.Section, "task.", Reference(variant.Name)))
            {
                yield return key;
            }
        }

        foreach (Variant variant in Methods.All)
        {
            string prefix = "methods." + variant.Name;
            yield return (prefix, Reference(variant.Name));
            yield return (prefix + ".training", "#/definitions/training");
            IEnumerable<(string, string)> own = Below(variant.Section, prefix + ".", Reference(variant.Name));
            foreach ((string, string) key in own.Concat(Below(Training.Section, prefix + ".training.", "#/definitions/training")))
            {
                yield return key;
            }
        }

        foreach (Field field in Search.Section.Fields)
        {
            string pointer = "#/definitions/search/properties/" + field.Key;
            yield return (SpecLanguage.Search + "." + field.Key, pointer);
            foreach (Field inner in field.Nested!.Fields)
            {
                yield return (SpecLanguage.Search + "." + field.Key + "." + inner.Key, pointer + "/properties/" + inner.Key);
            }
        }

        yield return ("pretrain.training", "#/definitions/training");
        foreach ((string, string) key in Below(Training.Section, "training.", "#/definitions/training")
            .Concat(Below(Training.Section, "pretrain.training.", "#/definitions/training"))
            .Concat(SpecLanguage.PretrainTasks.SelectMany(variant => Below(variant.Section, "pretrain.task.", Reference(variant.Name)))))
        {
            yield return key;
        }
    }

    private static IEnumerable<(string Key, string Target)> Below(Section section, string prefix, string target)
    {
        foreach (Field field in section.Fields)
        {
            if (field.Nested is null && !field.IsSweepable)
            {
                continue;
            }

            string pointer = target + "/properties/" + field.Key;
            yield return (prefix + field.Key, pointer);
            if (field.Nested is not null)
            {
                foreach ((string, string) inner in Below(field.Nested, prefix + field.Key + ".", pointer))
                {
                    yield return inner;
                }
            }
        }
    }

    private static IEnumerable<string> SweepableKeys() => Backbones.All.SelectMany(variant => Swept(variant.Section, "backbone."))
        .Concat(Tasks.All.SelectMany(variant => Swept(variant.Section, "task.")))
        .Concat(Methods.All.SelectMany(variant => Swept(variant.Section, $"methods.{variant.Name}.")
            .Concat(Swept(Training.Section, $"methods.{variant.Name}.training."))))
        .Concat(Swept(Training.Section, "training."))
        .Concat(Swept(Training.Section, "pretrain.training."));

    private static IEnumerable<string> Swept(Section section, string prefix) =>
        section.Leaves.Where(leaf => leaf.Field.IsSweepable).Select(leaf => prefix + leaf.Path);

    private static void AnyOf(JsonWriter json, IEnumerable<string> references) => json.Array("anyOf", options =>
    {
        foreach (string reference in references)
        {
            options.Item(option => option.Property("$ref", reference));
        }
    });

    private static string Reference(string definition) => "#/definitions/" + definition;

    private static string[] Nullable(string type) => new[] { type, "null" };
}
