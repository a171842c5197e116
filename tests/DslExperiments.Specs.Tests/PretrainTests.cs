using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>The stage <c>pretrain:</c>.</summary>
public class PretrainTests
{
    private const string Sorter = """
        backbone: { kind: transformer, width: 8, causal: true, vocabulary: 10 }
        pretrain:
          task: { family: integer_sequences, function: ascending }
          training: { learning_rate: 0.01, steps: 20, batch: 4 }
        task: { family: integer_sequences, function: descending }
        methods: { frozen: {}, prefix: { length: 1 } }
        training: { learning_rate: 0.1, batch: 8 }
        metrics: [exact_match]
        expect: [min(prefix.exact_match) >= 0]

        """;

    [Fact]
    public void The_stage_has_its_own_task_and_training()
    {
        var profile = Sample.Valid(Sorter).Profiles[0];
        Assert.Equal(new SpecValue.Int(20), Value(profile.Pretrain!.Training, "steps"));
        Assert.Equal(new SpecValue.Int(4), Value(profile.Pretrain.Training, "batch"));
        Assert.Equal("ascending", ((SpecValue.Choice)Value(profile.Pretrain.Task, "function")).Word);
        Assert.Equal("descending", ((SpecValue.Choice)Value(profile.Task, "function")).Word);

        // Nothing comes from the shared training.
        Assert.Equal(new SpecValue.Int(1000), Value(profile.Methods[0].Training, "steps"));
    }

    [Fact]
    public void Canonical_text_gives_the_stage_back()
    {
        var spec = Sample.Valid(Sorter + "profiles: { ci: { pretrain.training.steps: 3, pretrain.task.length: 4 } }\n");
        var again = Sample.Compile(spec.CanonicalText).Spec!;
        Assert.Equal(spec, again);
        Assert.Equal(new SpecValue.Int(3), Value(again.Profiles[1].Pretrain!.Training, "steps"));
        Assert.Equal(new SpecValue.Int(4), Value(again.Profiles[1].Pretrain!.Task, "length"));
        Assert.Equal(new SpecValue.Int(10), Value(again.Profiles[0].Pretrain!.Task, "length"));
    }

    [Fact]
    public void Its_training_can_be_swept()
    {
        var spec = Sample.Valid(Sorter.Replace("steps: 20", "steps: [0, 20]", StringComparison.Ordinal));
        Assert.Equal(2 * 2 * spec.Profiles[0].Arms.Select(arm => arm.Seed).Distinct().Count(), spec.Profiles[0].Arms.Count);
        var axis = Assert.Single(spec.Methods[1].Axes);
        Assert.Equal(("steps", SettingsSection.PretrainTraining, "Steps", "pretrain.training.steps"), (axis.Name, axis.Section, axis.Member, axis.Key));
    }

    [Fact]
    public void An_axis_beside_the_arms_own_steps_gets_the_stages_name()
    {
        var spec = Sample.Valid(Sorter
            .Replace("steps: 20", "steps: [0, 20]", StringComparison.Ordinal)
            .Replace("training: { learning_rate: 0.1, batch: 8 }", "training: { learning_rate: 0.1, batch: 8, steps: [1, 2] }", StringComparison.Ordinal));
        Assert.Equal(["training_steps", "pretrain_steps"], spec.Methods[1].Axes.Select(axis => axis.Name));
    }

    [Fact]
    public void An_override_reaches_it()
    {
        var profile = Sample.Valid(Sorter, ("pretrain.training.steps", "7")).Profiles[0];
        Assert.Equal(new SpecValue.Int(7), Value(profile.Pretrain!.Training, "steps"));
    }

    [Theory]
    [InlineData("steps: 20", "stps: 20", "DSLX0101", "unknown key 'stps' in pretrain.training; did you mean 'steps'?")]
    [InlineData("batch: 4", "warmup: 5, batch: 0", "DSLX0312", "pretrain.task.family integer_sequences draws its own sequences for every step, so pretrain.training.batch must say how many")]
    [InlineData("steps: 20", "steps: 20, warmup: 20", "DSLX0307", "pretrain.training.warmup 20 must be below pretrain.training.steps 20")]
    [InlineData("steps: 20", "steps: 20, early_stopping: { metric: train.loss, patience: 2 }", "DSLX0328", "pretrain.training.early_stopping.metric: a pretraining measures its loss alone")]
    [InlineData("function: ascending", "function: [ascending, add1]", "DSLX0203", "pretrain.task.function cannot be swept; of pretrain only the training can")]
    [InlineData("{ family: integer_sequences, function: ascending }", "{ family: custom, type: A.B }", "DSLX0107", "pretrain.task.family wants one of")]
    [InlineData("  task: { family: integer_sequences, function: ascending }\n", "", "DSLX0102", "pretrain needs the key 'task'")]
    [InlineData("vocabulary: 10", "vocabulary: 9", "DSLX0310", "backbone.vocabulary 9 must be at least 10")]
    [InlineData("methods:", "profiles: { ci: { pretrain.task.family: associations } }\nmethods:", "DSLX0211", "profile 'ci' cannot change 'pretrain.task.family'")]
    [InlineData("methods:", "profiles: { ci: { pretrain: ~ } }\nmethods:", "DSLX0211", "profile 'ci' cannot remove 'pretrain'")]
    public void Mistakes_in_it_are_named(string from, string to, string id, string message)
    {
        var diagnostics = Sample.With(Sorter.Replace(from, to, StringComparison.Ordinal)).Diagnostics;
        Assert.Contains(diagnostics, diagnostic => diagnostic.Id == id && diagnostic.Message.StartsWith(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_profile_cannot_add_the_stage()
    {
        var diagnostics = Sample.With("profiles: { ci: { pretrain: { training: { steps: 1 } } } }").Diagnostics;
        Assert.Contains(diagnostics, diagnostic => diagnostic.Message == "profile 'ci' cannot add 'pretrain'; all profiles have the same stages");
    }

    private static SpecValue Value(OptionsSpec options, string key) => options.Values.First(value => value.Key == key).Value;
}
