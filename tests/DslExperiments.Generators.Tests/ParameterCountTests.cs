using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Specs;

namespace DslExperiments.Generators.Tests;

/// <summary>Spec compiler and runtime count the same trained numbers; a run refuses to begin where they differ.</summary>
public class ParameterCountTests
{
    private static readonly TransformerOptions Vectors = new() { Depth = 3, Width = 8, Heads = 2, Mlp = new MlpOptions { Hidden = 5 } };
    private static readonly TransformerOptions Tokens = Vectors with { Vocabulary = 16, Positions = Positions.Learned, Context = 7 };

    public static TheoryData<string> Methods => [.. Cases.Keys];

    private static Dictionary<string, MethodOptions> Cases { get; } = new()
    {
        ["prompt: { length: 6 }"] = new PromptOptions { Length = 6 },
        ["prefix: { length: 6 }"] = new PrefixOptions { Length = 6 },
        ["prefix: { length: 6, form: block_input }"] = new PrefixOptions { Length = 6, Form = PrefixForm.BlockInput },
        ["lora: { rank: 2, on: [all] }"] = new LoraOptions { Rank = 2, On = [Projection.All] },
        ["lora: { rank: 3, on: [q, mlp_out] }"] = new LoraOptions { Rank = 3, On = [Projection.Q, Projection.MlpOut] },
        ["full: {}"] = new FullOptions(),
        ["full: { on: [attention, mlp] }"] = new FullOptions { On = [Projection.Attention, Projection.Mlp] },
        ["frozen: {}"] = new FrozenOptions(),
        ["prefix: { length: 6, layers: [0, 2] }"] = new PrefixOptions { Length = 6, Layers = [0, 2] },
        ["prefix: { length: 6, layers: [1], reparametrization: 5 }"] = new PrefixOptions { Length = 6, Layers = [1], Reparametrization = 5 },
        ["prompt_lora: { prompt: { length: 3 }, lora: { rank: 2 } }"] = new PromptLoraOptions { Prompt = new() { Length = 3 }, Lora = new() { Rank = 2 } },
        ["prefix_lora: { prefix: { length: 3 }, lora: { rank: 2, on: [mlp] } }"] = new PrefixLoraOptions { Prefix = new() { Length = 3 }, Lora = new() { Rank = 2, On = [Projection.Mlp] } },
    };

    private static Dictionary<string, TransformerOptions> Families { get; } = new()
    {
        ["kind: llama, depth: 3, width: 8, heads: 4, kv_heads: 2, head_width: 6, mlp: { hidden: 5 }, vocabulary: 259, context: 64"] =
            new LlamaOptions { Depth = 3, Width = 8, Heads = 4, KeyValueHeads = 2, HeadWidth = 6, Mlp = new SwiGlu { Hidden = 5 }, Vocabulary = 259, Context = 64 },
        ["kind: llama, depth: 3, width: 8, heads: 2, mlp: { hidden: 5 }, vocabulary: 259, context: 64, tied: true"] =
            new LlamaOptions { Depth = 3, Width = 8, Heads = 2, Mlp = new SwiGlu { Hidden = 5 }, Vocabulary = 259, Context = 64, Tied = true },
        ["kind: llama, depth: 3, width: 8, heads: 2, attention: { bias: true }, mlp: { hidden: 5, bias: true }, vocabulary: 259, context: 64"] =
            new LlamaOptions { Depth = 3, Width = 8, Heads = 2, Attention = new() { Bias = true }, Mlp = new SwiGlu { Hidden = 5, Bias = true }, Vocabulary = 259, Context = 64 },
        ["kind: gpt2, depth: 3, width: 8, heads: 2, mlp: { hidden: 5 }, vocabulary: 259, context: 64"] =
            new Gpt2Options { Depth = 3, Width = 8, Heads = 2, Mlp = new GeluMlp { Hidden = 5 }, Vocabulary = 259, Context = 64 },
        ["kind: t5, depth: 2, decoder_depth: 1, width: 8, heads: 2, head_width: 6, mlp: { hidden: 5 }, vocabulary: 259, relative_buckets: 8"] =
            new T5Options { Depth = 2, DecoderDepth = 1, Width = 8, Heads = 2, HeadWidth = 6, Mlp = new GatedGelu { Hidden = 5 }, Vocabulary = 259, RelativeBuckets = 8 },
    };

    public static TheoryData<string, string> FamiliesAndMethods
    {
        get
        {
            var data = new TheoryData<string, string>();
            string[] ofTexts = ["iapt: { length: 3, bottleneck: 5 }", "iapt: { length: 3, bottleneck: 5, shared: true }", "hard_prompt: { length: 7 }"];
            foreach (string family in Families.Keys)
            {
                foreach (string method in Cases.Keys.Concat(ofTexts))
                {
                    data.Add(family, method);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Of_vectors(string method) => Check(method, Vectors, "", "family: sphere_regression", "train.mse");

    [Theory]
    [MemberData(nameof(Methods))]
    public void Of_tokens(string method) =>
        Check(method, Tokens, ", vocabulary: 16, positions: learned, context: 7", "family: associations", "train.loss");

    [Theory]
    [InlineData("none", Norm.None)]
    [InlineData("pre", Norm.Pre)]
    [InlineData("post", Norm.Post)]
    [InlineData("rms", Norm.Rms)]
    public void Of_norms(string word, Norm norm) => Check("full: {}", Vectors with { Norm = norm }, $", norm: {word}", "family: sphere_regression", "train.mse");

    [Theory]
    [MemberData(nameof(FamiliesAndMethods))]
    public void Of_language_models(string family, string method)
    {
        MethodOptions options = Cases.GetValueOrDefault(method) ?? (method.StartsWith("hard", StringComparison.Ordinal)
            ? new HardPromptOptions { Length = 7 }
            : new IaptOptions { Length = 3, Bottleneck = 5, Shared = method.Contains("shared", StringComparison.Ordinal) });
        const string Task = "family: text_classification, train: a.tsv, eval: b.tsv, labels: [a, b, c]";
        Check(method, family + ", tokenizer: bytes", Task, "accuracy", TrainableParameters.Count(options, Families[family]));
        Check(method, family + ", tokenizer: bytes", Task + ", answer: head", "accuracy", TrainableParameters.Count(options, Families[family], 3));
    }

    private static void Check(string method, TransformerOptions backbone, string keys, string task, string metric) => Check(
        method, $"kind: transformer, depth: 3, width: 8, heads: 2, mlp: {{ hidden: 5 }}{keys}", task, metric, TrainableParameters.Count(Cases[method], backbone));

    private static void Check(string method, string backbone, string task, string metric, long count)
    {
        string text = $$"""
            summary: Counts.
            backbone: { {{backbone}} }
            task: { {{task}} }
            methods:
              {{method}}
            training: { batch: 4 }
            seeds: 0
            metrics: [{{metric}}]

            """;
        SpecResult result = SpecCompiler.Compile(SpecCompiler.Parse("specs/counts.yaml", "counts", text), []);
        Assert.True(result.Spec is not null, string.Join("\n", result.Diagnostics));
        Assert.Equal(count, Assert.Single(result.Spec.Profiles[0].Arms).TrainableParameters);
    }
}
