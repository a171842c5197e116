using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>Keys set from outside follow the file's rules.</summary>
public class OverrideTests
{
    private const string Swept = """
        methods: { prompt: { length: [1, 2], training: { learning_rate: [0.1, 0.2] } }, full: {} }
        training: { steps: 100 }
        profiles: { ci: { training.steps: 10, methods.prompt.length: 2, seeds: 0..0 } }
        """;

    [Fact]
    public void A_value_goes_over_every_profile()
    {
        ExperimentSpec spec = Sample.Valid(Swept, ("training.steps", "7"), ("seeds", "100..101"));
        Assert.All(spec.Profiles, profile => Assert.All(profile.Methods, method => Assert.Equal(new SpecValue.Int(7), Find(method.Training, "steps"))));
        Assert.All(spec.Profiles, profile => Assert.Equal([100, 101], profile.Arms.Select(arm => arm.Seed).Distinct()));
    }

    [Fact]
    public void An_axis_keeps_its_place_with_one_value()
    {
        ExperimentSpec before = Sample.Valid(Swept);
        ExperimentSpec after = Sample.Valid(Swept, ("methods.prompt.length", "5"));
        Assert.Equal(before.Methods, after.Methods);
        Assert.Equal(before.Expectations, after.Expectations);
        Assert.All(after.Profiles, profile => Assert.All(
            profile.Arms.Where(arm => arm.Method == "prompt"),
            arm => Assert.Equal(new SpecValue.Int(5), arm.Values[0])));
    }

    [Fact]
    public void An_axis_takes_other_values() =>
        Assert.Equal(12 + 2, Sample.Valid(Swept, ("methods.prompt.length", "[3, 4, 5]")).Profiles[0].Arms.Count);

    [Theory]
    [InlineData("training.steps", "7")]
    [InlineData("methods.prompt.length", "5")]
    [InlineData("methods.prompt.length", "4..6")]
    [InlineData("methods.prompt.training.learning_rate", "0.3")]
    [InlineData("training", "{ steps: 3, optimizer: sgd }")]
    [InlineData("seeds", "5")]
    [InlineData("training.warmup", "1")]
    public void The_canonical_text_carries_the_override(string key, string value)
    {
        ExperimentSpec spec = Sample.Valid(Swept, (key, value));
        ExperimentSpec? again = Sample.Compile(spec.CanonicalText).Spec;
        Assert.Equal(spec, again);
    }

    [Fact]
    public void A_later_override_wins() =>
        Assert.Equal(new SpecValue.Int(8), Find(Sample.Valid(Swept, ("training.steps", "7"), ("training.steps", "8")).Profiles[0].Methods[0].Training, "steps"));

    [Fact]
    public void Expectations_are_those_of_the_file_whatever_arms_remain()
    {
        const string Keys = "expect: ['min(prompt[length=2].train.mse) >= 0']";
        Assert.Equal(Sample.Valid(Keys).Expectations, Sample.Valid(Keys, ("methods.prompt.length", "1")).Expectations);
    }

