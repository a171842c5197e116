using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Metrics;

/// <summary>The floor of D4, the gaps and the certificate of D6, errors.</summary>
public class TheoryMetricsTests
{
    private static readonly TrainingOptions Short = new() { Steps = 30, LearningRate = 0.05 };

    /// <summary>The layer of D4: content keeps to its subspace.</summary>
    private static readonly TransformerOptions Rank = Harness.SingleLayer with
    {
        Width = 6,
        Mlp = new MlpOptions { Hidden = 0 },
        Init = new BackboneInit { Attention = new Identity(1) },
    };

    private static readonly TransformerOptions Contractive = new()
    {
        Depth = 2, Width = 8, Causal = true, Norm = Norm.None, Dtype = Precision.Float64, Mlp = new MlpOptions { Hidden = 16 },
        Attention = new AttentionOptions { Scale = AttentionScale.None, Output = false },
        Init = new BackboneInit { Attention = new SpectralNorm(1), Value = new SpectralNorm(0.02), Mlp = new SpectralNorm(Math.Sqrt(0.3)), Bias = new Normal(0.1) },
    };

    [Fact]
    public void The_floor_of_two_sequences_is_their_smaller_singular_value()
    {
        var task = new DistinctQueriesOptions { Sequences = 2 };
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Rank, [3], CPU);
        var data = new DistinctQueries(task, backbone, [3]);
        double[] t = (data.Targets - data.LastTokens)[0].squeeze(1).narrow(1, 4, 2).contiguous().data<double>().ToArray();

