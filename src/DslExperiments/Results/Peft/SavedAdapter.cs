using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Results.Peft;

/// <summary>An adapter that was read from a folder.</summary>
/// <param name="Method">The method, as far as the tensors depend on it: lengths, ranks, places. How it was trained is not in a folder.</param>
/// <param name="Tensors">The tensors as <see cref="Adapter.Export"/> names them, on the CPU.</param>
public sealed record SavedAdapter(MethodOptions Method, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    /// <summary>Reads what a run left of an arm, or what PEFT has written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backbone">The backbone that it adapts.</param>
    /// <exception cref="ExperimentUsageException">It is no adapter, or not one of this backbone; says which file and why.</exception>
    public static SavedAdapter Read(string folder, TransformerOptions backbone)
    {
        if (!Directory.Exists(folder))
        {
            throw new ExperimentUsageException($"{folder}: there is no such folder.");
        }

        // Whoever reads it or not, a damaged file means a damaged folder.
        var origin = AdapterOrigin.Read(folder);
        var adapter = File.Exists(Path.Combine(folder, PeftConfig.FileName)) ? PeftAdapter.Read(folder, backbone) : ReadOwn(folder, origin, backbone);
        string head = Path.Combine(folder, AdapterFolder.Head);
        return File.Exists(head) ? adapter.With(head) : adapter;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>What PEFT has no file of settings for: our own one says what the tensors are.</summary>
    private static SavedAdapter ReadOwn(string folder, AdapterOrigin? origin, TransformerOptions backbone)
    {
        if (origin is null)
        {
            throw new ExperimentUsageException(
                $"{folder}: it has neither {PeftConfig.FileName} nor {AdapterOrigin.FileName}, one of which says what an adapter is.");
        }

        var method = origin.Method ?? throw new ExperimentUsageException(
            $"{Path.Combine(folder, AdapterOrigin.FileName)}: adapters of this method cannot be read.");
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var tensors = AdapterTensors.Read(folder, backbone);
        foreach (var part in PeftLayout.PartsOf(method))
        {
            switch (part)
            {
                case PromptOptions prompt:
                    tensors.Prompt(prompt, backbone);
                    break;
                case PrefixOptions prefix when PeftLayout.IsPeftPrefix(prefix, backbone):
                    tensors.Prefix(prefix, backbone);
                    break;
                case LoraOptions lora:
                    tensors.Lora(
                        lora with { Rank = LoraLayout.RankOf(lora, backbone), Alpha = LoraLayout.AlphaOf(lora, backbone) }, backbone, targets: null, lora);
                    break;
            }
        }

        tensors.Rest();
        return tensors.Taken(method);
    }

    /// <summary>The same with a classifier's head.</summary>
    private SavedAdapter With(string head)
    {
        using var scope = NewDisposeScope();
        return this with
        {
            Tensors = Tensors
                .Concat(AdapterTensors.ReadFile(head).Select(static pair => KeyValuePair.Create(pair.Name, pair.Tensor.DetachFromDisposeScope())))
                .DistinctBy(static pair => pair.Key)
                .ToDictionary(StringComparer.Ordinal),
        };
    }
}
