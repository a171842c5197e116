using System.Globalization;
using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>The model compares by meaning, its canonical text carries all of it, and no culture changes either.</summary>
public class EqualityTests
{
    public static TheoryData<string> Keys =>
    [
        "",
        "source: { paper: wang2023, claim: 'D1: \"quoted\" # not a comment' }",
        "task: { family: teacher_prompt, teacher_length: [1, 2] }",
        "task: { family: custom, type: My.Grid, length: 3 }",
        "methods: { lora: { on: [[q], [q, v]], rank: [1, 2] }, full: {}, prompt: { init: [zeros, uniform(0.5)] } }\nexpect: ['min(lora[on=[q, v]].train.mse) >= 0', 'min(full.trainable_parameters) > 0']",
        "training: { learning_rate: [0.1, 0.2], steps: [10, 20] }\nzip: [[training.learning_rate, training.steps]]",
        "backbone: { kind: transformer, width: 8, heads: [1, 2], attention: { scale: [none, inverse_sqrt] }, dtype: float64, init: { mlp: spectral_norm(0.5) } }",
        "profiles: { ci: { training.steps: 10 }, paper: { methods.prompt.length: [3, 4, 5], seeds: 0..9 }, same: {} }",
        "profiles: { ci: { training.learning_rate: [0.1, 0.2] } }",
        "profiles: { ci: { methods.prompt.training.learning_rate: 0.3 } }\ntraining: { learning_rate: [0.1, 0.2] }",
        "training: { learning_rate: 0.1, steps: 10 }\nprofiles: { ci: { training.steps: ~ }, raw: { training: ~, methods.prompt.training.learning_rate: 0.1 } }",
        "metrics: [train.mse, custom.mine]\nexpect: ['max(prompt.custom.mine) < 1 and not (1 < 2 or 2 < 3)', 'increasing(median(mean(prompt.train.mse, over: seed)) * 2 + max(prompt.train.mse), along: length) or 1 < 2']",
        "extends: base\nprofiles: { ci: { seeds: 3 } }",
    ];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Canonical_text_compiles_to_the_same_experiment(string keys)
    {
        SpecResult first = Sample.With(keys);
        Assert.True(first.Spec is not null, string.Join("\n", first.Diagnostics));
        SpecResult second = SpecCompiler.Compile(SpecCompiler.Parse(Sample.Path, "sample", first.Spec.CanonicalText), []);
        Assert.True(second.Spec is not null, string.Join("\n", second.Diagnostics) + "\n" + first.Spec.CanonicalText);
        Assert.Equal(first.Spec.CanonicalText, second.Spec.CanonicalText);
        Assert.Equal(first.Spec, second.Spec);
        Assert.Equal(first.Spec.GetHashCode(), second.Spec.GetHashCode());
        Assert.DoesNotContain("extends", first.Spec.CanonicalText, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Repository.SpecNames), MemberType = typeof(Repository))]
    public void Committed_specs_compile_without_findings_and_survive_canonical_text(string name)
    {
        SpecDocument document = Repository.Documents.Single(document => document.FullName == name);
        SpecResult result = SpecCompiler.Compile(document, Repository.Documents);
        Assert.Empty(result.Diagnostics);
        SpecResult again = SpecCompiler.Compile(SpecCompiler.Parse("canonical", name, result.Spec!.CanonicalText), []);
        Assert.Empty(again.Diagnostics);
        Assert.Equal(result.Spec, again.Spec);
    }

    [Theory]
    [MemberData(nameof(Repository.SpecNames), MemberType = typeof(Repository))]
    public void A_blank_line_moves_the_document_but_not_the_model(string name)
    {
        string text = Repository.Specs.Single(spec => spec.FullName == name).Text;
        SpecDocument one = SpecCompiler.Parse("a", name, text);
        SpecDocument same = SpecCompiler.Parse("a", name, text);
        SpecDocument moved = SpecCompiler.Parse("a", name, "\n# moved\n" + text.Replace("\n", "\n\n", StringComparison.Ordinal));
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, moved);
        ExperimentSpec spec = SpecCompiler.Compile(one, Repository.Documents).Spec!;
        ExperimentSpec movedSpec = SpecCompiler.Compile(moved, Repository.Documents).Spec!;
        Assert.Equal(spec, movedSpec);
        Assert.Equal(spec.GetHashCode(), movedSpec.GetHashCode());
    }

    [Theory]
    [InlineData("training: { learning_rate: 0.2 }")]
    [InlineData("summary: Another sentence.")]
    [InlineData("seeds: 0..2")]
    [InlineData("methods: { prompt: { length: [2, 1] } }")]
    [InlineData("expect: [min(prompt.train.mse) >= 1]")]
    [InlineData("backbone: { kind: transformer, width: 8, heads: 2, causal: true }")]
    [InlineData("profiles: { ci: {} }")]
    [InlineData("metrics: [train.mse, custom.x]")]
    [InlineData("source: { paper: p }")]
    public void Another_meaning_is_another_model(string keys) => Assert.NotEqual(Sample.Valid(""), Sample.Valid(keys));

    [Fact]
    public void Key_order_does_not_matter_except_for_methods()
    {
        Assert.Equal(
            Sample.Valid("training: { learning_rate: 0.1, steps: 5, clip: 1 }"),
            Sample.Valid("training: { clip: 1, learning_rate: 0.1, steps: 5 }"));
        Assert.NotEqual(Sample.Valid("methods: { prompt: {}, full: {} }"), Sample.Valid("methods: { full: {}, prompt: {} }"));
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    [InlineData("fa-IR")]
    [InlineData("sv-SE")]
    public void No_culture_changes_anything(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo beforeUi = CultureInfo.CurrentUICulture;
        (string, string) expected = Everything();
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = new CultureInfo(culture);
            Assert.Equal(expected, Everything());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
            CultureInfo.CurrentUICulture = beforeUi;
        }

        static (string Models, string Findings) Everything()
        {
            IEnumerable<SpecResult> results = Repository.Specs
                .Select(spec => SpecCompiler.Compile(SpecCompiler.Parse(spec.FullName, spec.FullName, spec.Text), Repository.Documents))
                .Concat(DiagnosticCases.All.Select(test => Sample.Compile(Marked.Parse(Sample.Complete(test.Keys), Sample.Path).Text)))
                .ToList();
            return (
                string.Join("\n", results.Select(result => result.Spec?.CanonicalText + result.Spec)) + JsonSchema.Write() + ReferencePage.Write(),
                string.Join("\n", results.SelectMany(result => result.Diagnostics)));
        }
    }
}
