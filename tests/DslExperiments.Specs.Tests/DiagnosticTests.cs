using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>Exact ids, places and messages; whatever a case does not name must not be found.</summary>
public class DiagnosticTests
{
    /// <summary>Ids whose cases need more than one text: names, sizes, overrides. They are in this class and in <see cref="OverrideTests"/>.</summary>
    public static readonly string[] CoveredElsewhere = ["DSLX0003", "DSLX0009", "DSLX0116", "DSLX0230", "DSLX0231", "DSLX0410"];

    public static TheoryData<string> Names => [.. DiagnosticCases.All.Select(test => test.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Findings_are_exactly(string name)
    {
        DiagnosticCase test = DiagnosticCases.All.Single(test => test.Name == name);
        Marked marked = Marked.Parse(Sample.Complete(test.Keys), Sample.Path);
        SpecResult result = Sample.Compile(marked.Text);
        Assert.Equal(test.Expected.Count, marked.Spans.Count);
        string[] expected = [.. test.Expected.Zip(marked.Spans, (message, span) => Show(message, span)).Order(StringComparer.Ordinal)];
        string[] actual = [.. result.Diagnostics.Select(found => Show($"{found.Id} {found.Message}", found.Span)).Order(StringComparer.Ordinal)];
        Assert.Equal(string.Join("\n", expected), string.Join("\n", actual));
        Assert.Equal(result.Diagnostics.Any(found => found.Severity == SpecSeverity.Error), result.Spec is null);
        Assert.All(result.Diagnostics, found => Assert.Equal(DiagnosticCatalog.Find(found.Id).Severity, found.Severity));
    }

    [Theory]
    [InlineData("", "the spec is empty; it needs at least summary, backbone, task, methods, seeds and metrics")]
    [InlineData("# only a comment\n", "the spec is empty; it needs at least summary, backbone, task, methods, seeds and metrics")]
    [InlineData("- a list\n", "a spec is a map of keys such as summary, backbone, task and methods")]
    [InlineData("just words\n", "a spec is a map of keys such as summary, backbone, task and methods")]
    [InlineData("~\n", "a spec is a map of keys such as summary, backbone, task and methods")]
    public void A_text_without_keys_is_no_spec(string text, string message)
    {
        SpecDiagnostic found = Assert.Single(Sample.Compile(text).Diagnostics);
        Assert.Equal(("DSLX0003", message, 1, 1), (found.Id, found.Message, found.Span.StartLine, found.Span.StartColumn));
    }

    [Theory]
    [InlineData("2fast", "'2fast' is no name")]
    [InlineData("a.b", "'a.b' is no name")]
    [InlineData("naïve", "'naïve' is no name")]
    [InlineData("bad folder/sample", "'bad folder' is no name")]
    [InlineData("arm", "a spec cannot be called 'arm', because Arm is the name of a part of the generated C#")]
    [InlineData("system/sample", "a folder of specs cannot be called 'system', because its namespace would hide System from C# beside it")]
    [InlineData("a/dsl-experiments/sample", "a folder of specs cannot be called 'dsl-experiments', because its namespace would hide DslExperiments")]
    [InlineData("", "'' is no name")]
    public void A_file_name_must_be_a_name_in_CSharp(string fullName, string message)
    {
        SpecDocument document = SpecCompiler.Parse("x.yaml", fullName, DiagnosticCatalog.ExampleSpec);
        SpecResult result = SpecCompiler.Compile(document, []);
        SpecDiagnostic found = Assert.Single(result.Diagnostics);
        Assert.Null(result.Spec);
        Assert.Equal(("DSLX0116", new SpecSpan("x.yaml", 1, 1, 1, 1)), (found.Id, found.Span));
        Assert.StartsWith(message, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_101_characters_is_too_long()
    {
        SpecResult Compile(int length) => SpecCompiler.Compile(SpecCompiler.Parse("x", new string('a', length), DiagnosticCatalog.ExampleSpec), []);
        Assert.Empty(Compile(100).Diagnostics);
        Assert.Equal("DSLX0116", Assert.Single(Compile(101).Diagnostics).Id);
    }

    [Fact]
    public void A_syntax_error_comes_alone_and_located()
    {
        SpecDiagnostic found = Assert.Single(Sample.Compile("summary: a\nseeds: b: c\nbogus: 1\n").Diagnostics);
        Assert.Equal(("DSLX0001", 2, 9), (found.Id, found.Span.StartLine, found.Span.StartColumn));
        Assert.StartsWith("not YAML: ", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_a_file_are_found_at_once()
    {
        SpecResult result = Sample.With("""
            backbone: { kind: transformer, width: ten, hight: 3 }
            task: { family: shared_token_pair, length: 1 }
            methods: { prompt: { length: [0, 2] }, lora: { on: q } }
            training: { optimizer: adamm, steps: 1.5 }
            seeds: 3..1
            metrics: [train.rmse]
            expect: ['min(prompt.train.mse']
            profiles: { full: {}, ci: { training.stps: 3 } }
            """);
        Assert.Equal(
            ["DSLX0104", "DSLX0101", "DSLX0110", "DSLX0110", "DSLX0103", "DSLX0107", "DSLX0104", "DSLX0202", "DSLX0114", "DSLX0401", "DSLX0210", "DSLX0101"],
            result.Diagnostics.Select(found => found.Id));
    }

    private static string Show(string message, SpecSpan span) =>
        $"{span.StartLine:D3}:{span.StartColumn:D3}-{span.EndLine:D3}:{span.EndColumn:D3} {message}";
}
