using System.Globalization;
using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests.Fuzzing;

/// <summary>
/// Whatever the text: no exception, a model or an error, findings inside the file, the same outcome twice, and a
/// canonical text that gives the model back. <c>DSLX_FUZZ</c> sets another number of texts, <c>DSLX_FUZZ_SEED</c> other ones.
/// </summary>
public class FuzzTests
{
    private const string Rich = """
        summary: Everything at once.
        source: { paper: p, claim: c }
        backbone: { kind: transformer, width: 8, heads: 1, norm: none, mlp: { hidden: 4 }, init: { mlp: spectral_norm(0.5), bias: normal(0.1) } }
        task: { family: shared_token_pair, length: [2, 3], targets: [random, teacher(4)] }
        methods:
          prompt: { length: &lengths [1, 2], init: uniform(0.5), training: { learning_rate: [0.1, 0.2] } }
          lora: { rank: [1, 2], on: [[q], [mlp]] }
          full: {}
        training: { learning_rate: 0.01, steps: [10, 20], schedule: cosine(0.1), optimizer: adamw }
        seeds: 0..1
        metrics: [train.mse, floor.mse, certificate.mass, teacher.mass, custom.x]
        zip: [[methods.prompt.length, training.steps]]
        expect:
          - prompt.train.mse >= prompt.floor.mse - 1e-6
          - not decreasing(mean(prompt.train.mse), along: length)
          - 'max(best(lora[rank>=2, on=[q]].train.mse, over: seed)) < 1 or abs(log10(median(full.custom.x))) <= 2'
        profiles:
          ci: { training.steps: [1, 2], seeds: 0, methods: { prompt: { length: *lengths } } }
          other: { task.length: 4, backbone.mlp.hidden: 3 }

        """;

    private static readonly string[] Corpus = [.. Repository.Specs.Select(spec => spec.Text), DiagnosticCatalog.ExampleSpec, Rich, Sample.Complete("extends: base\nseeds: ~")];

    private static readonly IReadOnlyList<SpecDocument> Others = [.. Repository.Documents, .. Sample.Others];

    [Fact]
    public void The_rich_spec_is_valid() => Assert.Empty(Sample.Compile(Rich).Diagnostics);

    [Fact]
    public void Broken_specs_never_break_the_compiler()
    {
        int count = Setting("DSLX_FUZZ", 3000);
        Mutator mutator = new(Setting("DSLX_FUZZ_SEED", 20260), Corpus);
        int valid = 0;
        HashSet<string> ids = [];
        for (int i = 0; i < count; i++)
        {
            string text = mutator.Next();
            try
            {
                SpecResult result = Check(text);
                valid += result.Spec is null ? 0 : 1;
                ids.UnionWith(result.Diagnostics.Select(found => found.Id));
            }
            catch (Exception problem)
            {
                Assert.Fail($"text {i}: {problem}\n--- text\n{text}");
            }
        }

        // The texts are worth something: some still compile, and they meet most of the rules.
        Assert.InRange(valid, count / 50, count - (count / 4));
        Assert.True(ids.Count > 30, string.Join(" ", ids.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("heads: 2", "heads: zip")]
    [InlineData("kv_heads: 1", "kv_heads: zip")]
    public void Shapes_that_LoRA_needs_may_be_wrong(string right, string wrong)
    {
        const string Text = """
            summary: s
            source: { paper: lester2021, claim: table-1 }
            backbone: { kind: llama, depth: 1, width: 8, kv_heads: 1, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, context: 64, tokenizer: bytes }
            task: { family: language_modelling, train: a.txt, eval: b.txt, length: 8 }
            methods: { lora: { rank: 1, on: [q, v] } }
            training: { optimizer: adam, learning_rate: 1e-2, steps: 1, batch: 4 }
            seeds: 0..0
            metrics: [perplexity]
            expect: ['min(lora.perplexity) >= 1']
            """;
        Assert.DoesNotContain(Sample.Compile(Text).Diagnostics, static found => found.Severity == SpecSeverity.Error);
        int place = Text.LastIndexOf(right, StringComparison.Ordinal);
        string broken = Text.Substring(0, place) + wrong + Text.Substring(place + right.Length);
        Assert.Contains("DSLX0104", Sample.Compile(broken).Diagnostics.Select(static found => found.Id));
    }

    [Fact]
    public void Broken_overrides_never_break_the_compiler()
    {
        Mutator values = new(1, ["5", "[1, 2]", "{ steps: 3 }", "log(1, 2, 3)", "~", "uniform(0.5)"]);
        Mutator keys = new(2, ["training.steps", "methods.prompt.length", "seeds", "backbone.init.mlp", "task.targets", "methods.prompt.training.learning_rate", "training"]);
        SpecDocument document = SpecCompiler.Parse(Sample.Path, "sample", Rich);
        for (int i = 0; i < 1000; i++)
        {
            SpecOverride change = new(keys.Next(), values.Next());
            SpecResult result = SpecCompiler.Compile(document, Others, [change]);
            Assert.True(result.Spec is null == result.Diagnostics.Any(found => found.Severity == SpecSeverity.Error), change.ToString());
            Assert.Equal(result, SpecCompiler.Compile(document, Others, [change]));
            AssertRoundTrip(result, change.ToString());
        }
    }

    private static SpecResult Check(string text)
    {
        SpecDocument document = SpecCompiler.Parse(Sample.Path, "sample", text);
        SpecResult result = SpecCompiler.Compile(document, Others);
        Assert.Equal(document, SpecCompiler.Parse(Sample.Path, "sample", text));
        Assert.Equal(result, SpecCompiler.Compile(document, Others));
        Assert.Equal(result.Spec is null, result.Diagnostics.Any(found => found.Severity == SpecSeverity.Error));
        string[] lines = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r', '\u0085', '\u2028', '\u2029');
        foreach (SpecDiagnostic found in result.Diagnostics)
        {
            SpecSpan span = found.Span;
            Assert.Equal(Sample.Path, span.Path);
            Assert.InRange(span.StartLine, 1, lines.Length);
            Assert.InRange(span.EndLine, span.StartLine, lines.Length);
            Assert.InRange(span.StartColumn, 1, lines[span.StartLine - 1].Length + 1);
            Assert.InRange(span.EndColumn, 1, lines[span.EndLine - 1].Length + 1);
            Assert.True(span.EndLine > span.StartLine || span.EndColumn >= span.StartColumn, span.ToString());
            Assert.Equal(DiagnosticCatalog.Find(found.Id).Severity, found.Severity);
            Assert.DoesNotContain(found.Message, char.IsControl);
        }

        AssertRoundTrip(result, "");
        return result;
    }

    private static void AssertRoundTrip(SpecResult result, string what)
    {
        if (result.Spec is ExperimentSpec spec)
        {
            SpecResult again = SpecCompiler.Compile(SpecCompiler.Parse("canonical", "sample", spec.CanonicalText), []);
            Assert.True(spec == again.Spec, $"{what}\n--- canonical text\n{spec.CanonicalText}\n--- again\n{again.Spec?.CanonicalText}\n{string.Join("\n", again.Diagnostics)}");
        }
    }

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : standard;
}
