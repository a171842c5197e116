using System.Text;
using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>Texts made to break readers, writers and limits.</summary>
public class HostileTextTests
{
    public static TheoryData<string> Texts =>
    [
        "quotes \" ' ` and braces { } [ ] < > & | ; $",
        "*/ // /* #if --> <!-- ]]>",
        "${x} {0} %s \\n \\u0041 \\",
        "\"\"\" \"\"\"\" raw",
        "# not a comment",
        ": colon: and - dash",
        "~", "null", "true", "0x10", "1e3", "0..4", "[a, b]", "{ a: 1 }", "&a *b !c", "<<", "---", "...", "%YAML",
        "éß漢字🦊 \u00a0nbsp \u200bzwsp \u202ertl \ufeffbom",
        "\u2028line\u2029paragraph\u0085next",
        "multi\nline\r\ntext\twith tab",
        new string('x', 2000),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Any_text_survives_as_a_summary(string text)
    {
        ExperimentSpec spec = Sample.Valid($"summary: {Quoted(text)}\nsource: {{ paper: {Quoted(text[..Math.Min(100, text.Length)])} }}");
        string expected = string.Join(' ', text.Split([' ', '\t', '\r', '\n', '\u0085', '\u2028', '\u2029'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(expected, spec.Summary);
        Assert.Equal(spec, Sample.Compile(spec.CanonicalText).Spec);
        Assert.DoesNotContain('\r', spec.CanonicalText);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_text_breaks_a_field_of_another_type(string text)
    {
        foreach (string keys in new[]
        {
            "training: { steps: @ }", "training: { schedule: @ }", "training: { learning_rate: @ }", "training: { @: 1 }", "@: 1", "metrics: [@]",
            "methods: { @: {} }", "methods: { full: { on: [@] } }", "profiles: { @: {} }", "profiles: { ci: { @: 1 } }", "zip: [[@, @]]", "expect: [@]",
            "extends: @", "seeds: @", "backbone: { kind: @ }", "backbone: { kind: transformer, causal: @ }", "task: { family: custom, type: @ }",
        })
        {
            SpecResult result = Sample.With(keys.Replace("@", Quoted(text), StringComparison.Ordinal));
            Assert.True(result.Spec is not null || result.Diagnostics.Any(found => found.Severity == SpecSeverity.Error));
            Assert.All(result.Diagnostics, found => Assert.DoesNotContain(found.Message, c => char.IsControl(c) || c is '\u2028' or '\u2029'));
            Assert.All(result.Diagnostics, found => Assert.True(found.Message.Length < 1000, found.Message));
        }
    }

    [Fact]
    public void A_name_of_ten_thousand_letters_is_quoted_in_part()
    {
        SpecDiagnostic found = Assert.Single(Sample.With($"training: {{ ? {new string('k', 10_000)} : 1 }}").Diagnostics);
        Assert.Equal("DSLX0101", found.Id);
        Assert.Contains(new string('k', 60) + "…'", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('k', 61), found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_of_surrogates_is_not_cut()
    {
        string fox = string.Concat(Enumerable.Repeat("🦊", 40));
        SpecDiagnostic found = Sample.With($"training: {{ steps: a{fox} }}").Diagnostics.Single(d => d.Id == "DSLX0104");
        Assert.Equal(found.Message, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(found.Message)));
    }

    [Fact]
    public void Aliases_cannot_explode()
    {
        StringBuilder bomb = new("source: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        SpecDiagnostic found = Assert.Single(Sample.Compile(bomb.ToString()).Diagnostics);
        Assert.Equal(("DSLX0009", "more than 20000 values, aliases written out"), (found.Id, found.Message));
        Assert.Equal(5, found.Span.StartLine);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    public void Nesting_has_a_limit(string open, string close)
    {
        string Nested(int depth) => "summary: " + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)) + "\n";
        Assert.DoesNotContain(Sample.Compile(Nested(31)).Diagnostics, found => found.Id == "DSLX0009");
        Assert.Equal("nested deeper than 32 levels", Assert.Single(Sample.Compile(Nested(33)).Diagnostics).Message);
        Assert.Equal("DSLX0009", Assert.Single(Sample.Compile(Nested(20_000)).Diagnostics).Id);
        Assert.Single(Sample.Compile("summary: " + string.Concat(Enumerable.Repeat(open, 20_000))).Diagnostics);
    }

    [Fact]
    public void A_document_has_a_largest_size()
    {
        string comment = "#" + new string('x', 100) + "\n";
        string small = DiagnosticCatalog.ExampleSpec + string.Concat(Enumerable.Repeat(comment, 2500));
        Assert.NotNull(Sample.Compile(small).Spec);
        SpecDiagnostic found = Assert.Single(Sample.Compile(small + small).Diagnostics);
        Assert.Equal(("DSLX0009", "the file has more than 262144 characters", 1, 1), (found.Id, found.Message, found.Span.StartLine, found.Span.StartColumn));
        Assert.Equal("DSLX0009", Assert.Single(Sample.Compile("seeds: [" + string.Join(",", Enumerable.Range(0, 25_000)) + "]").Diagnostics).Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0x1b)]
    [InlineData(0x7f)]
    [InlineData(0xd800)]
    [InlineData(0xdc00)]
    public void Characters_that_cannot_be_are_refused_where_they_stand(int character)
    {
        SpecDiagnostic found = Assert.Single(Sample.Compile("summary: ok\nseeds: a" + (char)character).Diagnostics);
        Assert.Equal(("DSLX0011", 2, 9), (found.Id, found.Span.StartLine, found.Span.StartColumn));
        Assert.DoesNotContain(found.Message, c => char.IsControl(c) || char.IsSurrogate(c));
    }

    [Fact]
    public void Cancellation_stops_the_work()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => SpecCompiler.Parse("x", "x", DiagnosticCatalog.ExampleSpec, source.Token));
        SpecDocument document = SpecCompiler.Parse("x", "x", DiagnosticCatalog.ExampleSpec);
        Assert.Throws<OperationCanceledException>(() => SpecCompiler.Compile(document, [], cancellationToken: source.Token));
    }

    private static string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\u0085' => "\\N",
                '\u2028' => "\\L",
                '\u2029' => "\\P",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
