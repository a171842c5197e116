using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>What a pass leaves out changes nothing: losses and gradients are those of the pass that computes everything.</summary>
public class ShortcutTests
{
    private static readonly int[] Seeds = [3, 3, 5, 5];

    public static TheoryData<string, bool, Norm, Positions> Studies()
    {
        var data = new TheoryData<string, bool, Norm, Positions>();
        foreach (string method in (string[])["prompt", "prefix", "lora", "upper lora", "prompt and lora"])
        {
            data.Add(method, true, Norm.Pre, Positions.None);
            data.Add(method, true, Norm.Rms, Positions.Rotary);
            data.Add(method, false, Norm.Post, Positions.Sinusoidal);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Studies))]
    public void Are_exact(string method, bool causal, Norm norm, Positions positions)
    {
        var options = new TransformerOptions
        {
            Depth = 3, Width = 8, Heads = 2, Causal = causal, Norm = norm, Positions = positions, Dtype = Precision.Float64,
            Mlp = new MlpOptions { Hidden = 12, Activation = Activation.Gelu },
        };
        var (losses, gradients) = Pass(options, method, Shortcuts.All);
        for (var some = Shortcuts.None; some < Shortcuts.All; some++)
        {
            var (expected, slopes) = Pass(options, method, some);
            AssertClose(expected, losses, some);
            AssertClose(slopes, gradients, some);
        }
    }

    private static (double[] Losses, double[] Gradients) Pass(TransformerOptions options, string method, Shortcuts shortcuts)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(options, Seeds, CPU) { Shortcuts = shortcuts };
        var task = new TeacherPrompt(new TeacherPromptOptions { Sequences = 4, Length = 5 }, backbone, Seeds);
        Adapter adapter = method switch
        {
            "prompt" => new SoftPrompt(Prompts, backbone, Seeds),
            "prefix" => new Prefix([.. Seeds.Select((_, arm) => new PrefixOptions { Length = 1 + arm })], backbone, Seeds),
            "lora" => new Lora(Loras([Projection.All]), backbone, Seeds),
            "upper lora" => new Lora(Loras([Projection.MlpOut]), backbone, Seeds),
            _ => new PromptLora([.. Prompts.Zip(Loras([Projection.Q]), (prompt, lora) => new PromptLoraOptions { Prompt = prompt, Lora = lora })], backbone, Seeds),
        };
        using (no_grad())
        {
            // Factors that start at zero would hide what they multiply.
            adapter.Values.add_(adapter.RealMask().mul_(0.1));
        }

        var losses = task.Loss(backbone, adapter, Batch.All);
        losses.sum().backward();
        return (losses.detach().data<double>().ToArray(), adapter.Gradients.data<double>().ToArray());
    }

    private static PromptOptions[] Prompts => [.. Seeds.Select((_, arm) => new PromptOptions { Length = 4 - arm })];

    private static LoraOptions[] Loras(IReadOnlyList<Projection> on) => [.. Seeds.Select((_, arm) => new LoraOptions { Rank = 1 + (arm % 3), On = on })];

    private static void AssertClose(double[] expected, double[] actual, Shortcuts shortcuts)
    {
        double size = expected.Max(Math.Abs);
        Assert.True(size > 0);
        Assert.All(expected.Zip(actual), pair => Assert.True(
            Math.Abs(pair.First - pair.Second) <= 1e-12 * size, $"{pair.First:R} with {shortcuts}, {pair.Second:R} with all."));
    }
}
