using System.Collections;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Pretraining;
using DslExperiments.Tasks;
using DslExperiments.Tests.Hosting;
using DslExperiments.Training;

namespace DslExperiments.Tests.Pretraining;

/// <summary>What decides a pretrained backbone: every field of its options, whatever is added to them, and nothing else.</summary>
public sealed class PretrainStageTests
{
    private static readonly ArmDesign Arm = TinyExperiment.Full.DesignOf(TinyExperiment.Full.Arms[0]) with
    {
        Pretrain = new PretrainOptions { Task = new SharedTokenPairOptions(), Training = new TrainingOptions() },
    };

    public static TheoryData<Type> Tasks => [.. typeof(TaskOptions).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(TaskOptions)) && !type.IsAbstract)];

    [Fact]
    public void Every_field_of_the_backbone_counts()
    {
        var changes = Changed(Arm.Backbone).ToArray();
        Assert.True(changes.Length > 15);
        AssertDifferent(changes.Select(change => (change.Path, Arm with { Backbone = (TransformerOptions)change.Value })));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Every_field_of_the_task_counts(Type task)
    {
        var start = (TaskOptions)Activator.CreateInstance(task)!;
        AssertDifferent(Changed(start).Select(change => (change.Path, With((TaskOptions)change.Value, new TrainingOptions()))).Append(("itself", With(start, new TrainingOptions()))));
    }

    [Fact]
    public void Every_field_of_the_training_counts_but_how_often_is_measured()
    {
        var changes = Changed(new TrainingOptions()).Select(static change => (change.Path, Design: With(new SharedTokenPairOptions(), (TrainingOptions)change.Value))).ToArray();
        var measured = Assert.Single(changes, static change => change.Path == "MeasureEvery");
        Assert.Equal(HashOf(Arm), HashOf(measured.Design));
        AssertDifferent(changes.Where(static change => change.Path != "MeasureEvery"));
    }

    [Fact]
    public void Seed_device_and_versions_count()
    {
        AssertDifferent([("seed", Arm with { Arm = new TinyExperiment.Arm.Prompt(1, 7) })]);
        Assert.NotEqual(HashOf(Arm), PretrainStage.Of(Arm, "cuda", "1", typeof(TinyExperiment))!.Hash);
        Assert.NotEqual(HashOf(Arm), PretrainStage.Of(Arm, "cpu", "2", typeof(TinyExperiment))!.Hash);
    }

    [Fact]
    public void Arm_method_and_experiment_do_not_count()
    {
        var lora = TinyExperiment.Full.DesignOf(TinyExperiment.Full.Arms[^2]) with { Pretrain = Arm.Pretrain };
        Assert.Equal((0, "lora"), (lora.Arm.Seed, lora.Arm.Method));
        Assert.Equal(HashOf(Arm), HashOf(lora));
        Assert.Equal(HashOf(Arm), PretrainStage.Of(Arm, "cpu", "1", typeof(PretrainedExperiment))!.Hash);
    }

    [Fact]
    public void The_code_of_a_custom_task_counts()
    {
        var custom = With(new CustomTaskOptions(), new TrainingOptions());
        Assert.NotEqual(HashOf(custom), PretrainStage.Of(custom, "cpu", "1", typeof(PretrainedExperiment))!.Hash);
    }

    [Fact]
    public void Without_the_stage_there_is_none() => Assert.Null(PretrainStage.Of(Arm with { Pretrain = null }, "cpu", "1", typeof(TinyExperiment)));

    [Fact]
    public void Arms_of_different_stages_share_no_cohort()
    {
        var other = Arm with { Pretrain = Arm.Pretrain! with { Training = new TrainingOptions { Steps = 1001 } } };
        var equal = Arm with { Pretrain = new PretrainOptions { Task = new SharedTokenPairOptions(), Training = new TrainingOptions() } };
        Assert.Equal([[0, 2], [1], [3]], CohortPlanner.Plan([Arm, other, equal, Arm with { Pretrain = null }]).Select(static cohort => cohort.Arms.AsEnumerable()));
    }

    private static ArmDesign With(TaskOptions task, TrainingOptions training) => Arm with { Pretrain = new PretrainOptions { Task = task, Training = training } };

    private static string HashOf(ArmDesign design) => PretrainStage.Of(design, "cpu", "1", typeof(TinyExperiment))!.Hash;

    private static void AssertDifferent(IEnumerable<(string Path, ArmDesign Design)> changes)
    {
        var seen = new Dictionary<string, string> { [HashOf(Arm)] = "unchanged" };
        foreach (var (path, design) in changes)
        {
            var hash = HashOf(design);
            if (path == "itself" && design.Pretrain!.Task.Equals(Arm.Pretrain!.Task))
            {
                continue;
            }

            Assert.True(seen.TryAdd(hash, path), $"{path} has the hash of {seen[hash]}.");
        }
    }

    /// <summary>Copies of a record, each with one field changed, fields of fields included.</summary>
    private static IEnumerable<(string Path, object Value)> Changed(object record)
    {
        foreach (var property in record.GetType().GetProperties().Where(static property => property.CanWrite))
        {
            var value = property.GetValue(record)!;
            foreach (var (path, other) in Others(property.PropertyType, value))
            {
                var copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
                property.SetValue(copy, other);
                yield return (property.Name + path, copy);
            }
        }
    }

    private static IEnumerable<(string Path, object Value)> Others(Type type, object value) => value switch
    {
        int number => [("", number + 1)],
        double number => [("", number + 0.5), (".bits", Math.BitIncrement(number))],
        bool flag => [("", !flag)],
        string text => [("", text + "x")],
        Enum member => Enum.GetValues(type).Cast<object>().Where(other => !other.Equals(member)).Select(static other => ($"={other}", other)),
        IReadOnlyList<SequenceFunction> list => [(".reversed", list.Reverse().ToArray()), (".shorter", list.Skip(1).ToArray())],
        IReadOnlyList<string> list => [(".longer", list.Append("x").ToArray())],
        IEnumerable => throw new NotSupportedException($"Say how a {type} can change."),
        _ when type.IsAbstract => type.Assembly.GetTypes().Where(other => other.IsSubclassOf(type)).SelectMany(Variants).Where(other => !other.Value.Equals(value)),
        _ => Changed(value).Select(static change => ("." + change.Path, change.Value)),
    };

    /// <summary>Records of a kind, with different numbers in every place.</summary>
    private static IEnumerable<(string Path, object Value)> Variants(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(static constructor => constructor.GetParameters().Length)!;
        var first = constructor.Invoke([.. constructor.GetParameters().Select(static parameter => parameter.ParameterType == typeof(int) ? 3 : parameter.ParameterType == typeof(string) ? "a" : (object)0.25)]);
        return Changed(first).Select(change => ($"={type.Name}.{change.Path}", change.Value)).Prepend(($"={type.Name}", first));
    }
}
