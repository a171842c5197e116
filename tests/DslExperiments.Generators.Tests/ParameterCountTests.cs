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
    };

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

    private static void Check(string method, TransformerOptions backbone, string keys, string task, string metric)
    {
        string text = $$"""
            summary: Counts.
            backbone: { kind: transformer, depth: 3, width: 8, heads: 2, mlp: { hidden: 5 }{{keys}} }
            task: { {{task}} }
            methods:
              {{method}}
            seeds: 0
            metrics: [{{metric}}]

            """;
        SpecResult result = SpecCompiler.Compile(SpecCompiler.Parse("specs/counts.yaml", "counts", text), []);
        Assert.True(result.Spec is not null, string.Join("\n", result.Diagnostics));
        Assert.Equal(TrainableParameters.Count(Cases[method], backbone), Assert.Single(result.Spec.Profiles[0].Arms).TrainableParameters);
    }
}
