using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Training;

/// <summary>Updates equal PyTorch's, alone and beside arms with other settings.</summary>
public class OptimizerTests
{
    private static readonly double[,] Start = { { 0.5, -1, 2 }, { 0.25, 1.5, -0.75 } };
    private static readonly double[,] Target = { { 1, 0.5, -0.5 }, { -1, 0, 2 } };

    /// <summary>Five updates of mean((p - t)^4) + mean(sin(p t)) from Start, by torch 1.13's optimisers.</summary>
    public static TheoryData<string, TrainingOptions, double[]> PyTorch() => new()
    {
        {
            "adam",
            new() { LearningRate = 0.05, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6, WeightDecay = 0.02 },
            [0.3241226076027834, -0.7550058942063509, 1.752571096742703, 0.007554725794919809, 1.2547156093752965, -0.5024199727400015]
        },
        {
            "adamw",
            new() { Optimizer = OptimizerKind.AdamW, LearningRate = 0.05, WeightDecay = 0.1 },
            [0.3248969919989748, -0.7317744585166968, 1.705163131141977, 0.0019468994578378737, 1.2194098020080821, -0.48569006988175234]
        },
        {
            "sgd with momentum",
            new() { Optimizer = OptimizerKind.Sgd, LearningRate = 0.01, Momentum = 0.9, WeightDecay = 0.05 },
            [0.48857138564206154, -0.7355184406166863, 0.9292239756598858, 0.10911186105327482, 1.223640007597929, 0.5943680006631399]
        },
        {
            "sgd",
            new() { Optimizer = OptimizerKind.Sgd, LearningRate = 0.01 },
            [0.4968799306886113, -0.900192654521819, 1.5853279124580473, 0.19637814396658992, 1.3967869541506717, -0.22472575385718838]
        },
        {
            "clipped",
            new() { Optimizer = OptimizerKind.Sgd, LearningRate = 0.1, Clip = 0.5 },
            [0.49903092049034975, -0.9673033382372938, 1.8513731974508696, 0.23272789917599845, 1.4662003568889654, -0.5553397037124469]
        },
        {
            "cosine",
            new() { LearningRate = 0.05, Schedule = new CosineSchedule(0.1) },
            [0.35982694402903037, -0.8411520369332811, 1.8405695356847183, 0.0917541727703934, 1.3410903149485136, -0.5905321673355263]
        },
    };

    [Theory]
    [MemberData(nameof(PyTorch))]
    public void Alone_it_is_pytorch(string name, TrainingOptions training, double[] expected)
    {
        using var scope = NewDisposeScope();
        AssertClose(name, expected, Run([training with { Steps = 5 }])[0], 1e-14);
    }

    [Theory]
    [MemberData(nameof(PyTorch))]
    public void Beside_other_settings_it_is_pytorch(string name, TrainingOptions training, double[] expected)
    {
        using var scope = NewDisposeScope();
        training = training with { Steps = 5 };
        var other = training with
        {
            LearningRate = 0.003, Beta1 = 0.5, Beta2 = 0.7, Epsilon = 1e-3, WeightDecay = 0.3, Momentum = 0.2, Clip = 7, Warmup = 3, Schedule = new LinearSchedule(0.5),
        };
        AssertClose(name, expected, Run([other, training, other])[1], 1e-14);
        AssertClose(name, expected, Run([training, training with { LearningRate = training.LearningRate / 3 }])[0], 1e-14);
    }

