using System.Globalization;
using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>The machine's culture changes no byte.</summary>
public class CultureTests
{
    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("sv-SE")]
    [InlineData("ar-SA")]
    public void Files_and_findings_are_the_same(string culture)
    {
        var invariant = Under(CultureInfo.InvariantCulture);
        var other = Under(new CultureInfo(culture));

        Assert.Equal(invariant.Sources, other.Sources);
        Assert.Equal(invariant.Diagnostics, other.Diagnostics);
    }

    [Fact]
    public void Files_have_LF_and_no_path_of_this_machine()
    {
        foreach (string text in Under(CultureInfo.InvariantCulture).Sources.Values)
        {
            Assert.DoesNotContain('\r', text);
            Assert.DoesNotContain(TestProject.Root, text, StringComparison.Ordinal);
            Assert.EndsWith("}\n", text, StringComparison.Ordinal);
            Assert.DoesNotContain(text.Split('\n'), line => line.EndsWith(' '));
        }
    }

    [Fact]
    public void CR_LF_in_specs_changes_nothing()
    {
        var specs = SpecTexts.Repository;
        var unix = new TestProject(specs).Run();
        var windows = new TestProject(specs.Select(spec => spec with { Text = spec.Text!.ReplaceLineEndings("\r\n") })).Run();

        Assert.Equal(unix.Sources, windows.Sources);
    }

    private static GeneratorRun Under(CultureInfo culture)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            var features = SpecTexts.Names("features").Select(feature => new Spec(feature, SpecTexts.Read("features/" + feature)));
            return new TestProject([.. SpecTexts.Repository, .. features, new Spec("wrong/iI", "summary: İ\nbackbone: { WIDTH: 1,5, depht: 1 }\n")]).Run();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }
}
