using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>Axes, their names and order, grids, zips, profiles.</summary>
public class SweepTests
{
    [Fact]
    public void The_seed_varies_fastest_and_the_first_axis_slowest()
    {
        ExperimentSpec spec = Sample.Valid("training: { learning_rate: [0.1, 0.2] }");
        Assert.Equal(
            ["1 0.1 0", "1 0.1 1", "1 0.2 0", "1 0.2 1", "2 0.1 0", "2 0.1 1", "2 0.2 0", "2 0.2 1"],
            Arms(spec));
    }

    [Fact]
    public void Axes_come_in_the_order_of_the_tables()
    {
        ExperimentSpec spec = Sample.Valid("""
            backbone: { width: 8, kind: transformer, heads: [1, 2], depth: [1, 2] }
            task: { family: shared_token_pair, sequences: [2, 3] }
            training: { clip: [0, 1], learning_rate: [0.1] }
            methods: { prompt: { init: [zeros, normal], length: 1 } }
            seeds: 0
            """);
        Assert.Equal(
            [
                new AxisSpec("init", SettingsSection.Method, "Init", "global::DslExperiments.Backbones.Initializer", "methods.prompt.init"),
                new AxisSpec("learning_rate", SettingsSection.Training, "LearningRate", "double", "training.learning_rate"),
                new AxisSpec("clip", SettingsSection.Training, "Clip", "double", "training.clip"),
                new AxisSpec("sequences", SettingsSection.Task, "Sequences", "int", "task.sequences"),
                new AxisSpec("depth", SettingsSection.Backbone, "Depth", "int", "backbone.depth"),
                new AxisSpec("heads", SettingsSection.Backbone, "Heads", "int", "backbone.heads"),
            ],
            spec.Methods[0].Axes);
        Assert.Equal(32, spec.Profiles[0].Arms.Count);
    }

    [Theory]
    [InlineData("backbone: { kind: transformer, width: 8, mlp: { hidden: [8, 16] } }", "hidden", "Mlp.Hidden", "int")]
    [InlineData("backbone: { kind: transformer, width: 8, attention: { scale: [none, inverse_sqrt] } }", "scale", "Attention.Scale", "global::DslExperiments.Backbones.AttentionScale")]
    [InlineData("backbone: { kind: transformer, width: 8, init: { mlp: [zeros, normal] } }", "mlp", "Init.Mlp", "global::DslExperiments.Backbones.Initializer")]
    [InlineData("backbone: { kind: transformer, width: 8, causal: [true, false] }", "causal", "Causal", "bool")]
    [InlineData("training: { learning_rate: 0.1, schedule: [constant, linear] }", "schedule", "Schedule", "global::DslExperiments.Training.Schedule")]
    [InlineData("training: { learning_rate: 0.1, optimizer: [adam, adamw] }", "optimizer", "Optimizer", "global::DslExperiments.Training.OptimizerKind")]
    [InlineData("methods: { full: { on: [[q], [all]] } }\nexpect: [min(full.train.mse) >= 0]", "on", "On", "global::System.Collections.Generic.IReadOnlyList<global::DslExperiments.Methods.Projection>")]
    public void Every_kind_of_field_can_be_an_axis(string keys, string name, string member, string type)
    {
        AxisSpec axis = Sample.Valid(keys).Methods[0].Axes.Last();
        Assert.Equal((name, member, type), (axis.Name, axis.Member, axis.CSharpType));
    }

    [Fact]
    public void Of_two_axes_of_one_name_the_shared_one_gets_its_section_in_all_methods()
    {
        ExperimentSpec spec = Sample.Valid("""
            task: { family: shared_token_pair, length: [2, 3] }
            methods: { prompt: { length: [1, 2] }, full: {} }
            """);
        Assert.Equal(["length", "task_length"], spec.Methods[0].Axes.Select(axis => axis.Name));
        Assert.Equal(["task_length"], spec.Methods[1].Axes.Select(axis => axis.Name));
        Assert.Equal(["length"], Sample.Valid("task: { family: shared_token_pair, length: [2, 3] }\nmethods: { full: {} }\nexpect: ['min(full[length=2].train.mse) >= 0']").Methods[0].Axes.Select(axis => axis.Name));
    }

    [Fact]
    public void Two_axes_of_one_name_in_one_section_get_their_paths()
    {
        ExperimentSpec spec = Sample.Valid("""
            backbone: { kind: transformer, width: 8, init: { mlp: [zeros, normal], bias: [zeros, normal] } }
            methods: { lora: { init: [zeros, normal], on: [[q], [v]] } }
            expect: [min(lora.train.mse) >= 0]
            """);
        Assert.Equal(["on", "init", "mlp", "bias"], spec.Methods[0].Axes.Select(axis => axis.Name));
    }

