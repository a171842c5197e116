using System.Text.RegularExpressions;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Results.Peft;

/// <summary>
/// The tensors of an adapter's file on their way to our names: each is asked for once, by name and shape, and none may be
/// left over. They live in the caller's dispose scope, those that were taken beyond it.
/// </summary>
internal sealed partial class AdapterTensors
{
    /// <summary>The file's name.</summary>
    public const string FileName = "adapter_model.safetensors";

    private readonly string file;
    private readonly Dictionary<string, Tensor> left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> taken = new(StringComparer.Ordinal);

    private AdapterTensors(string file, TransformerOptions backbone)
    {
        this.file = file;
        foreach (var (name, tensor) in ReadFile(file))
        {
            if (!left.TryAdd(NameOf(name, backbone), tensor))
            {
                throw new ExperimentUsageException($"{file}: it has the tensor '{NameOf(name, backbone)}' twice, once as '{name}'.");
            }
        }
    }

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="ExperimentUsageException">There is none, or it is damaged.</exception>
    public static AdapterTensors Read(string folder, TransformerOptions backbone)
    {
        string file = Path.Combine(folder, FileName);
        return File.Exists(file) ? new AdapterTensors(file, backbone) : throw new ExperimentUsageException(
            File.Exists(Path.Combine(folder, "adapter_model.bin"))
                ? $"{folder}: it has only adapter_model.bin, a pickle, which is not read since reading it can run code. Convert it where it is trusted: load it in PEFT and save it with safe_serialization=True."
                : $"{file}: there is no such file; PEFT writes it beside {PeftConfig.FileName}.");
    }

    /// <summary>The tensors of a file, on the CPU, by their names in it; floats of 32 or 64 bits.</summary>
    public static IReadOnlyList<(string Name, Tensor Tensor)> ReadFile(string file) => CheckpointFiles.Guarded(file, () =>
    {
        using var mapped = new MappedSafetensors(file);
        if (mapped.Header.Tensors.Values.FirstOrDefault(static entry => !SafeTensorReading.IsReadable(entry.Type)) is { } strange)
        {
            throw new InvalidDataException($"the tensor '{strange.Name}' is of type {strange.Type.Code()}; it must be F32, F16, BF16 or F64");
        }

        return mapped.Header.Tensors.Values.Select(entry => (entry.Name, SafeTensorReading.Read(mapped, entry))).ToArray();
    });

    /// <summary>The virtual tokens of a prompt.</summary>
    public void Prompt(PromptOptions prompt, TransformerOptions backbone) =>
        Keep(SoftPrompt.TensorName, Take(PeftLayout.Prompt, prompt.Length, backbone.Width));

    /// <summary>Keys and values of all layers, which lie side by side.</summary>
    public void Prefix(PrefixOptions prefix, TransformerOptions backbone)
    {
        long width = backbone.KeyValueWidth();
        var joined = Take(PeftLayout.Prompt, prefix.Length, 2 * backbone.Depth * width);
        foreach (var (name, index) in PeftLayout.PrefixNames(backbone).Select(static (name, index) => (name, index)))
        {
            Keep(name, joined.narrow(1, index * width, width).contiguous().clone());
        }
    }