        // Eigenvalues of TᵀT from its trace and determinant.
        double trace = t.Sum(entry => entry * entry), determinant = Math.Pow((t[0] * t[3]) - (t[1] * t[2]), 2);
        double expected = (trace - Math.Sqrt((trace * trace) - (4 * determinant))) / 2 / (2 * 6);
        double[][] values = MetricTests.Measure(
            [new PromptFloor(), new TrainMse(), new OptimisationGap()],
            [.. ((int[])[1, 2, 3]).Select(length => Harness.Design(new PromptOptions { Length = length }, 3, Rank, task, Short))]);
        Assert.Equal(expected, values[0][0], 13);
        Assert.Equal([0, 0], values[0][1..]);
        Assert.Equal(values[1].Zip(values[0], (reached, floor) => reached - floor), values[2]);
    }

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(3, 1, false)]
    [InlineData(3, 2, false)]
    [InlineData(3, 2, true)]
    public void No_prompt_of_fewer_tokens_than_sequences_is_below_the_floor(int sequences, int length, bool teacher)
    {
        var task = new DistinctQueriesOptions
        {
            Sequences = sequences, Inputs = new Sphere(1), Targets = teacher ? new TeacherTargets(sequences) : new RandomTargets(),
        };
        var training = new TrainingOptions { LearningRate = 0.1, Steps = 400, Schedule = new CosineSchedule(1e-3) };
        ArmDesign[] designs =
        [
            .. from seed in Enumerable.Range(0, 8)
               from start in (double[])[0.3, 1, 3]
               select Harness.Design(new PromptOptions { Length = length, Init = new Normal(start) }, seed, Rank, task, training),
        ];
        double[][] values = MetricTests.Measure([new TrainMse(), new PromptFloor()], designs);
        Assert.True(values[1].Max() > (teacher ? 1e-6 : 1e-3), $"The floors say nothing: {values[1].Max()}.");
        for (int arm = 0; arm < designs.Length; arm++)
        {
            Assert.True(values[1][arm] > 0);
            Assert.True(values[0][arm] >= values[1][arm] - 1e-13, $"{designs[arm].Arm.Label}: {values[0][arm]:R} below {values[1][arm]:R}");
        }
    }

    [Fact]
    public void There_is_no_rank_floor_where_content_leaves_its_subspace()
    {
        var task = new DistinctQueriesOptions();
        var floor = new Metric[] { new PromptFloor() };
        Assert.True(MetricTests.Measure(floor, Harness.Design(new PromptOptions(), 0, Rank, task, Short))[0][0] > 0);
        foreach (var backbone in (TransformerOptions[])[
            Rank with { Init = Rank.Init with { Value = new ScaledNormal(1) } },
            Rank with { Mlp = new MlpOptions { Hidden = 4 } },
            Rank with { Depth = 2 },
            Rank with { Norm = Norm.Pre },
        ])
        {
            Assert.True(double.IsNaN(MetricTests.Measure(floor, Harness.Design(new PromptOptions(), 0, backbone, task, Short))[0][0]));
        }

        Assert.True(double.IsNaN(MetricTests.Measure(floor, Harness.Design(new LoraOptions(), 0, Rank, task, Short))[0][0]));
    }

    [Fact]
    public void Errors_are_those_of_the_outputs()
    {
        using var scope = NewDisposeScope();
        var (backbone, task, adapter, trained) = Start(Harness.SingleLayer, new SphereRegressionOptions { Sequences = 7, TestSequences = 9 }, new PromptOptions { Length = 2 });
        var vectors = (SphereRegression)task;
        double[] error = Rows(backbone.Forward(vectors.Content, adapter, Batch.All)[0], vectors.Targets[0]);
        Assert.Equal(Math.Sqrt(error.Max()), new TrainMaxError().Measure(trained)[0], 12);
        double[] unseen = Rows(backbone.Forward(vectors.Test, adapter, Batch.All)[0], vectors.TestTargets[0]);
        Assert.Equal(9, unseen.Length);
        Assert.Equal(unseen.Average() / 10, new EvalMse().Measure(trained)[0], 12);

        static double[] Rows(Tensor outputs, Tensor targets) => (outputs - targets).square().sum(-1).flatten().data<double>().ToArray();
    }

    [Fact]
    public void Gaps_are_distances_of_whole_sequences()
    {
        using var scope = NewDisposeScope();
        var (backbone, task, adapter, trained) = Start(Contractive, new CommonTargetOptions(), new PromptOptions { Length = 3, NormCap = 1 });
        var content = ((CommonTarget)task).Content;
        Assert.Equal((content.Tokens[0][0] - content.Tokens[0][1]).square().sum().sqrt().item<double>(), new InputGap().Measure(trained)[0], 13);
        var outputs = backbone.Forward(content, adapter, Batch.All)[0];
        Assert.Equal((outputs[0] - outputs[1]).square().sum().sqrt().item<double>(), new OutputGap().Measure(trained)[0], 13);
    }

    [Fact]
    public void The_certificate_is_the_formula_of_D6()
    {
        // |W_v| = 0.02, |W_k^T W_q| = 0.5, tokens on the sphere of radius 2, two of them, no MLP:
        // L_att = 0.02 (sqrt 2 + 0.5 · 4 (sqrt 2 + 1)); the second layer sees tokens of norm at most 2 (1 + 0.02).
        var backbone = Contractive with
        {
            Mlp = new MlpOptions { Hidden = 0 },
            Init = new BackboneInit { Attention = new Identity(1), Query = new Identity(0.5), Value = new Identity(-0.02) },
        };
        double root = Math.Sqrt(2);
        double Kept(double norm) => 1 - (0.02 * (root + (0.5 * norm * norm * (root + 1))));
        var task = new CommonTargetOptions { Inputs = new Sphere(2) };
        double[][] values = MetricTests.Measure(
            [new CertifiedOutputGap(), new InputGap()],
            Harness.Design(new PromptOptions { NormCap = 1 }, 0, backbone, task, Short), Harness.Design(new PromptOptions { NormCap = 3 }, 0, backbone, task, Short));
        Assert.Equal(Kept(2) * Kept(2.04), values[0][0] / values[1][0], 12);
        Assert.Equal(Kept(3) * Kept(3.06), values[0][1] / values[1][1], 12);

        // With an MLP: L_mlp = 0.3, and its outputs make tokens longer.
        var biased = Contractive with { Depth = 1, Init = Contractive.Init with { Bias = new Zeros(), Attention = new Identity(1), Value = new Identity(0.02) } };
        double[][] one = MetricTests.Measure([new CertifiedOutputGap(), new InputGap()], Harness.Design(new PromptOptions { NormCap = 1 }, 0, biased, new CommonTargetOptions(), Short));
        Assert.Equal((1 - (0.02 * (root + root + 1))) * 0.7, one[0][0] / one[1][0], 12);
    }

    [Fact]
    public void Without_cap_causality_or_contraction_nothing_is_certified()
    {
        double Certified(MethodOptions method, TransformerOptions backbone) =>
            MetricTests.Measure([new CertifiedOutputGap()], Harness.Design(method, 0, backbone, new CommonTargetOptions(), Short))[0][0];
        var capped = new PromptOptions { NormCap = 1 };
        Assert.True(Certified(capped, Contractive) > 0.1);
        Assert.True(double.IsNaN(Certified(new PromptOptions(), Contractive)));
        Assert.True(double.IsNaN(Certified(new LoraOptions(), Contractive)));
        Assert.True(double.IsNaN(Certified(capped, Contractive with { Causal = false })));
        Assert.True(double.IsNaN(Certified(capped, Contractive with { Norm = Norm.Pre })));
        Assert.True(double.IsNaN(Certified(new PromptOptions(), Contractive with { Mlp = new MlpOptions { Hidden = 16, Residual = false } })));
        Assert.Equal(0, Certified(capped, Contractive with { Mlp = new MlpOptions { Hidden = 16, Residual = false } }));
        Assert.Equal(0, Certified(capped, Contractive with { Init = Contractive.Init with { Value = new SpectralNorm(4) } }));
    }

    [Theory]
    [InlineData(1, false, Activation.Relu)]
    [InlineData(2, true, Activation.Gelu)]
    [InlineData(4, false, Activation.Silu)]
    public void No_prompt_within_its_cap_is_below_the_certificate(int heads, bool output, Activation activation)
    {
        // Random prompts on the cap, short and long, with scores that make the softmax sharp.
        using var scope = NewDisposeScope();
        var options = Contractive with
        {
            Heads = heads,
            Attention = new AttentionOptions { Scale = AttentionScale.None, Output = output },
            Mlp = new MlpOptions { Hidden = 16, Activation = activation },
            Init = Contractive.Init with { Value = new SpectralNorm(0.05 / heads), Query = new SpectralNorm(2) },
        };
        for (int seed = 0; seed < 20; seed++)
        {
            foreach (int length in (int[])[1, 16])
            {
                var (backbone, task, _, trained) = Start(options, new CommonTargetOptions { Inputs = new Normal(0.05) }, new PromptOptions { Length = length, NormCap = 1 }, seed);
                double certified = new CertifiedOutputGap().Measure(trained)[0];
                for (int draw = 0; draw < 5; draw++)
                {
                    var rows = new Sphere(1).Draw([length, 8], (ulong)((seed * 100) + draw));
                    double gap = new OutputGap().Measure(trained with { Adapter = new FixedPrompt(backbone, [rows]) })[0];
                    Assert.True(gap >= certified, $"seed {seed} length {length}: {gap:R} below {certified:R}");
                }
            }
        }
    }

    private static (Transformer Backbone, TaskFamily Task, Adapter Adapter, TrainedCohort Trained) Start(
        TransformerOptions options, TaskOptions task, PromptOptions prompt, int seed = 0)
    {
        var cohort = new Cohort(Harness.PlanOf(Harness.Design(prompt, seed, options, task)), new DetachedSession(), CPU);
        var backbone = new Transformer(options, [seed], CPU);
        var family = Harness.TaskOf(task, backbone, [seed]);
        var adapter = new SoftPrompt([prompt], backbone, [seed]);
        return (backbone, family, adapter, new TrainedCohort(cohort, backbone, family, adapter));
    }
}
