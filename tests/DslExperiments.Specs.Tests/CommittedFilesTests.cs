using System.Text.RegularExpressions;
using DslExperiments.Specs.Tests.Fuzzing;
using DslExperiments.Specs.Tests.Support;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Schema;

namespace DslExperiments.Specs.Tests;

/// <summary>Schema and reference page are what the tables say, and the schema accepts what compiles.</summary>
public class CommittedFilesTests
{
    private const string Folder = "generators/DslExperiments.Specs/";
    private static readonly JSchema Schema = JSchema.Parse(JsonSchema.Write());

    [Fact]
    public void The_schema_is_committed() => Repository.AssertCommitted(Folder + "experiment.schema.json", JsonSchema.Write());

    [Fact]
    public void The_reference_page_is_committed() => Repository.AssertCommitted(Folder + "reference.md", ReferencePage.Write());

    [Fact]
    public void The_schema_follows_draft_07()
    {
        JObject schema = JObject.Parse(JsonSchema.Write());
        Assert.Equal("http://json-schema.org/draft-07/schema#", (string?)schema["$schema"]);
        using StreamReader metaSchema = new(typeof(CommittedFilesTests).Assembly.GetManifestResourceStream("draft-07.schema.json")!);
        JSchema draft = JSchema.Parse(metaSchema.ReadToEnd());
        Assert.True(schema.IsValid(draft, out IList<string> problems), string.Join("\n", problems));
    }

    [Fact]
    public void There_are_specs() => Assert.NotEmpty(Repository.Specs);

    [Theory]
    [MemberData(nameof(Repository.SpecNames), MemberType = typeof(Repository))]
    public void The_schema_accepts_every_spec(string name)
    {
        string text = Repository.Specs.Single(spec => spec.FullName == name).Text;
        AssertAccepted(text);
        ExperimentSpec spec = SpecCompiler.Compile(Repository.Documents.Single(document => document.FullName == name), Repository.Documents).Spec!;
        AssertAccepted(spec.CanonicalText);
    }

    [Theory]
    [InlineData("training: { learning_rate: 'log(1e-4, 1e-1, 7)', steps: 5_000, clip: '1e-3' }")]
    [InlineData("training: { learning_rate: [1e-3, '.01'], schedule: [constant, cosine(0.1)] }")]
    [InlineData("seeds: 5")]
    [InlineData("seeds: [1, 2]")]
    [InlineData("methods: { full: { on: [mlp] }, lora: { on: [[q], [q, v]], training: { steps: 3 } } }")]
    [InlineData("extends: base\nbackbone: { mlp: ~ }")]
    [InlineData("profiles: { ci: { training.steps: 3, methods.prompt.training.learning_rate: [0.1], backbone.mlp.hidden: 3, seeds: 0..1, task: { length: 3 } } }")]
    [InlineData("zip: [[methods.prompt.length, training.steps]]")]
    [InlineData("expect:\n  - max(best(prompt.train.mse, over: length)) < 1")]
    [InlineData("task: { family: custom, type: My.Grid, length: 012 }")]
    public void The_schema_accepts_spellings(string keys) => AssertAccepted(Sample.Complete(keys));

    [Theory]
    [InlineData("training: { step: 3 }")]
    [InlineData("training: { steps: -1 }")]
    [InlineData("training: { steps: many }")]
    [InlineData("methods: { promt: {} }")]
    [InlineData("methods: {}")]
    [InlineData("backbone: { kind: mamba }")]
    [InlineData("task: { family: shared_token_pair, teacher_length: 3 }")]
    [InlineData("metrics: [train.rmse]")]
    [InlineData("metrics: []")]
    [InlineData("profiles: { full: {} }")]
    [InlineData("profiles: { ci: { training.stps: 3 } }")]
    [InlineData("zip: [[methods.prompt.length]]")]
    [InlineData("# no summary:")]
    [InlineData("bogus: 1")]
    public void The_schema_refuses_mistakes(string keys) => Assert.NotEmpty(Problems(Sample.Complete(keys)));

    [Fact]
    public void The_schema_accepts_what_compiles()
    {
        // Few, because the validator's free use is limited to a number of validations per hour.
        const int Wanted = 120;
        Mutator mutator = new(7, [.. Repository.Specs.Select(spec => spec.Text), DiagnosticCatalog.ExampleSpec]);
        int compiled = 0;
        while (compiled < Wanted)
        {
            string text = mutator.Next();
            if (Repository.Specs.All(spec => spec.Text != text) && SpecCompiler.Compile(SpecCompiler.Parse("x", "x", text), Repository.Documents).Spec is not null)
            {
                compiled++;
                IList<string> problems = Problems(text);
                Assert.True(problems.Count == 0, string.Join("\n", problems) + "\n--- text\n" + text);
            }
        }
    }

    [Fact]
    public void Every_diagnostic_and_key_is_on_the_page()
    {
        JObject definitions = (JObject)JObject.Parse(JsonSchema.Write())["definitions"]!;
        IEnumerable<string> keys = definitions.Properties()
            .Where(definition => definition.Name != "profile")
            .SelectMany(definition => definition.Value.SelectTokens("$..properties").OfType<JObject>())
            .SelectMany(properties => properties.Properties().Select(property => property.Name))
            .Where(key => key is not ("kind" or "family" or "training"))
            .Distinct();
        Assert.All(keys, key => Assert.Matches($@"\| `([a-z_]+\.)*{key}` \|", ReferencePage.Write()));

        string page = ReferencePage.Write();
        IEnumerable<string> values = Regex.Matches(page, @"^\| `[a-z_.]+` \| (?:function|word|list of words)[^|]*\| (?:`(\w+)`(?:, )?)+ \|", RegexOptions.Multiline)
            .SelectMany(row => row.Groups[1].Captures).Select(value => value.Value);
        Assert.Contains("from_run", values);
        Assert.All(values.Distinct(), value => Assert.Matches($@"\n\| `{value}[`(].* \| .+ \|\n", page));
        Assert.All(DiagnosticCatalog.All, rule => Assert.Contains($"\n### {rule.Id}\n", page, StringComparison.Ordinal));
        Assert.DoesNotContain("\n\n\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', page);
        Assert.DoesNotContain('\t', page);
        Assert.EndsWith("\n", page, StringComparison.Ordinal);
    }

    private static void AssertAccepted(string yaml) => Assert.Empty(Problems(yaml));

    private static IList<string> Problems(string yaml)
    {
        YamlToJson.Convert(yaml).IsValid(Schema, out IList<string> problems);
        return problems;
    }
}
