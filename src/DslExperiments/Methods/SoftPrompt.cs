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
    /// <param name="task">The task: what a prompt may start from, see <see cref="PromptStart"/>, and classes that ask for a head.</param>
    public SoftPrompt(IReadOnlyList<PromptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone, seeds, task), task) => Prompt = Rows(options);

    /// <summary>Looks at its rows in a buffer that <see cref="Layout"/> had a part in.</summary>
    internal SoftPrompt(IReadOnlyList<PromptOptions> options, AdapterBuffer buffer)
        : base(buffer) => Prompt = Rows(options);

    /// <inheritdoc/>
    public override PromptRows Prompt { get; }

    /// <summary>The prompts' tensor.</summary>
    internal static List<AdapterTensorPlan> Layout(
        IReadOnlyList<PromptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task, string section = "methods.prompt")
    {
        var start = new PromptStart(backbone, task, section + ".init");
        return [new(TensorName, arm => start.Rows(options[arm].Init, options[arm].Length, arm, Seeds.Derive(seeds[arm], "adapter/prompt")))];
    }

    private PromptRows Rows(IReadOnlyList<PromptOptions> options)
    {
        CapNorms(Named(TensorName), [.. options.Select(o => o.NormCap)]);
        return new PromptRows(Named(TensorName).Leaf, [.. options.Select(o => o.Length)]);
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
