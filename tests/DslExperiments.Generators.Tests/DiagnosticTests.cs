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
    public void A_file_that_cannot_be_read_is_an_error()
    {
        var run = new TestProject([new Spec("gone", null), new Spec("here", SpecTexts.Minimal)]).Run();

        Assert.Equal(["specs/gone.yaml(1,1): error DSLX0505: 'gone' cannot be read"], run.Diagnostics);
        Assert.Contains("here.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void A_failure_inside_is_an_error_of_its_spec()
    {
        var finding = Finding.Of(new InvalidOperationException("Oh."), TestProject.Root + "specs/a.yaml", "Emitting 'a'");

        Assert.Equal("DSLX0504", finding.Id);
        Assert.Equal("Emitting 'a' failed with InvalidOperationException: Oh.", finding.ToDiagnostic().GetMessage(System.Globalization.CultureInfo.InvariantCulture));
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
        var finding = Finding.Of(diagnostic, Microsoft.CodeAnalysis.Text.SourceText.From(text));

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