    [Fact]
    public void Adafactor_is_the_algorithm_for_every_arm_and_size()
    {
        using var scope = NewDisposeScope();
        double[][,] starts = [Start, new double[,] { { 1, 2 } }, new double[,] { { -1, 0.5, 3, 0.25 }, { 2, 2, -2, 1 }, { 0.1, 0.2, 0.3, 0.4 } }];
        var vectors = starts.Select((_, arm) => tensor(Enumerable.Range(1, arm + 2).Select(i => i * 0.5).ToArray(), float64)).ToArray();
        TrainingOptions[] trainings = [.. starts.Select((_, arm) => new TrainingOptions
        {
            Optimizer = OptimizerKind.Adafactor, LearningRate = 0.3 / (arm + 1), WeightDecay = 0.01 * arm, Steps = 6,
        })];
        var adapter = new FreeTensors(
            3, new AdapterTensorPlan("matrix", arm => tensor(starts[arm], float64)), new AdapterTensorPlan("vector", arm => vectors[arm], LeafView.Row));
        var optimizer = Optimizer.Create(trainings, adapter);
        for (int step = 0; step < 6; step++)
        {
            adapter.Gradients.zero_();
            (adapter.Tensors[0].Leaf.pow(4).sum() + (1 - adapter.Tensors[1].Leaf.cos()).sum()).backward();
            optimizer.Step(step);
        }

        for (int arm = 0; arm < 3; arm++)
        {
            AssertClose($"matrix {arm}", ByHand(starts[arm], trainings[arm], x => 4 * x * x * x), Values(adapter, 0, arm), 1e-13);
            var vector = new double[1, arm + 2];
            for (int i = 0; i < arm + 2; i++)
            {
                vector[0, i] = (i + 1) * 0.5;
            }

            AssertClose($"vector {arm}", ByHandWhole(vector, trainings[arm], Math.Sin), Values(adapter, 1, arm), 1e-13);
        }

        using var frozen = no_grad();
        Assert.Equal(0, (adapter.Values * (1 - adapter.RealMask())).abs().max().item<double>());
    }

    [Fact]
    public void Padding_stays_zero_even_without_epsilon()
    {
        using var scope = NewDisposeScope();
        var adapter = FreeTensors.Matrices(Start, new double[,] { { 1 } });
        var training = new TrainingOptions { Epsilon = 0, LearningRate = 0.1, WeightDecay = 0.1 };
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            var optimizer = Optimizer.Create([training with { Optimizer = kind }, training with { Optimizer = kind, LearningRate = 0.2, Momentum = 0.5, Clip = 0.3 }], adapter);
            for (int step = 0; step < 3; step++)
            {
                adapter.Gradients.zero_();
                adapter.Tensors[0].Leaf.pow(2).sum().backward();
                optimizer.Step(step);
            }
        }

