using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>A soft prompt and a low-rank update, trained together: <see cref="SoftPrompt"/> and <see cref="Lora"/> as they are alone.</summary>
public sealed class PromptLora : HybridAdapter
{
    /// <summary>Draws both parts, each tensor from its arm's own seed as it is drawn alone.</summary>
    /// <param name="options">Prompt and update of every arm.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="task">What a prompt may be drawn from, and whose classes ask for a head.</param>
    public PromptLora(IReadOnlyList<PromptLoraOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, [.. SoftPrompt.Layout(Prompts(options), backbone, seeds, task, "methods.prompt_lora.prompt"), .. Lora.Layout(Updates(options), backbone, seeds)], task)
    {
        if (options.Any(o => o.Lora.Dropout > 0) && options.Any(o => o.Prompt.Length != options[0].Prompt.Length))
        {
            // What is left out of a sequence follows from the rows before it, padding included.
            throw new ArgumentException("The arms of a cohort with dropout must have prompts of the same length.", nameof(options));
        }

        Compose(new SoftPrompt(Prompts(options), Buffer), new Lora(Updates(options), backbone, seeds, Buffer));
    }

    private static PromptOptions[] Prompts(IReadOnlyList<PromptLoraOptions> options) => [.. options.Select(o => o.Prompt)];

    private static LoraOptions[] Updates(IReadOnlyList<PromptLoraOptions> options) => [.. options.Select(o => o.Lora)];
}