    [Theory]
    [InlineData("training.stps", "7", "DSLX0101", 10, 14, "unknown key 'stps' in training; did you mean 'steps'?")]
    [InlineData("trainig.steps", "7", "DSLX0101", 1, 8, "unknown key 'trainig' in --set; did you mean 'training'?")]
    [InlineData("training.steps", "many", "DSLX0104", 16, 20, "training.steps wants a whole number from 0 to 1000000000, not 'many'")]
    [InlineData("training.steps", "  -1", "DSLX0110", 18, 20, "training.steps wants a whole number from 0 to 1000000000, not -1")]
    [InlineData("training.steps", "[1, 2]", "DSLX0230", 16, 22, "training.steps is not swept, so an override cannot give it a list: the generated types have no property for it; make it a list in the spec")]
    [InlineData("seeds", "1, 2", "DSLX0104", 7, 11, "seeds wants a whole number of at least 0, not '1, 2'")]
    [InlineData("metrics", "[train.mse]", "DSLX0211", 1, 8, "--set cannot change 'metrics'; it may change backbone, pretrain, task, methods, training, search, seeds")]
    [InlineData("task.family", "custom", "DSLX0211", 6, 12, "--set cannot change 'task.family'")]
    [InlineData("methods.lora", "{}", "DSLX0212", 9, 13, "--set cannot add the method 'lora'; valid are prompt, full")]
    [InlineData("", "1", "DSLX0231", 1, 1, "an override is KEY=VALUE, such as training.steps=100")]
    [InlineData("training.steps", "[1", "DSLX0001", 18, 18, "training.steps: not YAML: while parsing a flow sequence, did not find expected ',' or ']'; inside { } and [ ] a text with commas or brackets needs quotes")]
    [InlineData("training.steps", "", "DSLX0003", 16, 16, "training.steps: there is no value after training.steps=")]
    [InlineData("task.template", "{text} it was", "DSLX0001", 22, 22, "task.template: not YAML: did not find expected <document end>; a text that begins with { needs quotes within the argument")]
    [InlineData("backbone.heads", "3", "DSLX0301", 16, 17, "backbone.heads 3 does not divide backbone.width 8")]
    public void Wrong_overrides_are_located_in_the_argument(string key, string value, string id, int from, int to, string message)
    {
        SpecResult result = Sample.With(Swept, (key, value));
        Assert.Null(result.Spec);
        SpecDiagnostic found = result.Diagnostics.First(diagnostic => diagnostic.Id == id);
        Assert.Equal((message, new SpecSpan($"--set {key}={value}", 1, from, 1, to)), (found.Message, found.Span));
    }

    /// <summary>A batch of 3 is too many of the full study's 2 sequences, and fits the profile's 4.</summary>
    [Theory]
    [InlineData("ci", null)]
    [InlineData("full", "DSLX0308")]
    [InlineData(null, "DSLX0308")]
    public void Only_the_profile_that_runs_is_checked(string? profile, string? id)
    {
        const string Keys = """
            task: { family: distinct_queries, sequences: 2 }
            methods: { prompt: { length: [1, 2] } }
            profiles: { ci: { task.sequences: 4, methods.prompt.length: 1 } }
            """;
        SpecDocument document = SpecCompiler.Parse(Sample.Path, "sample", Sample.Complete(Keys));
        SpecResult result = SpecCompiler.Compile(document, [], [new SpecOverride("training.batch", "3")], profile);
        Assert.Equal(id, result.Diagnostics.Where(diagnostic => diagnostic.Severity == SpecSeverity.Error).Select(diagnostic => diagnostic.Id).FirstOrDefault());
        if (id is null)
        {
            // The profile of all of them that have no contradiction.
            ProfileSpec all = Sample.Valid(Keys, ("training.batch", "2")).Profiles[1], only = Assert.Single(result.Spec!.Profiles);
            Assert.Equal(all with { Methods = only.Methods }, only);
            Assert.Equal(new SpecValue.Int(3), Find(only.Methods[0].Training, "batch"));
        }
    }

    [Fact]
    public void A_profile_alone_is_what_it_is_among_all()
    {
        SpecDocument document = SpecCompiler.Parse(Sample.Path, "sample", Sample.Complete(Swept));
        SpecOverride[] overrides = [new("training.steps", "7"), new("methods.prompt.length", "[3, 4]")];
        foreach (ProfileSpec profile in SpecCompiler.Compile(document, [], overrides).Spec!.Profiles)
        {
            Assert.Equal(profile, Assert.Single(SpecCompiler.Compile(document, [], overrides, profile.Name).Spec!.Profiles));
        }
    }

    [Fact]
    public void A_swept_key_cannot_be_removed()
    {
        SpecResult result = Sample.With(Swept, ("methods.prompt.length", "~"));
        Assert.Contains(result.Diagnostics, found => found.Id == "DSLX0230" || found.Id == "DSLX0112");
        Assert.Null(result.Spec);
    }

    [Fact]
    public void An_override_of_a_broken_spec_reports_the_spec()
    {
        SpecResult result = Sample.With("training: { stps: 1 }", ("training.steps", "3"));
        Assert.Equal("DSLX0101", Assert.Single(result.Diagnostics).Id);
    }

    private static SpecValue Find(OptionsSpec options, string key) => options.Values.Single(value => value.Key == key).Value;
}
