namespace DslExperiments.Specs;

/// <summary>04xx: expectations.</summary>
internal static class ExpectRules
{
    public static readonly DiagnosticRule Syntax = new(
        "DSLX0401",
        "not an expectation",
        SpecSeverity.Error,
        "The text does not follow the grammar of expectations.",
        "expect: [min(prompt.train.mse >= 0]",
        "expect: [min(prompt.train.mse) >= 0]");

    public static readonly DiagnosticRule UnknownMethod = new(
        "DSLX0402",
        "unknown method in an expectation",
        SpecSeverity.Error,
        "A path begins with a method of the spec.",
        "expect: [min(promt.train.mse) >= 0]",
        "expect: [min(prompt.train.mse) >= 0]");

    public static readonly DiagnosticRule UnknownMetric = new(
        "DSLX0403",
        "unknown metric in an expectation",
        SpecSeverity.Error,
        "A path ends with a metric, or with trainable_parameters.",
        "expect: [min(prompt.train.mes) >= 0]",
        "expect: [min(prompt.train.mse) >= 0]");

    public static readonly DiagnosticRule NotMeasured = new(
        "DSLX0404",
        "metric that is not measured",
        SpecSeverity.Error,
        "The metric exists, but metrics: does not list it.",
        "expect: [min(prompt.attention.relative_change) < 1]",
        """
        metrics: [train.mse, attention.relative_change]
        expect: [min(prompt.attention.relative_change) < 1]
        """);

    public static readonly DiagnosticRule UnknownAxis = new(
        "DSLX0405",
        "unknown axis in an expectation",
        SpecSeverity.Error,
        "Filters, over: and along: name a swept key of the method, or seed.",
        "expect: ['min(prompt[rank=1].train.mse) >= 0']",
        "expect: ['min(prompt[length=1].train.mse) >= 0']");

    public static readonly DiagnosticRule UnknownFunction = new(
        "DSLX0406",
        "unknown function in an expectation",
        SpecSeverity.Error,
        "Only the functions of the reference page exist.",
        "expect: [minimum(prompt.train.mse) >= 0]",
        "expect: [min(prompt.train.mse) >= 0]");

    public static readonly DiagnosticRule Type = new(
        "DSLX0407",
        "wrong type in an expectation",
        SpecSeverity.Error,
        "A series has one number per arm, a scalar is one number, a condition is true or false.",
        "expect: [min(prompt.train.mse)]",
        "expect: [min(prompt.train.mse) >= 0]");

    public static readonly DiagnosticRule Selection = new(
        "DSLX0408",
        "series of different arms",
        SpecSeverity.Error,
        "Two series can be combined number by number only when both select the same arms.",
        "expect: ['prompt[length=1].train.mse >= prompt[length=2].train.mse']",
        "expect: ['mean(prompt[length=1].train.mse) >= mean(prompt[length=2].train.mse)']");

    public static readonly DiagnosticRule NoArm = new(
        "DSLX0409",
        "filter that no arm passes",
        SpecSeverity.Error,
        "No arm of the full profile has such a value, so the expectation says nothing.",
        "expect: ['min(prompt[length=3].train.mse) >= 0']",
        "expect: ['min(prompt[length=2].train.mse) >= 0']");

    public static readonly DiagnosticRule TooDeep = new(
        "DSLX0410",
        "expectation nested too deep",
        SpecSeverity.Error,
        "An expectation is for people to read.",
        "",
        "");

    public static readonly DiagnosticRule FilterOperator = new(
        "DSLX0411",
        "filter that cannot be ordered",
        SpecSeverity.Error,
        "< <= > >= compare numbers; words and functions are equal or not.",
        """
        methods:
          prompt: { init: [zeros, normal(1)] }
        expect: ['min(prompt[init>zeros].train.mse) >= 0']
        """,
        """
        methods:
          prompt: { init: [zeros, normal(1)] }
        expect: ['min(prompt[init!=zeros].train.mse) >= 0']
        """);

    public static readonly DiagnosticRule Arguments = new(
        "DSLX0412",
        "wrong arguments in an expectation",
        SpecSeverity.Error,
        "The function takes other arguments.",
        "expect: [quantile(prompt.train.mse) >= 0]",
        "expect: ['quantile(prompt.train.mse, 0.9) >= 0']");

    public static readonly DiagnosticRule RepeatedExpectation = new(
        "DSLX0413",
        "expectation twice",
        SpecSeverity.Error,
        "The same assertion stands twice.",
        """
        expect:
          - min(prompt.train.mse) >= 0
          - min( prompt.train.mse )>=0.0
        """,
        """
        expect:
          - min(prompt.train.mse) >= 0
        """);

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        Syntax,
        UnknownMethod,
        UnknownMetric,
        NotMeasured,
        UnknownAxis,
        UnknownFunction,
        Type,
        Selection,
        NoArm,
        TooDeep,
        FilterOperator,
        Arguments,
        RepeatedExpectation,
    };
}
