using DslExperiments.Backbones;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Results.Peft;

/// <summary>
/// An adapter's tensors as PEFT names and shapes them. What PEFT has no layout for keeps our names; a hybrid has the
/// tensors of both of its parts.
/// </summary>
internal static class PeftLayout
{
    /// <summary>The virtual tokens of a prompt, [P, D], or of all layers of a prefix, [P, L·2·D_kv].</summary>
    public const string Prompt = "prompt_embeddings";

    /// <summary>The ids of a hard prompt's tokens, which PEFT does not have: there it is a prompt of their rows.</summary>
    public const string Tokens = "tokens";

    /// <summary>The two tensors of a layer's prefix, in PEFT's order.</summary>
    public static readonly IReadOnlyList<string> KeyAndValue = ["key", "value"];

    /// <summary>
    /// True for a prefix that PEFT can have: keys and values in every layer of a model without a decoder. In a model with
    /// one, PEFT's prefix belongs to the decoder and has another layout.
    /// </summary>
    public static bool IsPeftPrefix(PrefixOptions prefix, TransformerOptions backbone) =>
        prefix.Form == PrefixForm.KeyValue && backbone.DecoderDepth == 0
        && (prefix.Layers.Count == 0 || prefix.Layers.Distinct().Count() == backbone.Depth);

    /// <summary>The tensors of an adapter under the names of its file.</summary>
    /// <param name="method">What has trained them.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="tensors">They, as <see cref="Adapter.Export"/> names them.</param>
    public static IReadOnlyDictionary<string, Tensor> Export(
        MethodOptions method, TransformerOptions backbone, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var left = tensors.ToDictionary(StringComparer.Ordinal);
        var named = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var part in PartsOf(method))
        {
            switch (part)
            {
                case PromptOptions or HardPromptOptions when left.Remove(SoftPrompt.TensorName, out var rows):
                    named.Add(Prompt, rows);
                    break;
                case PrefixOptions prefix when IsPeftPrefix(prefix, backbone):
                    named.Add(Prompt, cat([.. PrefixNames(backbone).Select(Take)], 1));
                    break;
                case LoraOptions lora:
                    LoraLayout.Export(lora, backbone, Take, named);
                    break;
            }
        }

        foreach (var (name, tensor) in left)
        {
            named.Add(name, tensor);
        }

        return named;

        Tensor Take(string name) => left.Remove(name, out var tensor)
            ? tensor
            : throw new ArgumentException($"The adapter has no tensor '{name}'.", nameof(tensors));
    }

    /// <summary>A prefix's tensors in the order in which they lie side by side: key and value of layer 0, of layer 1, …</summary>
    public static IEnumerable<string> PrefixNames(TransformerOptions backbone) =>
        from layer in Enumerable.Range(0, backbone.Depth) from part in KeyAndValue select Prefix.NameOf(layer, part);

    /// <summary>What a method consists of: itself, or the two parts of a hybrid.</summary>
    public static IReadOnlyList<MethodOptions> PartsOf(MethodOptions method) => method switch
    {
        PromptLoraOptions both => [both.Prompt, both.Lora],
        PrefixLoraOptions both => [both.Prefix, both.Lora],
        _ => [method],
    };
}
