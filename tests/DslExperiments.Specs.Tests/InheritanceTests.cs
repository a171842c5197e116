using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary><c>extends:</c>: maps join, lists and single values replace, null removes, errors stand in the heir.</summary>
public class InheritanceTests
{
    private const string Base = """
        summary: The base.
        source: { paper: p, claim: c }
        backbone: { kind: transformer, width: 8, heads: 2, mlp: { hidden: 4, activation: gelu } }
        task: { family: shared_token_pair, length: 3 }
        methods:
          prompt: { length: [1, 2], training: { learning_rate: 0.1 } }
          lora: { rank: 2 }
        training: { steps: 10, clip: 1 }
        seeds: 0..3
        metrics: [train.mse]
        expect: [min(prompt.train.mse) >= 0]
        profiles:
          ci: { training.steps: 5, seeds: 0 }
          paper: { seeds: 0..9 }
        """;

    [Fact]
    public void An_heir_of_nothing_else_is_the_base_under_another_name()
    {
        ExperimentSpec heir = Compile("extends: base").Spec!;
        ExperimentSpec source = SpecCompiler.Compile(Document("base", Base), []).Spec!;
        Assert.Equal(source with { Name = "heir" }, heir);
    }

    [Fact]
    public void Maps_join_lists_replace_and_null_removes()
    {
        ExperimentSpec spec = Compile("""
            extends: base
            summary: The heir.
            source: { claim: ~ }
            backbone: { mlp: { hidden: 6 } }
            methods: { lora: ~, prompt: { length: [7, 8, 9] }, full: {} }
            training: { clip: ~ }
            profiles: { ci: { training.steps: ~, training.clip: 2 }, paper: ~, new: { seeds: 1 } }
            """).Spec!;
        Assert.Equal(("The heir.", "p", null), (spec.Summary, spec.Source!.Paper, spec.Source.Claim));
        Assert.Equal(["prompt", "full"], spec.Methods.Select(method => method.Name));
        Assert.Equal(["full", "ci", "new"], spec.Profiles.Select(profile => profile.Name));
        Assert.Equal("""
            summary: "The heir."
            source:
              paper: "p"
            backbone:
              kind: transformer
              width: 8
              heads: 2
              mlp:
                hidden: 6
                activation: gelu
            task:
              family: shared_token_pair
              length: 3
            methods:
              prompt:
                length: [7, 8, 9]
                training:
                  learning_rate: 0.1
              full: {}
            training:
              steps: 10
            seeds: [0, 1, 2, 3]
            metrics: [train.mse]
            expect:
              - "min(prompt.train.mse) >= 0"
            profiles:
              ci:
                training:
                  clip: 2
                seeds: [0]
              new:
                seeds: [1]

            """.ReplaceLineEndings("\n"), spec.CanonicalText);
    }

    [Fact]
    public void An_heir_may_have_heirs_and_folders_tell_namesakes_apart()
    {
        SpecDocument[] others =
        [
            Document("a/base", Base),
            Document("b/base", "extends: a/base\ntraining: { steps: 77 }"),
            Document("c/leaf", "extends: b/base\nsummary: Leaf."),
        ];
        ExperimentSpec spec = SpecCompiler.Compile(others[2], others).Spec!;
        Assert.Contains("steps: 77", spec.CanonicalText, StringComparison.Ordinal);
        Assert.Equal(("leaf", "c", "c/leaf", "Leaf."), (spec.Name, spec.Folder, spec.FullName, spec.Summary));
    }

