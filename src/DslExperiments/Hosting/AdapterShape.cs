using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Hosting;

/// <summary>What a method trains, in shapes and a few words.</summary>
internal static class AdapterShape
{
    /// <summary>The shape; empty where nothing is trained.</summary>
    public static string Of(MethodOptions method, TransformerOptions backbone) => method switch
    {
        PromptOptions prompt => $"prompt {Shape(prompt.Length, backbone.Width)}",
        PrefixOptions prefix => OfPrefix(prefix, backbone),
        IaptOptions iapt =>
            $"W_p {Shape(backbone.Width, iapt.Length)}, W_down {Shape(backbone.Width, iapt.Bottleneck)}, W_up {Shape(iapt.Bottleneck, backbone.Width)}, {(iapt.Shared ? "shared by" : "in")} {Layers(backbone.Depth)}",
        LoraOptions lora => $"A [{SpecText.Of(lora.Rank)}, in], B [out, {SpecText.Of(lora.Rank)}] on {SpecText.Of(lora.On)}",
        PromptLoraOptions both => $"{Of(both.Prompt, backbone)}; {Of(both.Lora, backbone)}",
        PrefixLoraOptions both => $"{Of(both.Prefix, backbone)}; {Of(both.Lora, backbone)}",
        HardPromptOptions { Length: > 0 } hard => $"{ProgressDisplay.Count(hard.Length, "token")} of the vocabulary",
        HardPromptOptions => "tokens of the vocabulary",
        FullOptions full => $"weights {SpecText.Of(full.On)}",
        _ => "",
    };

    /// <summary>Keys and values, or rows, of the layers that have a prefix, and what makes them.</summary>
    private static string OfPrefix(PrefixOptions prefix, TransformerOptions backbone)
    {
        bool isPair = prefix.Form == PrefixForm.KeyValue;
        var parts = Prefix.Parts(prefix, backbone).ToArray();
        string encoder = prefix.Reparametrization == 0 ? "" : $", made by an MLP of {SpecText.Of(prefix.Reparametrization)} from {Shape(prefix.Length, backbone.Width)}";
        return $"{(isPair ? "keys, values" : "rows")} {Shape(prefix.Length, parts[0].Width)} in {Layers(parts.Length / (isPair ? 2 : 1))}{encoder}";
    }

    private static string Layers(int count) => ProgressDisplay.Count(count, "layer");

    private static string Shape(long rows, long columns) => $"[{SpecText.Of(rows)}, {SpecText.Of(columns)}]";
}
