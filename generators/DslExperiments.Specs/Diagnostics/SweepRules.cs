namespace DslExperiments.Specs;

/// <summary>02xx: sweeps, zip, profiles, extends, overrides.</summary>
internal static class SweepRules
{
    public static readonly DiagnosticRule RepeatedValue = new(
        "DSLX0201",
        "value twice in a sweep",
        SpecSeverity.Error,
        "Two arms would be the same; another spelling of a number does not make it another value.",
        "training: { learning_rate: [0.1, 1e-1] }",
        "training: { learning_rate: [0.1, 0.01] }");

    public static readonly DiagnosticRule BadRange = new(
        "DSLX0202",
        "not a range",
        SpecSeverity.Error,
        "Ranges are 0..4 for whole numbers, log(first, last, count) and linear(first, last, count) for numbers.",
        "seeds: 4..0",
        "seeds: 0..4");

    public static readonly DiagnosticRule NotSweepable = new(
        "DSLX0203",
        "key that cannot be swept",
        SpecSeverity.Error,
        "The key decides what the experiment is, so arms cannot differ in it.",
        "source: { paper: [wang2023, petrov2024] }",
        "source: { paper: wang2023 }");

    public static readonly DiagnosticRule TooManyArms = new(
        "DSLX0204",
        "too many arms",
        SpecSeverity.Error,
        "The grid has more arms than a profile may have.",
        """
        methods:
          prompt: { length: 1..100 }
        seeds: 0..99
        """,
        """
        methods:
          prompt: { length: 1..10 }
        seeds: 0..9
        """);

    public static readonly DiagnosticRule ZipKey = new(
        "DSLX0205",
        "zip of a key that is not swept",
        SpecSeverity.Error,
        "zip: groups keys that have lists of values.",
        "zip: [[methods.prompt.length, training.steps]]",
        """
        training: { learning_rate: 0.1, steps: [10, 20] }
        zip: [[methods.prompt.length, training.steps]]
        """);

    public static readonly DiagnosticRule ZipLength = new(
        "DSLX0206",
        "zip of lists of different lengths",
        SpecSeverity.Error,
        "Keys that move together have equally many values, in every profile.",
        """
        training: { learning_rate: [0.1, 0.2, 0.3] }
        zip: [[methods.prompt.length, training.learning_rate]]
        """,
        """
        training: { learning_rate: [0.1, 0.2] }
        zip: [[methods.prompt.length, training.learning_rate]]
        """);

    public static readonly DiagnosticRule ZipGroup = new(
        "DSLX0207",
        "zip that joins nothing",
        SpecSeverity.Error,
        "A group has at least two keys, a key is in one group only, and some method carries two keys of the group.",
        "zip: [[methods.prompt.length]]",
        """
        training: { learning_rate: [0.1, 0.2] }
        zip: [[methods.prompt.length, training.learning_rate]]
        """);

    public static readonly DiagnosticRule ProfileName = new(
        "DSLX0210",
        "bad name of a profile",
        SpecSeverity.Error,
        "Profile names become C# names; full is the spec itself, and two names must differ in C#.",
        """
        profiles:
          full: { training.steps: 10 }
        """,
        """
        profiles:
          ci: { training.steps: 10 }
        """);

    public static readonly DiagnosticRule ProfileKey = new(
        "DSLX0211",
        "key that a profile or an override cannot change",
        SpecSeverity.Error,
        "A profile sets other values for backbone, task, methods, training, search and seeds; what is claimed and measured stays.",
        """
        profiles:
          ci: { metrics: [floor.mse] }
        """,
        """
        profiles:
          ci: { training.steps: 10 }
        """);

    public static readonly DiagnosticRule ProfileMethod = new(
        "DSLX0212",
        "method added or removed by a profile",
        SpecSeverity.Error,
        "All profiles have the same methods, because they share one set of C# types.",
        """
        profiles:
          ci: { methods.full: {} }
        """,
        """
        profiles:
          ci: { methods.prompt.length: 1 }
        """);

    public static readonly DiagnosticRule UnknownBase = new(
        "DSLX0220",
        "unknown spec in extends",
        SpecSeverity.Error,
        "No spec of the compilation has that name.",
        "extends: no-such-spec",
        "extends: base");

    public static readonly DiagnosticRule AmbiguousBase = new(
        "DSLX0221",
        "ambiguous spec in extends",
        SpecSeverity.Error,
        "Two specs have that name; say which with its folder.",
        "extends: twin",
        "extends: one/twin");

    public static readonly DiagnosticRule ExtendsCycle = new(
        "DSLX0222",
        "cycle of extends",
        SpecSeverity.Error,
        "A spec extends itself, directly or through others.",
        "extends: loop",
        "extends: base");

    public static readonly DiagnosticRule BrokenBase = new(
        "DSLX0223",
        "extends of a spec with errors",
        SpecSeverity.Error,
        "The extended spec does not compile; its own errors are reported there.",
        "extends: broken",
        "extends: base");

    public static readonly DiagnosticRule OverrideSweep = new(
        "DSLX0230",
        "override that changes what is swept",
        SpecSeverity.Error,
        "The generated types have one property per swept key. An override may change the values, not which keys are swept.",
        "",
        "");

    public static readonly DiagnosticRule OverrideKey = new(
        "DSLX0231",
        "override without a key",
        SpecSeverity.Error,
        "An override is a dotted key and a value.",
        "",
        "");

    /// <summary>All rules of the group, in the order of their ids.</summary>
    public static readonly DiagnosticRule[] All =
    {
        RepeatedValue,
        BadRange,
        NotSweepable,
        TooManyArms,
        ZipKey,
        ZipLength,
        ZipGroup,
        ProfileName,
        ProfileKey,
        ProfileMethod,
        UnknownBase,
        AmbiguousBase,
        ExtendsCycle,
        BrokenBase,
        OverrideSweep,
        OverrideKey,
    };
}
