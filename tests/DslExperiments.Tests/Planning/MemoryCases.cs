using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;

namespace DslExperiments.Tests.Planning;

/// <summary>Cohorts of every kind, small enough to be trained for a step.</summary>
internal static class MemoryCases
{
    private static readonly TransformerOptions Vectors = new()
    {
        Depth = 2, Width = 64, Heads = 4, Causal = true, Mlp = new MlpOptions { Hidden = 256, Activation = Activation.Gelu },
    };

    private static readonly SharedTokenPairOptions Pairs = new() { Sequences = 8, Length = 16 };

    private static readonly LlamaOptions Llama = new()
    {
        Depth = 3, Width = 64, Heads = 8, KeyValueHeads = 4, Vocabulary = 512, Context = 512, Tied = true, Seed = 0, Mlp = new SwiGlu { Hidden = 172 },
    };

    private static readonly Gpt2Options Gpt2 = new()
    {
        Depth = 2, Width = 64, Heads = 4, Vocabulary = 300, Context = 128, Seed = 0, Mlp = new GeluMlp { Hidden = 256 },
    };

    private static readonly T5Options T5 = new()
    {
        Depth = 2, DecoderDepth = 2, Width = 64, Heads = 4, Vocabulary = 300, Context = 512, Seed = 0, Mlp = new GatedGelu { Hidden = 128 },
    };

    /// <summary>Name, and what makes the cases of it.</summary>
    public static IReadOnlyDictionary<string, Func<IEnumerable<(string Name, ArmDesign[] Arms)>>> Groups { get; } =
        new Dictionary<string, Func<IEnumerable<(string, ArmDesign[])>>>
        {
            ["sizes, causal"] = () => Sizes(causal: true),
            ["sizes, bidirectional"] = () => Sizes(causal: false),
            ["switches"] = Switches,
            ["llama"] = () => Tokens(Llama),
            ["gpt2"] = () => Tokens(Gpt2),
            ["t5"] = () => Tokens(T5),
            ["padding"] = Paddings,
            ["optimisers"] = Optimisers,
        };

    private static MethodOptions[] Methods(int length) =>
    [
        new PromptOptions { Length = length }, new PrefixOptions { Length = length },
        new PrefixOptions { Length = length, Form = PrefixForm.BlockInput }, new PrefixOptions { Length = length, Reparametrization = 16 },
        new LoraOptions { Rank = 4 }, new LoraOptions { Rank = 2, On = [Projection.Mlp] }, new LoraOptions { Rank = 2, On = [Projection.O] },
        new LoraOptions { Rank = 2, On = [Projection.All], Dropout = 0.1 }, new FullOptions(), new FullOptions { On = [Projection.Attention] },
        new IaptOptions { Length = length }, new PromptLoraOptions { Prompt = new() { Length = length }, Lora = new() { Rank = 2 } },
        new PrefixLoraOptions { Prefix = new() { Length = length }, Lora = new() { Rank = 2 } },
    ];

    private static IEnumerable<(string, ArmDesign[])> Sizes(bool causal)
    {
        foreach (var (width, depth, heads, sequences, length, arms, seeds) in ((int, int, int, int, int, int, int)[])
            [(10, 1, 1, 2, 2, 8, 4), (32, 2, 2, 4, 4, 8, 2), (64, 2, 2, 8, 16, 4, 1), (64, 1, 4, 8, 16, 2, 1), (128, 4, 4, 8, 16, 2, 1), (64, 2, 4, 16, 32, 2, 2)])
        {
            var backbone = Vectors with { Depth = depth, Width = width, Heads = heads, Causal = causal, Mlp = Vectors.Mlp with { Hidden = 4 * width } };
            backbone = width > 10 ? backbone : backbone with { Norm = Norm.None, Dtype = Precision.Float64 };
            foreach (var method in Methods(width > 10 ? 20 : 4))
            {
                yield return ($"width {width} depth {depth} heads {heads} [{sequences}, {length}] {arms} arms {seeds} seeds {method}",
                    Arms(arms, seeds, method, backbone, Pairs with { Sequences = sequences, Length = length }));
            }
        }
    }

