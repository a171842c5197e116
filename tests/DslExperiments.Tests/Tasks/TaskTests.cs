using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Tasks;

/// <summary>Data of the task families.</summary>
public class TaskTests
{
    [Fact]
    public void Sequences_share_their_last_token_and_no_other()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [0, 1], CPU);
        var task = new SharedTokenPair(new SharedTokenPairOptions { Sequences = 3, Length = 4 }, backbone, [0, 1]);
        Assert.Equal([2L, 3, 4, 10], task.Content.Tokens.shape);
        Assert.Equal([2L, 3, 1, 10], task.Targets.shape);
        double[] last = task.Content.Tokens.narrow(2, 3, 1).contiguous().data<double>().ToArray();
        Assert.Equal(20, last.Distinct().Count());
        Assert.Equal(2 * 3 * 3 * 10, task.Content.Tokens.narrow(2, 0, 3).contiguous().data<double>().Distinct().Count());
        Assert.Equal(2 * 3 * 10, task.Targets.contiguous().data<double>().Distinct().Count());
    }

    [Fact]
    public void Only_shared_tokens_fit_a_length_of_one()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [0], CPU);
        var task = new SharedTokenPair(new SharedTokenPairOptions { Length = 1 }, backbone, [0]);
        Assert.Equal([1L, 2, 1, 10], task.Content.Tokens.shape);
    }

    [Fact]
    public void A_teacher_reaches_its_own_targets()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer with { Depth = 2, Norm = Norm.Pre }, [0, 1, 0], CPU);
        TaskFamily[] tasks =
        [
            new TeacherPrompt(new TeacherPromptOptions { TeacherLength = 3 }, backbone, [0, 1, 0]),
            new SharedTokenPair(new SharedTokenPairOptions { Targets = new TeacherTargets(3) }, backbone, [0, 1, 0]),
        ];
        foreach (var task in tasks)
        {
            var student = new FixedPrompt(backbone, [.. ((int[])[0, 1, 0]).Select(seed => VectorTask.TeacherRows(seed, 3, 10))]);
            Assert.True(task.Loss(backbone, student, Batch.All).max().item<double>() < 1e-28);
            var nobody = new SoftPrompt([new(), new(), new()], backbone, [0, 1, 0]);
            Assert.True(task.Loss(backbone, nobody, Batch.All).min().item<double>() > 1e-6);
        }
    }

    [Fact]
    public void The_loss_is_the_mean_squared_error_of_each_arm()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [3, 3, 5], CPU);
        var task = new SharedTokenPair(new SharedTokenPairOptions(), backbone, [3, 3, 5]);
        var adapter = new SoftPrompt([new() { Length = 1 }, new() { Length = 2 }, new() { Length = 3 }], backbone, [3, 3, 5]);
        var losses = task.Loss(backbone, adapter, Batch.All);
        var outputs = backbone.Forward(task.Content, adapter, Batch.All);
        int[] group = [0, 1, 2];
        for (int arm = 0; arm < 3; arm++)
        {
            double expected = (outputs[arm] - task.Targets[group[arm]]).pow(2).mean().item<double>();
            Assert.Equal(expected, losses[arm].item<double>(), 13);
        }
    }

    [Fact]
    public void A_custom_class_makes_the_data()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [0, 1], CPU);
        var task = new CustomTaskFamily(new CustomTaskOptions { Sequences = 5, Length = 3 }, new Reversal(), backbone, [0, 1]);
        Assert.Equal([0, 2], task.Content.Reads);
        Assert.True(task.Targets.Equals(task.Content.Tokens.flip(2).index_select(2, tensor(new long[] { 0, 2 }))));
        Assert.False(task.Content.Tokens[0].Equals(task.Content.Tokens[1]));

        var alone = new CustomTaskFamily(
            new CustomTaskOptions { Sequences = 5, Length = 3 }, new Reversal(), new Transformer(Harness.SingleLayer, [1], CPU), [1]);
        Assert.True(alone.Content.Tokens[0].Equals(task.Content.Tokens[1]));
    }

    [Fact]
    public void Custom_data_of_another_shape_is_an_error()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [0], CPU);
        var error = Assert.Throws<InvalidOperationException>(() => new CustomTaskFamily(new CustomTaskOptions(), new Misshapen(), backbone, [0]));
        Assert.Contains("Misshapen made inputs [1]; they must be [4, 2, 10]", error.Message);
    }

    [Fact]
    public void Task_and_backbone_must_have_the_same_arms()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Harness.SingleLayer, [0, 1], CPU);
        Assert.Throws<ArgumentException>(() => new SharedTokenPair(new SharedTokenPairOptions(), backbone, [1, 0]));
    }

    private sealed class Reversal : CustomTask
    {
        public override CustomData Make(CustomTaskOptions options, int width, Generator generator)
        {
            var inputs = rand([options.Sequences, options.Length, width], float64, generator: generator);
            return new CustomData(inputs, inputs.flip(1).index_select(1, tensor(new long[] { 0, 2 })));
        }

        public override IReadOnlyList<int> Reads(CustomTaskOptions options) => [0, options.Length - 1];
    }

    private sealed class Misshapen : CustomTask
    {
        public override CustomData Make(CustomTaskOptions options, int width, Generator generator) => new(zeros(1), zeros(1));
    }
}