    /// <summary>Low-rank updates: which modules have one is what the file says, and every layer must have the same.</summary>
    /// <param name="lora">Rank and alpha of the file.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="targets">Names that must find just these modules; null when they are not names.</param>
    /// <param name="written">What our own writer says that it laid out; null for what somebody else has trained.</param>
    /// <returns>The options under which we have the tensors now.</returns>
    public LoraOptions Lora(LoraOptions lora, TransformerOptions backbone, IReadOnlyList<string>? targets, LoraOptions? written)
    {
        var all = PeftModules.Of(backbone);
        PeftModule[] adapted = [.. all.Where(module => left.ContainsKey(module.NameOf("A")) || left.ContainsKey(module.NameOf("B")))];
        AssertTargets(all, adapted, targets);
        Projection[] on = [.. adapted.SelectMany(static module => module.Parts).Select(static part => part.Projection).Distinct().Order()];
        foreach (var module in all.Where(module => module.PartsOn(on).Count > 0 && !adapted.Contains(module)))
        {
            throw new ExperimentUsageException($"{file}: the tensor '{module.NameOf("A")}' is missing; every layer must have an update.");
        }

        var factors = adapted.Select(module => (
            Module: module,
            Down: Take(module.NameOf("A"), lora.Rank, module.Inputs),
            Up: Take(module.NameOf("B"), module.Outputs, lora.Rank))).ToArray();
        if (written is not null && LoraLayout.RankOf(written, backbone) == lora.Rank && LoraLayout.AlphaOf(written, backbone).Equals(lora.Alpha)
            && LoraLayout.ModulesOf(written, backbone).Select(static module => module.Path).SequenceEqual(adapted.Select(static module => module.Path))
            && Projections.Expand(written.On, backbone) is var wrote
            && factors.All(factor => LoraLayout.IsInBlocks(factor.Module, factor.Down, factor.Up, wrote, written.Rank)))
        {
            KeepAll(factors.SelectMany(factor => LoraLayout.ImportBlocks(factor.Module, factor.Down, factor.Up, wrote, written.Rank)));
            return lora with { Rank = written.Rank, Alpha = written.Alpha, On = wrote };
        }

        KeepAll(factors.SelectMany(static factor => LoraLayout.Import(factor.Module, factor.Down, factor.Up)));
        return lora with { On = on };
    }

    /// <summary>All that is left, under the names that it has.</summary>
    public void Rest()
    {
        foreach (var (name, tensor) in left)
        {
            Keep(name, tensor);
        }

        left.Clear();
    }

    /// <summary>What was taken, which outlives this object.</summary>
    /// <exception cref="ExperimentUsageException">The file has more.</exception>
    public SavedAdapter Taken(MethodOptions method) => left.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } stranger
        ? throw new ExperimentUsageException($"{file}: it has the tensor '{stranger}', which such an adapter of this backbone does not.")
        : new SavedAdapter(method, taken.ToDictionary(static pair => pair.Key, static pair => pair.Value.DetachFromDisposeScope(), StringComparer.Ordinal));

    /// <summary>
    /// PEFT's name in a whole model: writers leave PEFT's prefix out or the adapter's name in, and a bare model has no
    /// prefix of its own.
    /// </summary>
    private static string NameOf(string name, TransformerOptions backbone)
    {
        if (Factor().Match(name) is not { Success: true } match)
        {
            return name.StartsWith(PeftModules.Prefix, StringComparison.Ordinal) ? name[PeftModules.Prefix.Length..] : name;
        }

        string path = match.Groups["path"].Value;
        return $"{PeftModules.Prefix}{CheckpointFamily.Of(backbone)?.Canonical(path) ?? path}.lora_{match.Groups["factor"].Value}.weight";
    }

    [GeneratedRegex(@"^(base_model\.model\.)?(?<path>.+)\.lora_(?<factor>[AB])(\.default)?\.weight$", RegexOptions.CultureInvariant)]
    private static partial Regex Factor();

    private void AssertTargets(IReadOnlyList<PeftModule> all, IReadOnlyList<PeftModule> adapted, IReadOnlyList<string>? targets)
    {
        if (adapted.Count == 0)
        {
            throw new ExperimentUsageException($"{file}: it has no update of a module of this backbone, such as '{all[0].NameOf("A")}'.");
        }

        foreach (var module in targets is null ? [] : all)
        {
            bool isTarget = targets!.Any(target => PeftModules.Matches(module.Path, target));
            if (isTarget != adapted.Contains(module))
            {
                throw new ExperimentUsageException(isTarget
                    ? $"{file}: the tensor '{module.NameOf("A")}' is missing, a module that target_modules names."
                    : $"{file}: it has the tensor '{module.NameOf("A")}', a module that target_modules does not name.");
            }
        }
    }

    private Tensor Take(string name, params long[] shape)
    {
        if (!left.Remove(name, out var tensor))
        {
            throw new ExperimentUsageException($"{file}: the tensor '{name}', [{string.Join(", ", shape)}], is missing.");
        }

        return tensor.shape.AsSpan().SequenceEqual(shape) ? tensor : throw new ExperimentUsageException(
            $"{file}: the tensor '{name}' is [{string.Join(", ", tensor.shape)}], but [{string.Join(", ", shape)}] is needed.");
    }

    private void KeepAll(IEnumerable<(string Name, Tensor Factor)> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            Keep(name, tensor);
        }
    }

    private void Keep(string name, Tensor tensor) => taken.Add(name, tensor);
}