    [Fact]
    public void A_methods_own_training_replaces_the_shared_axis()
    {
        ExperimentSpec spec = Sample.Valid("""
            training: { learning_rate: [0.1, 0.2], steps: [1, 2] }
            methods: { prompt: { training: { learning_rate: 0.3 } }, full: { training: { learning_rate: [0.4] } } }
            """);
        Assert.Equal(["steps"], spec.Methods[0].Axes.Select(axis => axis.Name));
        Assert.Equal(["methods.full.training.learning_rate", "training.steps"], spec.Methods[1].Axes.Select(axis => axis.Key));
        Assert.Equal("0.3", ValueText.Of(spec.Profiles[0].Methods[0].Training.Values.Single(value => value.Key == "learning_rate").Value));
    }

    [Fact]
    public void Zipped_keys_move_together_at_the_place_of_the_first()
    {
        ExperimentSpec spec = Sample.Valid("""
            training: { learning_rate: [0.1, 0.2], steps: [10, 20], clip: [0, 1] }
            zip: [[training.steps, methods.prompt.length]]
            seeds: 0
            """);
        Assert.Equal(["length", "learning_rate", "steps", "clip"], spec.Methods[0].Axes.Select(axis => axis.Name));
        Assert.Equal(
            ["1 0.1 10 0 0", "1 0.1 10 1 0", "1 0.2 10 0 0", "1 0.2 10 1 0", "2 0.1 20 0 0", "2 0.1 20 1 0", "2 0.2 20 0 0", "2 0.2 20 1 0"],
            Arms(spec));
    }

    [Fact]
    public void A_zip_leaves_methods_alone_that_have_one_of_its_keys()
    {
        ExperimentSpec spec = Sample.Valid("""
            training: { learning_rate: [0.1, 0.2] }
            methods: { prompt: { length: [1, 2] }, full: {} }
            zip: [[methods.prompt.length, training.learning_rate]]
            seeds: 0
            """);
        Assert.Equal(["1 0.1 0", "2 0.2 0", "0.1 0", "0.2 0"], Arms(spec));
    }

    [Fact]
    public void A_list_in_any_profile_is_an_axis_in_all()
    {
        ExperimentSpec spec = Sample.Valid("""
            training: { learning_rate: 0.1 }
            profiles: { wide: { training.learning_rate: [0.2, 0.3] }, deep: { backbone.depth: 2 } }
            seeds: 0
            """);
        Assert.Equal(["length", "learning_rate"], spec.Methods[0].Axes.Select(axis => axis.Name));
        Assert.Equal(["full", "wide", "deep"], spec.Profiles.Select(profile => profile.Name));
        Assert.Equal(["1 0.1 0", "2 0.1 0"], Arms(spec));
        Assert.Equal(["1 0.2 0", "1 0.3 0", "2 0.2 0", "2 0.3 0"], Arms(spec, 1));
        Assert.Equal(["1 0.1 0", "2 0.1 0"], Arms(spec, 2));
        Assert.Equal("2", ValueText.Of(spec.Profiles[2].Backbone.Values[0].Value));
    }

    [Fact]
    public void A_profile_may_be_dotted_or_nested()
    {
        ExperimentSpec dotted = Sample.Valid("profiles: { ci: { training.steps: 5, training.clip: 1, methods.prompt.length: [1], seeds: 0..0, backbone.mlp.hidden: 4 } }");
        ExperimentSpec nested = Sample.Valid("""
            profiles:
              ci:
                backbone: { mlp: { hidden: 4 } }
                methods: { prompt: { length: [1] } }
                training: { clip: 1, steps: 5 }
                seeds: [0]
            """);
        ExperimentSpec mixed = Sample.Valid("profiles: { ci: { training: { steps: 5 }, training.clip: 1, methods.prompt: { length: [1] }, seeds: 0, backbone: { mlp.hidden: 4 } } }");
        Assert.Equal(dotted, nested);
        Assert.Equal(dotted, mixed);
    }

    [Fact]
    public void A_null_in_a_profile_brings_the_default_back()
    {
        ExperimentSpec spec = Sample.Valid("training: { learning_rate: 0.1, steps: 10 }\nprofiles: { ci: { training.steps: ~ } }");
        Assert.Equal(["10", "1000"], spec.Profiles.Select(profile => ValueText.Of(profile.Methods[0].Training.Values.Single(value => value.Key == "steps").Value)));
    }

    [Fact]
    public void A_grid_of_exactly_the_limit_is_allowed()
    {
        Assert.Equal(4096, Sample.Valid("methods: { prompt: { length: 1..1024 } }\nseeds: 0..3").Profiles[0].Arms.Count);
        Assert.Equal("DSLX0204", Assert.Single(Sample.With("methods: { prompt: { length: 1..1025 } }\nseeds: 0..3").Diagnostics).Id);
    }

