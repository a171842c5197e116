using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>Every rule is documented, its example shows it, and its fix is clean.</summary>
public class CatalogTests
{
    public static TheoryData<string> WithExample =>
        [.. DiagnosticCatalog.All.Where(rule => rule.Example.Length > 0).Select(rule => rule.Id)];

    [Fact]
    public void Ids_are_unique_ordered_and_well_formed()
    {
        string[] ids = [.. DiagnosticCatalog.All.Select(rule => rule.Id)];
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
        Assert.All(ids, id => Assert.Matches("^DSLX0[0-6][0-9][0-9]$", id));
        Assert.All(DiagnosticCatalog.All, rule => Assert.Equal(rule.Id.StartsWith("DSLX06", StringComparison.Ordinal), rule.Severity == SpecSeverity.Warning));
        Assert.All(DiagnosticCatalog.All, rule => Assert.EndsWith(".", rule.Explanation, StringComparison.Ordinal));
        Assert.All(ids, id => Assert.Equal(id, DiagnosticCatalog.Find(id).Id));
    }

    [Fact]
    public void The_example_spec_has_no_findings()
    {
        SpecResult result = Sample.Compile(DiagnosticCatalog.ExampleSpec);
        Assert.Empty(result.Diagnostics);
        Assert.NotNull(result.Spec);
    }

    [Theory]
    [MemberData(nameof(WithExample))]
    public void The_example_shows_the_rule(string id)
    {
        DiagnosticRule rule = DiagnosticCatalog.Find(id);
        SpecResult result = Sample.With(rule.Example);
        SpecDiagnostic found = Assert.Single(result.Diagnostics, diagnostic => diagnostic.Id == id);
        Assert.Equal(rule.Severity, found.Severity);
        Assert.Equal(rule.Severity == SpecSeverity.Error, result.Spec is null);
    }

    [Theory]
    [MemberData(nameof(WithExample))]
    public void The_fix_is_clean(string id) => Assert.Empty(Sample.With(DiagnosticCatalog.Find(id).Fix).Diagnostics);

    [Fact]
    public void Every_rule_of_the_spec_compiler_has_a_case()
    {
        string[] own = [.. DiagnosticCatalog.All.Select(rule => rule.Id).Where(id => !id.StartsWith("DSLX05", StringComparison.Ordinal))];
        string[] covered = [.. DiagnosticCases.All.SelectMany(test => test.Ids).Concat(DiagnosticTests.CoveredElsewhere).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(own, covered);
    }
}
