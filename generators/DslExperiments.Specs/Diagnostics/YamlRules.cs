namespace DslExperiments.Specs;

/// <summary>00xx: text that is not YAML, or YAML that a spec may not use.</summary>
internal static class YamlRules
{
    public static readonly DiagnosticRule Syntax = new(
        "DSLX0001",
        "not YAML",
        SpecSeverity.Error,
        "The text breaks YAML's grammar; nothing after the place can be read, so this finding comes alone.",
        "seeds: [0, 1",
        "seeds: [0, 1]");

    public static readonly DiagnosticRule DuplicateKey = new(
        "DSLX0002",
        "key set twice",
        SpecSeverity.Error,
        "A key appears twice in one map, or once dotted and once nested in a profile; which one was meant is unknown.",
        "training: { steps: 10, steps: 20 }",
        "training: { steps: 20 }");

    public static readonly DiagnosticRule NotAMap = new(
        "DSLX0003",
        "not a spec",
        SpecSeverity.Error,
        "The file is empty, or its top is not a map of keys.",
        "",
        "");

    public static readonly DiagnosticRule Tab = new(
        "DSLX0004",
        "tab in the indentation",
        SpecSeverity.Error,
        "YAML forbids tabs in indentation, and editors show them as any number of spaces.",
        "training:\n\tsteps: 10",
        """
        training:
          steps: 10
        """);

    public static readonly DiagnosticRule Tag = new(
        "DSLX0005",
        "tag",
        SpecSeverity.Error,
        "A value's type comes from the key that it is for, so tags such as !!int change nothing and are refused.",
        "training: { steps: !!int 10 }",
        "training: { steps: 10 }");

    public static readonly DiagnosticRule SecondDocument = new(
        "DSLX0006",
        "second document",
        SpecSeverity.Error,
        "A file holds one spec; its name is the experiment's name.",
        """
        seeds: 0..1
        ---
        seeds: 0..2
        """,
        "seeds: 0..2");

    public static readonly DiagnosticRule MergeKey = new(
        "DSLX0007",
        "merge key",
        SpecSeverity.Error,
        "'<<' left YAML with version 1.2. extends: inherits from a spec, an alias repeats a value.",
        """
        task:
          <<: { length: 4 }
          family: shared_token_pair
        """,
        """
        task:
          family: shared_token_pair
          length: 4
        """);

    public static readonly DiagnosticRule Alias = new(
        "DSLX0008",
        "alias without a value",
        SpecSeverity.Error,
        "An alias names an anchor that does not stand before it, or stands inside it.",
        """
        training:
          measure_every: *budget
          steps: &budget 10
        """,
        """
        training:
          steps: &budget 10
          measure_every: *budget
        """);

    public static readonly DiagnosticRule TooLarge = new(
        "DSLX0009",
        "too large",
        SpecSeverity.Error,
        "The file is longer, deeper or, with its aliases written out, has more values than any spec needs.",
        "",
        "");

    public static readonly DiagnosticRule ComplexKey = new(
        "DSLX0010",
        "key that is no word",
        SpecSeverity.Error,
        "A list or a map stands where a key belongs.",
        "training: { [steps]: 10 }",
        "training: { steps: 10 }");

    public static readonly DiagnosticRule Character = new(
        "DSLX0011",
        "forbidden character",
        SpecSeverity.Error,
        "Control characters and halves of characters cannot be shown, compared or written to C# safely.",
        """
        summary: "A prompt\0."
        """,
        "summary: A prompt.");

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        Syntax,
        DuplicateKey,
        NotAMap,
        Tab,
        Tag,
        SecondDocument,
        MergeKey,
        Alias,
        TooLarge,
        ComplexKey,
        Character,
    };
}