    private static IEnumerable<(string, ArmDesign[])> Switches()
    {
        foreach (var backbone in (TransformerOptions[])
            [
                Vectors, Vectors with { Causal = false }, Vectors with { Norm = Norm.Post }, Vectors with { Norm = Norm.Rms }, Vectors with { Norm = Norm.PreMlp },
                Vectors with { Mlp = new MlpOptions { Hidden = 0 } }, Vectors with { Attention = new AttentionOptions { Output = false } },
                Vectors with { Attention = new AttentionOptions { Bias = true } }, Vectors with { Dtype = Precision.Float64 }, Vectors with { Dtype = Precision.BFloat16 },
                Vectors with { Depth = 1, Norm = Norm.None }, Vectors with { Positions = Positions.Rotary, VirtualPositions = VirtualPositions.Counted },
                Vectors with { Positions = Positions.Sinusoidal }, Vectors with { KeyValueHeads = 2 }, Vectors with { Seed = 3 },
            ])
        {
            foreach (var method in (MethodOptions[])[new PromptOptions { Length = 20 }, new PrefixOptions { Length = 20 }, new LoraOptions { Rank = 4 }, new FullOptions()])
            {
                yield return ($"1 seed {method} {backbone}", Arms(4, 1, method, backbone, Pairs));
                yield return ($"4 seeds {method} {backbone}", Arms(4, 4, method, backbone, Pairs));
                yield return ($"batches {method} {backbone}", Arms(4, 2, method, backbone, Pairs with { Sequences = 16 }, new() { Batch = 4 }));
            }
        }
    }

    private static IEnumerable<(string, ArmDesign[])> Tokens(TransformerOptions backbone)
    {
        foreach (var (sequences, length, reads, arms, ragged) in ((int, int, int, int, bool)[])
            [(4, 32, 32, 2, false), (4, 32, 1, 4, false), (8, 12, 12, 2, false), (4, 24, 1, 2, true), (4, 24, 5, 2, true)])
        {
            var task = new RandomTokensOptions { Sequences = sequences, Length = length, Reads = reads, IsRagged = ragged, Decoder = backbone.DecoderDepth > 0 ? Math.Min(reads + 1, 10) : 0 };
            foreach (var method in (MethodOptions[])[.. Methods(20), new HardPromptOptions { Length = 8, Candidates = 4 }])
            {
                yield return ($"[{sequences}, {length}] {reads} reads{(ragged ? " ragged" : "")} {arms} arms {method}", Arms(arms, 1, method, backbone, task));
            }
        }
    }

    private static IEnumerable<(string, ArmDesign[])> Paddings()
    {
        foreach (var backbone in (TransformerOptions[])[Vectors, Vectors with { Causal = false }, Llama, T5])
        {
            foreach (var method in (Func<int, MethodOptions>[])
                [size => new PromptOptions { Length = 2 * size }, size => new PrefixOptions { Length = 2 * size }, size => new LoraOptions { Rank = size, Alpha = 8 }])
            {
                ArmDesign[] arms = [.. ((int[])[10, 7, 6, 9]).Select((size, arm) => Cohorts.Harness.Design(method(size), 0, backbone, TaskOf(backbone), number: arm))];
                yield return ($"{method(10)} {backbone}", arms);
            }
        }
    }

    private static IEnumerable<(string, ArmDesign[])> Optimisers()
    {
        foreach (var backbone in (TransformerOptions[])[Vectors, Llama])
        {
            foreach (var kind in Enum.GetValues<OptimizerKind>())
            {
                foreach (var method in (MethodOptions[])[new PromptOptions { Length = 20 }, new LoraOptions { Rank = 16, On = [Projection.All] }, new FullOptions()])
                {
                    TrainingOptions training = new() { Optimizer = kind, Momentum = kind == OptimizerKind.Sgd ? 0.9 : 0 };
                    yield return ($"{kind} {method}", Arms(4, 1, method, backbone, TaskOf(backbone), training));
                    yield return ($"{kind} all different {method}",
                        [.. Arms(4, 1, method, backbone, TaskOf(backbone)).Select((arm, i) => arm with { Training = training with { LearningRate = 1e-3 * (i + 1), Clip = 1, WeightDecay = 0.01 * i } })]);
                }
            }
        }
    }

    private static TaskOptions TaskOf(TransformerOptions backbone) => backbone switch
    {
        { DecoderDepth: > 0 } => new RandomTokensOptions { Decoder = 5 },
        { Vocabulary: > 0 } => new RandomTokensOptions { Reads = 32 },
        _ => Pairs,
    };

    private static ArmDesign[] Arms(int count, int seeds, MethodOptions method, TransformerOptions backbone, TaskOptions task, TrainingOptions? training = null) =>
        [.. Enumerable.Range(0, count).Select(arm => Cohorts.Harness.Design(method, arm / (count / seeds), backbone, task, training ?? new(), arm))];
}
