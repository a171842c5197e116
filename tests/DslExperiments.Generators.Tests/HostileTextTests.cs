using System.Text;
using DslExperiments.Generators.Emit;
using DslExperiments.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using CodeText = DslExperiments.Generators.Emit.Text;

namespace DslExperiments.Generators.Tests;

/// <summary>Text of a spec stays text: no wording of a summary, source or name becomes code.</summary>
public class HostileTextTests
{
    public static TheoryData<string> Texts =>
    [
        "\"", "\\", "\\\"", "\"\"\"", "\"\"\"\"\"\"", "{0} {x} {{", "*/ class X { } /*", "// x", "#if false", "#error no", "\\u0022; class X { }",
        "\"; class X { } //", "a\nclass X { }", "a\r\nclass X { }", "a\rclass X { }", "\u2028class X { }", "\u2029class X { }", "\u0085class X { }", "\0", "\u0001\u001b[31m",
        "</summary><script>", "]]>", "<!-- -->", "&amp;", "--", "\ud800", "\udc00\ud800", "\ud83d\ude00", "\u202e reversed", "\ufeff", "\uffff", "é ü 漢字 ρ", "\u00a0",
        "$\"{1}\"", "@\"\"", "%s", "\t", new string('x', 900), "'", "\"\"", "\"\"\"\n\"\"\"\"\n",
    ];

    /// <summary>Written by YAML's own escapes in double quotes, every text can stand in a spec.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_in_every_position(string text)
    {
        string spec = SpecTexts.Minimal
            .Replace("summary: A prompt is trained.", $"summary: {Yaml(text + " x")}\nsource: {{ paper: {Yaml(text[..Math.Min(text.Length, 100)] + "x")}, claim: {Yaml(text[..Math.Min(text.Length, 100)] + "x")} }}", StringComparison.Ordinal);
        var plain = TestProject.Of("sample", SpecTexts.Minimal.Replace("backbone:", "source: { paper: a, claim: b }\nbackbone:", StringComparison.Ordinal)).Run().AssertNoDiagnostics();
        var hostile = TestProject.Of("sample", spec).Run();
        if (hostile.Ids.Any())
        {
            // Texts that a spec may refuse, such as control characters, are refused with a place.
            Assert.All(hostile.Diagnostics, found => Assert.StartsWith("specs/sample.yaml(", found, StringComparison.Ordinal));
            Assert.DoesNotContain("DSLX0504", hostile.Ids);
            return;
        }

        hostile.AssertCompiles();
        Assert.Equal(Shape(plain.Source("sample")), Shape(hostile.Source("sample")));
        Assert.Equal(Shape(plain.Sources["(registry).g.cs"]), Shape(hostile.Sources["(registry).g.cs"]));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void File_and_folder_names(string text)
    {
        var run = new TestProject([new Spec(text + "/" + text, SpecTexts.Minimal), new Spec("fine", SpecTexts.Minimal)]).Run();

        run.AssertCompiles();
        Assert.Contains("fine.g.cs", run.Sources.Keys);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Names_of_profiles(string text)
    {
        var run = TestProject.Of("sample", SpecTexts.Minimal.Replace("  ci:", $"  {Yaml(text)}:", StringComparison.Ordinal)).Run();

        run.AssertCompiles();
        Assert.DoesNotContain("DSLX0504", run.Ids);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Literals_hold_what_they_were_made_of(string text)
    {
        Assert.Equal(text, Evaluate(Literal.Of(text)));
        string raw = "        " + Literal.Raw(text + "\n").Replace("\n", "\n        ", StringComparison.Ordinal);
        Assert.Equal(text + "\n", Evaluate(raw));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Comments_end_with_their_line(string text)
    {
        var lines = CSharpSyntaxTree.ParseText($"// {CodeText.Comment(text)}\n/// <summary>{CodeText.Xml(text)}</summary>\nclass A {{ }}\n").GetRoot();

        Assert.Empty(lines.GetDiagnostics());
        Assert.Equal(["A"], lines.DescendantNodes().OfType<ClassDeclarationSyntax>().Select(declared => declared.Identifier.Text));
        System.Xml.Linq.XElement.Parse($"<a>{CodeText.Xml(text)}</a>");
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-12, "1e-12")]
    [InlineData(1, "1.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(double.NaN, "double.NaN")]
    [InlineData(double.PositiveInfinity, "double.PositiveInfinity")]
    [InlineData(double.NegativeInfinity, "double.NegativeInfinity")]
    public void Numbers(double value, string expected) => Assert.Equal(expected, Literal.Of(value));

    [Fact]
    public void Numbers_read_back_as_they_were()
    {
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsFinite(value))
            {
                string text = Literal.Of(value);
                Assert.Equal(value, double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
                Assert.Contains(text, c => c is '.' or 'e');
            }
        }

        Assert.Equal(["-9223372036854775808L", "2147483647", "2147483648L"], new[] { long.MinValue, int.MaxValue, int.MaxValue + 1L }.Select(Literal.Of));
    }

    /// <summary>The kinds of all nodes, without the texts: what the code is, not what it says.</summary>
    private static string Shape(string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetRoot();
        return string.Join(' ', root.DescendantNodes().Select(node => node.Kind()).Select(kind => kind.ToString()));
    }

    private static object? Evaluate(string expression)
    {
        var literal = Assert.IsType<LiteralExpressionSyntax>(SyntaxFactory.ParseExpression(expression));
        Assert.Empty(literal.GetDiagnostics());
        return literal.Token.Value;
    }

    private static string Yaml(string text)
    {
        StringBuilder escaped = new("\"");
        foreach (char c in text)
        {
            escaped.Append(c is >= ' ' and <= '~' and not ('"' or '\\') ? c.ToString() : $"\\u{(int)c:x4}");
        }

        return escaped.Append('"').ToString();
    }
}
