using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>P trained virtual tokens before the content (Lester et al. 2021): P·D numbers per arm.</summary>
public sealed class SoftPrompt : Adapter
{
    /// <summary>The tensor's name in saved adapters.</summary>
    public const string TensorName = "prompt";

    /// <summary>Draws the prompts, each from its arm's own seed and length.</summary>
    /// <param name="options">Length, start and cap of every arm.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="task">What <c>init: written</c> writes, and whose classes ask for a head.</param>
    public SoftPrompt(IReadOnlyList<PromptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone, seeds, task), task) => Prompt = Rows(options);

    /// <summary>Looks at its rows in a buffer that <see cref="Layout"/> had a part in.</summary>
    internal SoftPrompt(IReadOnlyList<PromptOptions> options, AdapterBuffer buffer)
        : base(buffer) => Prompt = Rows(options);

    /// <inheritdoc/>
    public override PromptRows Prompt { get; }

    /// <summary>The prompts' tensor.</summary>
    internal static List<AdapterTensorPlan> Layout(
        IReadOnlyList<PromptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task) =>
        [new(TensorName, arm => Start(options[arm], backbone, seeds[arm], backbone.Groups.ArmSeeds[arm], task))];

    private PromptRows Rows(IReadOnlyList<PromptOptions> options)
    {
        CapNorms(Named(TensorName), [.. options.Select(o => o.NormCap)]);
        return new PromptRows(Named(TensorName).Leaf, [.. options.Select(o => o.Length)]);
    }

    /// <summary>An arm's first rows, [P, D]; what is written belongs to the data's seed, what is drawn to the start's.</summary>
    private static Tensor Start(PromptOptions options, Transformer backbone, int seed, int dataSeed, Tasks.TaskFamily? task)
    {
        if (options.Init is not Written)
        {
            return options.Init.Draw([options.Length, backbone.Options.Width], Seeds.Derive(seed, "adapter/prompt"));
        }

        var rows = (task ?? throw new InvalidOperationException("A written prompt needs the task that writes it.")).WrittenPrompt(dataSeed);
        return rows.shape[0] == options.Length
            ? rows
            : throw new InvalidOperationException(
                $"The task writes a prompt of {rows.shape[0]} virtual tokens, but the prompt's length is {options.Length}.");
    }
}

/// <summary>A prompt that is not trained: a teacher's, or one under test. One row block per arm, [A, P, D].</summary>
public sealed class FixedPrompt : Adapter
{
    /// <summary>Takes the rows of each arm, [P, D], in any precision.</summary>
    public FixedPrompt(Transformer backbone, IReadOnlyList<Tensor> rows)
        : base(backbone, rows.Count, [new(SoftPrompt.TensorName, arm => rows[arm])], trainable: false)
    {
        Prompt = new PromptRows(Named(SoftPrompt.TensorName).Leaf, [.. rows.Select(r => (int)r.shape[0])]);
    }

    /// <inheritdoc/>
    public override PromptRows Prompt { get; }
}

/// <summary>No adaptation: the frozen backbone itself, one arm per seed group.</summary>
public sealed class Unadapted(Transformer backbone) : Adapter(backbone, backbone.Groups.Count, [], trainable: false);