        using var frozen = no_grad();
        Assert.Equal(0, (adapter.Values * (1 - adapter.RealMask())).abs().max().item<double>());
        Assert.True(adapter.Values.isfinite().all().item<bool>());
    }

    [Fact]
    public void Float32_adapters_train_in_float32()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(
            Harness.SingleLayer with { Dtype = Precision.Float32 }, [0, 1], CPU);
        var adapter = new SoftPrompt([new() { Length = 2 }, new() { Length = 3 }], backbone, [0, 1]);
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            var optimizer = Optimizer.Create([new() { Optimizer = kind, Epsilon = 0 }, new() { Optimizer = kind, Beta1 = 0.1, Clip = 1, LearningRate = 0.2 }], adapter);
            adapter.Gradients.zero_();
            adapter.Tensors[0].Leaf.pow(2).sum().backward();
            optimizer.Step(0);
            Assert.All(optimizer.State.Values, state => Assert.Equal(float32, state.dtype));
            Assert.True(adapter.Values.isfinite().all().item<bool>());
        }
    }

    /// <summary>B of a LoRA starts at zero, and then A has no gradient.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-17)]
    [InlineData(1e-12)]
    public void Adafactor_of_small_gradients_is_the_same_in_float32(double scale)
    {
        using var scope = NewDisposeScope();
        double[][] moved = [.. new[] { Precision.Float64, Precision.Float32 }.Select(dtype =>
        {
            var adapter = new SoftPrompt([new() { Length = 2 }, new() { Length = 3 }], new Transformer(Harness.SingleLayer with { Dtype = dtype }, [0, 1], CPU), [0, 1]);
            TrainingOptions training = new() { Optimizer = OptimizerKind.Adafactor, LearningRate = 0.1 };
            var optimizer = Optimizer.Create([training, training], adapter);
            for (int step = 0; step < 3; step++)
            {
                adapter.Gradients.zero_();
                adapter.Tensors[0].Leaf.pow(2).sum().mul(scale).backward();
                optimizer.Step(step);
            }

            using var frozen = no_grad();
            return (adapter.Values - adapter.Initial).to(float64).data<double>().ToArray();
        })];
        Assert.All(moved[0].Zip(moved[1]), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(scale > 0, moved[0].Any(change => Math.Abs(change) > 1e-3));
    }

    [Fact]
    public void Arms_of_different_kinds_do_not_mix()
    {
        using var scope = NewDisposeScope();
        var adapter = FreeTensors.Matrices(Start, Start);
        Assert.Throws<ArgumentException>(() => Optimizer.Create([new(), new() { Optimizer = OptimizerKind.Sgd }], adapter));
        Assert.Throws<ArgumentException>(() => Optimizer.Create([new()], adapter));
    }

    private static double[][] Run(TrainingOptions[] trainings)
    {
        var adapter = FreeTensors.Matrices([.. trainings.Select(_ => Start)]);
        var optimizer = Optimizer.Create(trainings, adapter);
        var target = tensor(Target, float64);
        for (int step = 0; step < 5; step++)
        {
            adapter.Gradients.zero_();
            var p = adapter.Tensors[0].Leaf;
            ((p - target).pow(4).mean([1, 2]).sum() + (p * target).sin().mean([1, 2]).sum()).backward();
            optimizer.Step(step);
        }

        return [.. Enumerable.Range(0, trainings.Length).Select(arm => Values(adapter, 0, arm))];
    }

    private static double[] Values(Adapter adapter, int index, int arm) =>
        adapter.Export(arm)[adapter.Tensors[index].Name].contiguous().data<double>().ToArray();

    private static double[] ByHand(double[,] start, TrainingOptions training, Func<double, double> slope)
    {
        int rows = start.GetLength(0), columns = start.GetLength(1);
        var x = (double[,])start.Clone();
        double[] rowSums = new double[rows], columnSums = new double[columns];
        for (int t = 1; t <= training.Steps; t++)
        {
            double beta = 1 - Math.Pow(t, -0.8), total = 0;
            var g = new double[rows, columns];
            double[] newRows = new double[rows], newColumns = new double[columns];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    g[i, j] = slope(x[i, j]);
                    newRows[i] += (g[i, j] * g[i, j]) + 1e-30;
                    newColumns[j] += (g[i, j] * g[i, j]) + 1e-30;
                }
            }

            for (int i = 0; i < rows; i++)
            {
                rowSums[i] = (beta * rowSums[i]) + ((1 - beta) * newRows[i]);
                total += rowSums[i];
            }

            for (int j = 0; j < columns; j++)
            {
                columnSums[j] = (beta * columnSums[j]) + ((1 - beta) * newColumns[j]);
            }

            Apply(x, g, (i, j) => rowSums[i] * columnSums[j] / total, training, t);
        }

        return [.. x.Cast<double>()];
    }

    private static double[] ByHandWhole(double[,] start, TrainingOptions training, Func<double, double> slope)
    {
        var x = (double[,])start.Clone();
        var moment = new double[x.GetLength(1)];
        for (int t = 1; t <= training.Steps; t++)
        {
            double beta = 1 - Math.Pow(t, -0.8);
            var g = new double[1, moment.Length];
            for (int j = 0; j < moment.Length; j++)
            {
                g[0, j] = slope(x[0, j]);
                moment[j] = (beta * moment[j]) + ((1 - beta) * ((g[0, j] * g[0, j]) + 1e-30));
            }

            Apply(x, g, (_, j) => moment[j], training, t);
        }

        return [.. x.Cast<double>()];
    }

    private static void Apply(double[,] x, double[,] g, Func<int, int, double> moment, TrainingOptions training, int t)
    {
        double square = 0;
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
            {
                g[i, j] /= Math.Sqrt(moment(i, j));
                square += g[i, j] * g[i, j];
            }
        }

        double clip = Math.Max(1, Math.Sqrt(square / x.Length)), rate = LearningRates.At(training, t - 1);
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
            {
                x[i, j] = (x[i, j] * (1 - (rate * training.WeightDecay))) - (rate * g[i, j] / clip);
            }
        }
    }

    private static void AssertClose(string what, double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{what} [{i}]: {expected[i]:R} expected, {actual[i]:R} found");
        }
    }
}
