using DslExperiments.Generators.Tests.Support;
using DslExperiments.Specs;

namespace DslExperiments.Generators.Tests;

/// <summary>Findings as the compiler prints them.</summary>
public class DiagnosticTests
{
    [Fact]
    public Task Every_error_of_a_file_at_its_place()
    {
        const string text = """
            summary: Much is wrong here.
            backbone: { kind: transformer, depht: 1, width: ten, heads: 3 }
            task:
              family: shared_token_pear
            methods:
              promt: { length: [1, 2] }
              lora:
                rank: 0
            training: { learning_rate: -1, steps: 10 }
            seeds: 0..1
            metrics: [train.mes]
            expect:
              - min(prompt.train.mse) >
            """;

        return Verify(string.Join('\n', TestProject.Of("theory/wrong", text).Run().Diagnostics), extension: "txt")
            .UseDirectory("Snapshots").UseFileName("diagnostics");
    }

    [Fact]
    public void Messages_name_other_files_as_every_machine_knows_them()
    {
        var run = new TestProject([
            new Spec("theory/base", SpecTexts.Minimal.Replace("length:", "lenght:", StringComparison.Ordinal)),
            new Spec("theory/derived", "summary: One more.\nextends: base\n"),
        ]).Run();

        Assert.Equal(
            [
                "specs/theory/base.yaml(5,13): error DSLX0101: unknown key 'lenght' in methods.prompt; did you mean 'length'?",
                "specs/theory/derived.yaml(2,10): error DSLX0223: extends: 'theory/base' has 1 error; see theory/base.yaml",
            ],
            run.Diagnostics);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error()
    {
        var run = new TestProject([new Spec("gone", null), new Spec("here", SpecTexts.Minimal)]).Run();

        Assert.Equal(["specs/gone.yaml(1,1): error DSLX0505: 'gone' cannot be read"], run.Diagnostics);
        Assert.Contains("here.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void A_failure_inside_is_an_error_of_its_spec()
    {
        var emitted = EmittedFile.Of(Impossible(), new ProjectFacts("N", "N", "", false), CancellationToken.None);

        Assert.Null(emitted.Text);
        var diagnostic = emitted.Failure!.ToDiagnostic();
        Assert.Equal("DSLX0504", diagnostic.Id);
        Assert.Equal("/repository/specs/sample.yaml", diagnostic.Location.GetLineSpan().Path);
        Assert.StartsWith("Emitting 'sample' failed with NotSupportedException: ", diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_compiler_is_no_failure()
    {
        CancellationToken cancelled = new(canceled: true);
        SpecFile file = new("a.yaml", "a", SpecTexts.Minimal);

        Assert.Throws<OperationCanceledException>(() => EmittedFile.Of(Impossible(), new ProjectFacts("N", "N", "", false), cancelled));
        Assert.Throws<OperationCanceledException>(() => ParsedSpec.Parse(file, cancelled));
        SpecClosure closure = new(ParsedSpec.Parse(file, CancellationToken.None), default);
        Assert.Throws<OperationCanceledException>(() => CompiledSpec.Compile(closure, cancelled));
    }

    /// <summary>An experiment with an options record that nothing in the runtime stands behind.</summary>
    private static NamedSource Impossible()
    {
        var spec = SpecCompiler.Compile(SpecCompiler.Parse("sample.yaml", "sample", SpecTexts.Minimal), []).Spec!;
        var profile = spec.Profiles[0];
        spec = spec with { Profiles = EquatableArray.Create(profile with { Task = profile.Task with { CSharpType = "global::Nothing" } }) };
        return new NamedSource(new ExperimentSource(spec, "N", "Sample", "sample.yaml"), "/repository/specs/sample.yaml");
    }

    [Theory]
    [InlineData("a\nbc\n", 2, 2, 2, 3, 3, 4)]
    [InlineData("a\r\nbc", 2, 1, 2, 3, 3, 5)]
    [InlineData("a\u2028bc", 2, 1, 2, 3, 2, 4)]
    [InlineData("a", 9, 9, 12, 1, 1, 1)]
    [InlineData("", 1, 1, 1, 1, 0, 0)]
    [InlineData("abc", 0, 0, -1, -1, 0, 0)]
    [InlineData("abc\nd", 2, 1, 1, 2, 4, 4)]
    public void Places_are_moved_into_the_text(string text, int startLine, int startColumn, int endLine, int endColumn, int start, int end)
    {
        SpecDiagnostic diagnostic = new("DSLX0101", SpecSeverity.Error, "", new SpecSpan("a.yaml", startLine, startColumn, endLine, endColumn));
        var finding = Finding.Of(diagnostic, "a.yaml", Microsoft.CodeAnalysis.Text.SourceText.From(text));

        Assert.Equal((start, end), (finding.Span.Start, finding.Span.End));
    }

    [Fact]
    public void Every_rule_of_the_catalog_has_a_descriptor_and_a_row_in_the_release_notes()
    {
        var rows = (SpecTexts.Read("AnalyzerReleases.Shipped") + SpecTexts.Read("AnalyzerReleases.Unshipped"))
            .Split('\n')
            .Where(line => line.StartsWith("DSLX", StringComparison.Ordinal))
            .Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray())
            .Select(cells => $"{cells[0]} {cells[2]} {cells[3]}");

        Assert.Equal(
            DiagnosticCatalog.All.Select(rule => $"{rule.Id} {rule.Severity} {rule.Title}").Order(StringComparer.Ordinal),
            rows.Order(StringComparer.Ordinal));
        Assert.All(DiagnosticCatalog.All, rule => Assert.EndsWith(rule.Id, Descriptors.Find(rule.Id).HelpLinkUri, StringComparison.OrdinalIgnoreCase));
    }
}
