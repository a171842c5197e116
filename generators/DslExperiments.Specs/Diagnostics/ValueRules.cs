namespace DslExperiments.Specs;

/// <summary>01xx: keys, types and values.</summary>
internal static class ValueRules
{
    public static readonly DiagnosticRule UnknownKey = new(
        "DSLX0101",
        "unknown key",
        SpecSeverity.Error,
        "The section has no such key. Nothing is ever ignored silently.",
        "training: { step: 10 }",
        "training: { steps: 10 }");

    public static readonly DiagnosticRule MissingKey = new(
        "DSLX0102",
        "missing key",
        SpecSeverity.Error,
        "The section needs a key that has no default.",
        "task: { length: 2 }",
        "task: { family: shared_token_pair, length: 2 }");

    public static readonly DiagnosticRule WrongShape = new(
        "DSLX0103",
        "list, map or single value in the wrong place",
        SpecSeverity.Error,
        "The key wants another shape of value than the one written.",
        """
        methods:
          lora: { on: mlp }
        expect: [min(lora.train.mse) >= 0]
        """,
        """
        methods:
          lora: { on: [mlp] }
        expect: [min(lora.train.mse) >= 0]
        """);

    public static readonly DiagnosticRule NotAnInt = new(
        "DSLX0104",
        "not a whole number",
        SpecSeverity.Error,
        "Whole numbers are written as 5000, 5_000, 0x1F or 0o17; 012 is 12.",
        "training: { steps: 1e3 }",
        "training: { steps: 1_000 }");

    public static readonly DiagnosticRule NotANumber = new(
        "DSLX0105",
        "not a number",
        SpecSeverity.Error,
        "Numbers are written as 0.001, .001, 1e-3 or 1E-3, always with a point, and are finite.",
        "training: { learning_rate: '0,1' }",
        "training: { learning_rate: 0.1 }");

    public static readonly DiagnosticRule NotABool = new(
        "DSLX0106",
        "not true or false",
        SpecSeverity.Error,
        "Only true and false; yes, no, on and off are words of YAML 1.1.",
        "backbone: { kind: transformer, width: 8, causal: no }",
        "backbone: { kind: transformer, width: 8, causal: false }");

    public static readonly DiagnosticRule UnknownWord = new(
        "DSLX0107",
        "unknown word",
        SpecSeverity.Error,
        "The key takes one of a fixed set of words.",
        "training: { learning_rate: 0.1, optimizer: adamax }",
        "training: { learning_rate: 0.1, optimizer: adam }");

    public static readonly DiagnosticRule UnknownFunction = new(
        "DSLX0108",
        "unknown function",
        SpecSeverity.Error,
        "The key takes one of a fixed set of functions.",
        "training: { learning_rate: 0.1, schedule: cosin(0.1) }",
        "training: { learning_rate: 0.1, schedule: cosine(0.1) }");

    public static readonly DiagnosticRule BadCall = new(
        "DSLX0109",
        "wrong arguments",
        SpecSeverity.Error,
        "A function needs its arguments in parentheses; inside { } and [ ] a call with a comma needs quotes.",
        """
        methods:
          prompt: { init: uniform }
        """,
        """
        methods:
          prompt: { init: uniform(0.5) }
        """);

    public static readonly DiagnosticRule OutOfRange = new(
        "DSLX0110",
        "out of range",
        SpecSeverity.Error,
        "The value is outside the range in which it means something.",
        "backbone: { kind: transformer, width: 8, depth: 0 }",
        "backbone: { kind: transformer, width: 8, depth: 1 }");

    public static readonly DiagnosticRule Empty = new(
        "DSLX0111",
        "empty",
        SpecSeverity.Error,
        "An empty list or text.",
        "metrics: []",
        "metrics: [train.mse]");

    public static readonly DiagnosticRule NothingToRemove = new(
        "DSLX0112",
        "null that removes nothing",
        SpecSeverity.Error,
        "A null, also an empty value, removes what extends: or the spec below a profile brought; here there is nothing.",
        """
        methods:
          prompt: {}
          full:
        """,
        """
        methods:
          prompt: {}
          full: {}
        """);

    public static readonly DiagnosticRule Repeated = new(
        "DSLX0113",
        "repeated item",
        SpecSeverity.Error,
        "A list names the same thing twice.",
        "metrics: [train.mse, train.mse]",
        "metrics: [train.mse]");

    public static readonly DiagnosticRule UnknownMetric = new(
        "DSLX0114",
        "unknown metric",
        SpecSeverity.Error,
        "Neither a metric of the runtime nor one of the project's own (custom.name).",
        "metrics: [train.rmse]",
        "metrics: [train.mse]");

    public static readonly DiagnosticRule UnknownMethod = new(
        "DSLX0115",
        "unknown method",
        SpecSeverity.Error,
        "methods: has one key per method.",
        """
        methods:
          promt: { length: [1, 2] }
        """,
        """
        methods:
          prompt: { length: [1, 2] }
        """);

    public static readonly DiagnosticRule BadSpecName = new(
        "DSLX0116",
        "file name that is no name",
        SpecSeverity.Error,
        "File and folder names become C# names: letters, digits, _ and -, a letter first, at most 100 characters, and not the name of a part of the generated class.",
        "",
        "");

    public static readonly DiagnosticRule NotATypeName = new(
        "DSLX0117",
        "not a C# type name",
        SpecSeverity.Error,
        "type: is the full name of a class.",
        "task: { family: custom, type: 2d-grid }",
        "task: { family: custom, type: My.Grid }");

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        UnknownKey,
        MissingKey,
        WrongShape,
        NotAnInt,
        NotANumber,
        NotABool,
        UnknownWord,
        UnknownFunction,
        BadCall,
        OutOfRange,
        Empty,
        NothingToRemove,
        Repeated,
        UnknownMetric,
        UnknownMethod,
        BadSpecName,
        NotATypeName,
    };
}