    [Fact]
    public void A_product_beyond_all_bounds_is_counted_without_being_built()
    {
        string list = "[" + string.Join(", ", Enumerable.Range(1, 500).Select(i => $"{i}e-4")) + "]";
        SpecResult result = Sample.With($"training: {{ learning_rate: {list}, clip: {list}, weight_decay: {list}, beta1: {list}, beta2: {list}, epsilon: {list}, momentum: {list}, steps: 1..4096, warmup: 1..4096 }}");
        SpecDiagnostic found = Assert.Single(result.Diagnostics, diagnostic => diagnostic.Id == "DSLX0204");
        Assert.StartsWith("profile 'full' has more than 1e15 arms; at most 4096 are allowed (prompt: 2 length × 500 learning_rate × ", found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backbone: { kind: transformer, width: 8 }", "8 16")]
    [InlineData("methods: { lora: { rank: [1, 2], on: [q] } }", "16 32")]
    [InlineData("backbone: { kind: transformer, width: 8, depth: 3, mlp: { hidden: 5 } }\nmethods: { lora: { rank: [2], on: [q, mlp] } }", "252")]
    [InlineData("backbone: { kind: transformer, width: 8, attention: { output: false } }\nmethods: { lora: { rank: [1], on: [attention] } }", "48")]
    [InlineData("backbone: { kind: transformer, width: 8, depth: 2, mlp: { hidden: 0 }, norm: none }\nmethods: { lora: { rank: [1], on: [all] } }", "128")]
    [InlineData("backbone: { kind: transformer, width: 8, mlp: { hidden: 5 } }\nmethods: { full: { on: [[q], [mlp_in], [mlp_out], [mlp, q]] } }", "64 45 48 157")]
    [InlineData("backbone: { kind: transformer, width: 8, depth: 2, mlp: { hidden: 5 }, norm: [none, pre, post, rms] }\nmethods: { full: {} }", "698 738 730 738")]
    [InlineData("backbone: { kind: transformer, width: 8, depth: 2, mlp: { hidden: 0 }, norm: [pre, post] }\nmethods: { full: {} }", "536 528")]
    [InlineData("backbone: { kind: transformer, width: [4, 8], heads: 2 }\nmethods: { prompt: { length: [3] } }", "12 24")]
    public void Trainable_parameters_are_counted(string keys, string counts)
    {
        ExperimentSpec spec = Sample.Valid(keys + "\nexpect: [1 < 2]\nseeds: 0");
        Assert.Equal(counts, string.Join(" ", spec.Profiles[0].Arms.Select(arm => NumberText.Format(arm.TrainableParameters))));
    }

    [Fact]
    public void Options_hold_every_field_in_the_order_of_the_table()
    {
        ProfileSpec full = Sample.Valid("task: { family: custom, type: My.Grid, sequences: 7 }").Profiles[0];
        Assert.Equal("global::DslExperiments.Backbones.TransformerOptions", full.Backbone.CSharpType);
        Assert.Equal(["Depth", "Width", "Heads", "Attention", "Mlp", "Norm", "Causal", "Positions", "Vocabulary", "Context", "Dtype", "Init", "Construct", "Seed", "Tokenizer"], full.Backbone.Values.Select(value => value.Member));
        Assert.Equal("global::DslExperiments.Tasks.CustomTaskOptions", full.Task.CSharpType);
        Assert.Equal([new FieldValue("sequences", "Sequences", new SpecValue.Int(7)), new FieldValue("length", "Length", new SpecValue.Int(2), IsDefault: true)], full.Task.Values);
        Assert.Equal(15, full.Methods[0].Training.Values.Count);
        SpecValue.Options mlp = Assert.IsType<SpecValue.Options>(full.Backbone.Values[4].Value);
        Assert.Equal(
            new OptionsSpec("global::DslExperiments.Backbones.MlpOptions", new[]
            {
                new FieldValue("hidden", "Hidden", new SpecValue.Int(40), IsDefault: true),
                new FieldValue("activation", "Activation", new SpecValue.Choice("relu", "global::DslExperiments.Backbones.Activation", "Relu"), IsDefault: true),
                new FieldValue("residual", "Residual", new SpecValue.Bool(true), IsDefault: true),
            }),
            mlp.Value);
    }

    [Fact]
    public void A_custom_task_names_its_type_and_where_it_stands()
    {
        SpecResult result = Sample.With("task: { family: custom, type: My.Grid }");
        Assert.Equal(new CustomTaskSpec("My.Grid"), result.Spec!.CustomTask);
        Assert.Equal(new SpecSpan(Sample.Path, 9, 31, 9, 38), result.CustomTypeSpan);
        Assert.Null(Sample.With("").CustomTypeSpan);
        Assert.Null(Sample.Valid("").CustomTask);
    }

    private static IEnumerable<string> Arms(ExperimentSpec spec, int profile = 0) =>
        spec.Profiles[profile].Arms.Select(arm => string.Join(" ", arm.Values.Select(ValueText.Of).Append(NumberText.Format(arm.Seed))));
}