    [Theory]
    [InlineData("extends: base\ntask: { family: teacher_prompt, length: 4 }", "")]
    [InlineData("extends: base\nbackbone: { heads: 3 }", "DSLX0301 backbone.heads 3 does not divide backbone.width 8 @2:20")]
    [InlineData("extends: base\nmethods: { prompt: ~ }", "DSLX0402 no method 'prompt' in this spec; valid are lora (inherited from 'base') @1:10")]
    [InlineData("extends: base\nmetrics: [floor.mse]\nexpect: [1 < 2]", "DSLX0306 metric 'floor.mse' needs backbone.heads 1, but it is 2 @2:11|DSLX0306 metric 'floor.mse' needs backbone.norm none, but it is pre @2:11")]
    [InlineData("extends: base\ntask: { family: custom, type: A, length: ~ }\nmethods: { lora: { rank: 9 } }", "DSLX0303 methods.lora.rank 9 is above @3:26")]
    [InlineData("extends: base\ntask: { family: custom, type: A }\nprofiles: { ci: { methods.full: {} } }", "DSLX0212 profile 'ci' cannot add the method 'full'; valid are prompt, lora @3:27")]
    [InlineData("extends: base\ntraining: { batch: 5 }", "DSLX0308 training.batch 5 is above task.sequences 2 @2:20")]
    [InlineData("extends: base\nbackbone: { mlp: { hidden: 0 } }\nmethods: { lora: { on: [mlp] } }", "DSLX0304 methods.lora.on: there is no weight mlp, because backbone.mlp.hidden is 0 @3:24")]
    [InlineData("extends: base\nmethods: { lora: { alpha: ~ } }", "DSLX0112 'alpha' has no value @2:20")]
    public void Findings_stand_in_the_heir(string text, string expected)
    {
        SpecResult result = Compile(text);
        string[] wanted = expected.Split('|', StringSplitOptions.RemoveEmptyEntries);
        string[] found = [.. result.Diagnostics.Select(diagnostic => $"{diagnostic.Id} {diagnostic.Message} @{diagnostic.Span.StartLine}:{diagnostic.Span.StartColumn}")];
        Assert.All(result.Diagnostics, diagnostic => Assert.Equal("specs/heir.yaml", diagnostic.Span.Path));
        Assert.Equal(wanted.Length, found.Length);
        foreach ((string want, string have) in wanted.Zip(found))
        {
            string[] parts = want.Split(" @");
            Assert.StartsWith(parts[0], have, StringComparison.Ordinal);
            Assert.EndsWith(" @" + parts[1], have, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_document_tells_what_it_extends()
    {
        SpecDocument document = Document("x/heir", "extends: a/base\n");
        Assert.Equal(("a/base", "x/heir", "heir", "x"), (document.Extends, document.FullName, document.Name, document.Folder));
        Assert.Null(Document("x", "extends: [a]\n").Extends);
        Assert.Null(Document("x", "extends: ~\n").Extends);
        Assert.Null(Document("x", "- extends\n").Extends);
        Assert.True(document.IsNamed("heir") && document.IsNamed("x/heir") && !document.IsNamed("y/heir") && !document.IsNamed("x"));
    }

    [Fact]
    public void A_chain_of_bases_has_an_end()
    {
        List<SpecDocument> chain = [Document("n0", Base)];
        for (int i = 1; i < 60; i++)
        {
            chain.Add(Document($"n{i}", $"extends: n{i - 1}\n"));
        }

        Assert.NotNull(SpecCompiler.Compile(chain[10], chain).Spec);
        SpecDiagnostic found = Assert.Single(SpecCompiler.Compile(chain[59], chain).Diagnostics);
        Assert.Equal(("DSLX0223", "extends: a chain of more than 32 specs"), (found.Id, found.Message));
    }

    [Fact]
    public void A_cycle_among_bases_is_the_bases_error()
    {
        SpecDocument[] others = [Document("a", "extends: b\n"), Document("b", "extends: a\n")];
        SpecDiagnostic found = Assert.Single(SpecCompiler.Compile(Document("heir", "extends: a\n"), others).Diagnostics);
        Assert.Equal(("DSLX0223", "extends: 'a' has 1 error; see specs/a.yaml"), (found.Id, found.Message));
        Assert.Equal("a spec extends itself: a → b → a", Assert.Single(SpecCompiler.Compile(others[0], others).Diagnostics).Message);
    }

    private static SpecResult Compile(string text) => SpecCompiler.Compile(Document("heir", text), [Document("base", Base)]);

    private static SpecDocument Document(string name, string text) => Sample.Document(name, text);
}
