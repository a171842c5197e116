using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Results.Peft;

/// <summary>
/// Makes an <see cref="Adapter"/> of saved tensors: one that answers as the trained one did and is not trained itself.
/// Several become the arms of one, so that a backbone serves them all at once.
/// </summary>
public static class AdapterLoader
{
    /// <summary>Loads adapters of one method; lengths and ranks may differ.</summary>
    /// <param name="saved">The adapter of every arm, [A]; the caller keeps them.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="task">The task, whose classes ask for a head; null for none, also where a head was saved.</param>
    /// <exception cref="ExperimentUsageException">They are of several methods, or do not fit the backbone.</exception>
    public static Adapter Load(IReadOnlyList<SavedAdapter> saved, Transformer backbone, TaskFamily? task = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(saved.Count);
        var kinds = saved.Select(static adapter => OptionsText.KindOf(adapter.Method)).Distinct().ToArray();
        if (kinds.Length > 1)
        {
            throw new ExperimentUsageException($"Adapters of one method are needed to stand side by side, but these are of {string.Join(", ", kinds)}.");
        }

        using var frozen = no_grad();
        var adapter = Make([.. saved.Select(static adapter => adapter.Method)], backbone, task);
        for (int arm = 0; arm < saved.Count; arm++)
        {
            Fill(adapter, arm, saved[arm].Tensors, keepsHead: task is { Classes: > 0 });
        }

        adapter.Initial.copy_(adapter.Values);
        foreach (var tensor in adapter.Tensors)
        {
            tensor.Leaf.requires_grad_(false);
        }

        return adapter;
    }

    /// <summary>An adapter of the method's own class; what it starts from does not matter.</summary>
    private static Adapter Make(IReadOnlyList<MethodOptions> methods, Transformer backbone, TaskFamily? task)
    {
        int[] seeds = new int[methods.Count];
        return methods[0] switch
        {
            PromptOptions => new SoftPrompt([.. methods.Cast<PromptOptions>().Select(Plain)], backbone, seeds, task),
            PrefixOptions => new Prefix([.. methods.Cast<PrefixOptions>().Select(Plain)], backbone, seeds, task),
            LoraOptions => new Lora([.. methods.Cast<LoraOptions>().Select(Plain)], backbone, seeds, task),
            PromptLoraOptions => new PromptLora(
                [.. methods.Cast<PromptLoraOptions>().Select(static both => new PromptLoraOptions { Prompt = Plain(both.Prompt), Lora = Plain(both.Lora) })],
                backbone, seeds, task),
            PrefixLoraOptions => new PrefixLora(
                [.. methods.Cast<PrefixLoraOptions>().Select(static both => new PrefixLoraOptions { Prefix = Plain(both.Prefix), Lora = Plain(both.Lora) })],
                backbone, seeds, task),
            IaptOptions => new Iapt([.. methods.Cast<IaptOptions>().Select(static iapt => iapt with { Init = new Zeros() })], backbone, seeds, task),
            FullOptions => new FullTuning([.. methods.Cast<FullOptions>()], backbone, seeds, task),
            FrozenOptions => new Frozen([.. methods.Cast<FrozenOptions>()], backbone, seeds, task),
            var other => throw new ExperimentUsageException($"Adapters of the method {OptionsText.KindOf(other)} cannot be loaded."),
        };
    }

    private static PromptOptions Plain(PromptOptions prompt) => prompt with { Init = new Zeros(), NormCap = 0 };

    private static PrefixOptions Plain(PrefixOptions prefix) =>
        prefix with { Init = new Zeros(), Reparametrization = 0, NormCap = 0, KeyCap = 0, ValueCap = 0 };

    private static LoraOptions Plain(LoraOptions lora) => lora with { Init = new Zeros(), Dropout = 0 };

    private static void Fill(Adapter adapter, int arm, IReadOnlyDictionary<string, Tensor> saved, bool keepsHead)
    {
        using var scope = NewDisposeScope();
        foreach (var tensor in adapter.Tensors)
        {
            if (!saved.TryGetValue(tensor.Name, out var numbers))
            {
                throw new ExperimentUsageException($"The saved adapter has no tensor '{tensor.Name}', which the backbone needs for its method.");
            }

            if (!numbers.shape.AsSpan().SequenceEqual([.. tensor.ShapeOf(arm)]))
            {
                throw new ExperimentUsageException(
                    $"The saved adapter's tensor '{tensor.Name}' is [{string.Join(", ", numbers.shape)}]; the backbone needs [{string.Join(", ", tensor.ShapeOf(arm))}].");
            }

            tensor.Of(arm).copy_(numbers);
        }

        var known = adapter.Tensors.Select(static tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        if (saved.Keys.FirstOrDefault(name => !known.Contains(name) && (keepsHead || name is not (ClassifierHead.Weight or ClassifierHead.Bias))) is { } stranger)
        {
            throw new ExperimentUsageException($"The saved adapter has a tensor '{stranger}', which the backbone does not need for its method.");
        }
    }
}
