using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>A prefix and a low-rank update, trained together: <see cref="Prefix"/> and <see cref="Lora"/> as they are alone.</summary>
public sealed class PrefixLora : HybridAdapter
{
    /// <summary>Draws both parts, each tensor from its arm's own seed as it is drawn alone.</summary>
    /// <param name="options">Prefix and update of every arm.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="task">The task, whose classes ask for a head.</param>
    public PrefixLora(IReadOnlyList<PrefixLoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, [.. Prefix.Layout(Prefixes(options), backbone, seeds), .. Lora.Layout(Updates(options), backbone, seeds)], task) =>
        Compose(new Prefix(Prefixes(options), backbone, Buffer), new Lora(Updates(options), backbone, seeds, Buffer));

    private static PrefixOptions[] Prefixes(IReadOnlyList<PrefixLoraOptions> options) => [.. options.Select(o => o.Prefix)];

    private static LoraOptions[] Updates(IReadOnlyList<PrefixLoraOptions> options) => [.. options.Select(o => o.Lora)];
}
