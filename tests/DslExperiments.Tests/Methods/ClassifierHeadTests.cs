using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Training;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>A trained layer over the classes, added to any method.</summary>
public class ClassifierHeadTests
{
    private static readonly TransformerOptions Deep = new()
    {
        Depth = 2, Width = 6, Heads = 2, Causal = true, Dtype = Precision.Float64, Mlp = new MlpOptions { Hidden = 7, Activation = Activation.Tanh },
    };

    private static readonly LabelledVectorsOptions Labelled = new();

    public static TheoryData<string> Methods() => ["frozen", "prompt", "prefix", "lora", "full", "prompt_lora", "prefix_lora"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_method_takes_a_head_with_it(string method)
    {
        using var scope = NewDisposeScope();
        int[] seeds = [4, 9];
        var backbone = new Transformer(Deep, seeds, CPU);
        var task = new LabelledVectors(Labelled, backbone, seeds);
        var (plain, with) = (AdapterOf(method, backbone, seeds, null), AdapterOf(method, backbone, seeds, task));
        Assert.Null(plain.Head);
        Assert.Equal(3, with.Head!.Classes);
        Assert.Equal(plain.ParametersOf(0) + 21, with.ParametersOf(0));
        var exported = with.Export(1);
        Assert.Equal([.. plain.Export(1).Keys, "classifier.weight", "classifier.bias"], exported.Keys);
        Assert.Equal([3, 6], exported["classifier.weight"].shape);
        Assert.Equal([3], exported["classifier.bias"].shape);
        Assert.Equal(0, exported["classifier.bias"].abs().sum().item<double>());
        Assert.InRange(exported["classifier.weight"].square().mean().sqrt().item<double>(), 0.01, 0.03);

        // The method's own numbers start as without a head.
        foreach (var (name, values) in plain.Export(0))
        {
            Assert.True((values == with.Export(0)[name]).all().item<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Scores_and_gradients_are_those_of_a_linear_layer(string method)
    {
        using var scope = NewDisposeScope();
        int[] seeds = [4, 9];
        var backbone = new Transformer(Deep, seeds, CPU);
        var task = new LabelledVectors(Labelled, backbone, seeds);
        var adapter = AdapterOf(method, backbone, seeds, task);
        task.Loss(backbone, adapter, Batch.All).sum().backward();
        using var frozen = no_grad();
        var outputs = backbone.Forward(task.Content, adapter, Batch.All);
        var scores = adapter.Head!.Scores(outputs);
        for (int arm = 0; arm < 2; arm++)
        {
            var tensors = adapter.Export(arm);
            var expected = outputs[arm].view(6, 6).matmul(tensors["classifier.weight"].t()) + tensors["classifier.bias"];
            Assert.InRange((scores[arm].view(6, 3) - expected).abs().max().item<double>(), 0, 1e-14);
        }

        double[] gradient = adapter.Gradients.data<double>().ToArray(), real = adapter.RealMask().data<double>().ToArray();
        for (int i = gradient.Length - 1; i >= 0; i -= i > gradient.Length - 40 ? 1 : 11)
        {
            double slope = (At(i, 1e-5) - At(i, -1e-5)) / 2e-5;
            Assert.True(Math.Abs(slope - gradient[i]) < 1e-8 || real[i] == 0, $"{method} [{i}]: {slope:R} and {gradient[i]:R}");
        }

        double At(int i, double by)
        {
            adapter.Values[i].add_(by);
            double loss = task.Loss(backbone, adapter, Batch.All).sum().item<double>();
            adapter.Values[i].sub_(by);
            return loss;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Together_equals_alone(string method)
    {
        var designs = Enumerable.Range(0, 3).Select(arm => Harness.Design(
            OptionsOf(method, arm), arm / 2, Deep, Labelled, new TrainingOptions { Steps = 30, LearningRate = 0.01 * (1 + arm) }, arm)).ToArray();
        var together = new Cohort(Harness.PlanOf(designs), new DetachedSession(), CPU);
        Harness.Train(together, []);
        Assert.Equal(30, together.StepCount);
        for (int arm = 0; arm < designs.Length; arm++)
        {
            var alone = new Cohort(Harness.PlanOf(designs[arm]), new DetachedSession(), CPU);
            Harness.Train(alone, []);
            var (one, other) = (alone.Outcome!.Arms[0], together.Outcome!.Arms[arm]);
            Assert.True(one.Curve[^1].Loss < one.Curve[0].Loss);
            Assert.All(one.Curve.Zip(other.Curve), pair => Assert.InRange(Math.Abs(pair.First.Loss - pair.Second.Loss), 0, 1e-10));
            Assert.All(one.Adapter.Zip(other.Adapter), pair =>
            {
                Assert.Equal(pair.First.Name, pair.Second.Name);
                Assert.All(pair.First.Values.Zip(pair.Second.Values), numbers => Assert.InRange(Math.Abs(numbers.First - numbers.Second), 0, 1e-10));
            });
        }
    }

    private static MethodOptions OptionsOf(string method, int arm) => method switch
    {
        "frozen" => new FrozenOptions(),
        "prompt" => new PromptOptions { Length = 1 + arm },
        "prefix" => new PrefixOptions { Length = 1 + arm },
        "lora" => new LoraOptions { Rank = 1 + arm },
        "prompt_lora" => new PromptLoraOptions { Prompt = new() { Length = 3 - arm }, Lora = new() { Rank = 1 + arm, On = [Projection.K] } },
        "prefix_lora" => new PrefixLoraOptions { Prefix = new() { Length = 3 - arm }, Lora = new() { Rank = 1 + arm } },
        _ => new FullOptions { On = [Projection.MlpOut] },
    };

    private static Adapter AdapterOf(string method, Transformer backbone, int[] seeds, LabelledVectors? task)
    {
        Assert.Equal(2, seeds.Length);
        MethodOptions[] options = [OptionsOf(method, 0), OptionsOf(method, 1)];
        return method switch
        {
            "frozen" => new Frozen(Of<FrozenOptions>(), backbone, seeds, task),
            "prompt" => new SoftPrompt(Of<PromptOptions>(), backbone, seeds, task),
            "prefix" => new Prefix(Of<PrefixOptions>(), backbone, seeds, task),
            "lora" => new Lora(Of<LoraOptions>(), backbone, seeds, task),
            "prompt_lora" => new PromptLora(Of<PromptLoraOptions>(), backbone, seeds, task),
            "prefix_lora" => new PrefixLora(Of<PrefixLoraOptions>(), backbone, seeds, task),
            _ => new FullTuning(Of<FullOptions>(), backbone, seeds, task),
        };

        T[] Of<T>() => [.. options.Cast<T>()];
    }
}
