using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>A backbone in 16 bits, what is trained in 32 bits.</summary>
public class HalfPrecisionTests
{
    private static readonly TransformerOptions Backbone = new()
    {
        Depth = 2, Width = 16, Heads = 2, Causal = true, Mlp = new MlpOptions { Hidden = 24, Activation = Activation.Gelu },
    };

    private static readonly TaskOptions Teacher = new TeacherPromptOptions { Sequences = 6, Length = 4 };

    public static TheoryData<string, Norm, bool> Studies()
    {
        var data = new TheoryData<string, Norm, bool>();
        foreach (string method in (string[])["prompt", "prefix", "lora", "full", "prompt_lora", "prefix_lora", "iapt"])
        {
            data.Add(method, Norm.Pre, true);
            data.Add(method, Norm.Rms, true);
        }

        data.Add("prompt", Norm.None, false);
        data.Add("prefix", Norm.Post, false);
        return data;
    }

    [Theory]
    [MemberData(nameof(Studies))]
    public void Learns_as_in_32_bits(string method, Norm norm, bool causal)
    {
        var full = Trained(method, norm, causal, Precision.Float32);
        var half = Trained(method, norm, causal, Precision.BFloat16);
        for (int arm = 0; arm < full.Arms.Count; arm++)
        {
            double start = full.Arms[arm].Curve[0].Loss;
            Assert.True(full.Arms[arm].Curve[^1].Loss < 0.8 * start, $"{method}: nothing was learned in 32 bits.");
            foreach (var (one, other) in full.Arms[arm].Curve.Zip(half.Arms[arm].Curve))
            {
                Assert.True(Math.Abs(one.Loss - other.Loss) < 0.05 * start, $"{method} arm {arm} at {one.Step}: {one.Loss:g4} in 32 bits, {other.Loss:g4} in 16.");
            }

            // It is 16 bits that were computed with.
            Assert.NotEqual(full.Arms[arm].Curve[0].Loss, half.Arms[arm].Curve[0].Loss);
        }
    }

    [Fact]
    public void What_is_trained_moves_by_less_than_16_bits_tell_apart()
    {
        // 20 steps of Adam of 1e-5 are 2e-4; numbers near 1 are 8e-3 apart in 16 bits.
        var design = Harness.Design(
            new PromptOptions { Length = 3, Init = new Uniform(1) }, 0, Backbone with { Dtype = Precision.BFloat16 }, Teacher,
            new TrainingOptions { LearningRate = 1e-5, Steps = 20 });
        var arm = Harness.TrainTogether(design).Arms[0];
        Assert.All(arm.Adapter, tensor => Assert.Equal(Precision.Float32, tensor.Dtype));
        double[] start = [.. Seeded()];
        double[] moved = [.. arm.Adapter[0].Values.Zip(start, (end, first) => Math.Abs(end - first))];
        Assert.All(moved, distance => Assert.InRange(distance, 0, 2.1e-4));
        Assert.True(moved.Max() > 1e-4);

        double[] Seeded()
        {
            using var scope = NewDisposeScope();
            var backbone = new Transformer(design.Backbone, [0], CPU);
            return new SoftPrompt([(PromptOptions)design.Method], backbone, [0]).Export(0)[SoftPrompt.TensorName].to(float64).data<double>().ToArray();
        }
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("full")]
    public void A_resumed_run_ends_with_the_same_bits(string method)
    {
        var designs = Designs(method, Norm.Pre, causal: true, Precision.BFloat16);
        var whole = Harness.TrainTogether(designs);
        var session = new MemorySession { PauseAt = 33 };
        Assert.Throws<TrainingInterruptedException>(() => Harness.Train(new Cohort(Harness.PlanOf(designs), session, CPU)));
        var resumed = new Cohort(Harness.PlanOf(designs), MemorySession.Resuming(session.Saved!), CPU);
        Harness.Train(resumed);
        foreach (var (one, other) in whole.Arms.Zip(resumed.Outcome!.Arms))
        {
            Assert.Equal(one.Adapter.SelectMany(t => t.Values), other.Adapter.SelectMany(t => t.Values));
            Assert.Equal(one.Curve, other.Curve);
        }
    }

    [Fact]
    public void A_search_goes_on_among_rows_of_16_bits()
    {
        var design = Harness.Design(
            new HardPromptOptions { Length = 3, Candidates = 4 }, 0, Backbone with { Vocabulary = 17, Dtype = Precision.BFloat16 }, Teacher,
            new TrainingOptions { Steps = 20, MeasureEvery = 1 });
        var arm = Harness.TrainTogether(design).Arms[0];
        Assert.All(arm.Curve.Zip(arm.Curve.Skip(1)), pair => Assert.True(pair.Second.Loss <= pair.First.Loss, $"{pair.First} became {pair.Second}."));
        Assert.True(arm.Curve[^1].Loss < arm.Curve[0].Loss);
    }

    private static CohortOutcome Trained(string method, Norm norm, bool causal, Precision precision) =>
        Harness.TrainTogether(Designs(method, norm, causal, precision));

    private static ArmDesign[] Designs(string method, Norm norm, bool causal, Precision precision)
    {
        var backbone = Backbone with { Norm = norm, Causal = causal, Dtype = precision };
        return [.. Enumerable.Range(0, 3).Select(arm => Harness.Design(
            Options(method, arm), seed: 0, backbone, Teacher, new TrainingOptions { LearningRate = 0.01 * (1 + arm), Steps = 100, Clip = 1 }, arm))];
    }

    private static MethodOptions Options(string method, int arm) => method switch
    {
        "prompt" => new PromptOptions { Length = 3 + arm },
        "prefix" => new PrefixOptions { Length = 2 + arm },
        "lora" => new LoraOptions { Rank = 1 + arm, On = [Projection.Q, Projection.V, Projection.MlpIn] },
        "prompt_lora" => new PromptLoraOptions { Prompt = new PromptOptions { Length = 2 + arm }, Lora = new LoraOptions { Rank = 2 } },
        "prefix_lora" => new PrefixLoraOptions { Prefix = new PrefixOptions { Length = 2, Reparametrization = 8 }, Lora = new LoraOptions { Rank = 1 + arm } },
        "iapt" => new IaptOptions { Length = 2, Bottleneck = 4 },
        _ => new FullOptions(),
    };
}
