using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Results.Peft;
using static TorchSharp.torch;

namespace DslExperiments.Results;

/// <summary>
/// What an arm has trained, in the layout of Hugging Face PEFT: <c>adapter_model.safetensors</c> and, for what PEFT knows
/// (a prompt, LoRA, a prefix of keys and values), <c>adapter_config.json</c>. Beside them lie our own
/// <c>dslexperiments.json</c>, which says where they come from, and a classifier's head, of which PEFT knows nothing.
/// <see cref="SavedAdapter"/> reads the folder.
/// </summary>
internal static class AdapterFolder
{
    /// <summary>The file of a classifier's head.</summary>
    public const string Head = "classifier.safetensors";

    /// <summary>All that PEFT itself writes; more would change the length of its files.</summary>
    private static readonly IReadOnlyDictionary<string, string> Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Writes the folder of an arm, its tensors in the precision in which they were trained.</summary>
    public static void Write(string folder, ArmOutcome arm)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (method, backbone) = (arm.Design.Method, arm.Design.Backbone);
        var all = arm.Adapter.ToLookup(static array => array.Name is ClassifierHead.Weight or ClassifierHead.Bias);
        var tensors = PeftLayout.Export(method, backbone, Named(all[false].Where(static array => array.Name != PeftLayout.Tokens)));
        WriteTensors(Path.Combine(folder, AdapterTensors.FileName), tensors);
        if (all[true].Any())
        {
            WriteTensors(Path.Combine(folder, Head), Named(all[true]));
        }

        if (PeftConfig.Of(method, backbone, tensors.GetValueOrDefault(PeftLayout.Prompt)?.shape[0] ?? 0) is { } config)
        {
            AtomicFile.Write(Path.Combine(folder, PeftConfig.FileName), stream => stream.Write(config));
        }

        if (arm.Nearest.Count > 0)
        {
            NearestFile.Write(folder, arm.Nearest);
        }

        AtomicFile.Write(Path.Combine(folder, AdapterOrigin.FileName), stream => stream.Write(AdapterOrigin.Of(arm)));
    }

    private static void WriteTensors(string path, IReadOnlyDictionary<string, Tensor> tensors) => AtomicFile.Write(
        path, stream => Safetensors.Write(stream, tensors.Select(static pair => TensorBytes.ToSafe(pair.Key, pair.Value)), Metadata));

    private static Dictionary<string, Tensor> Named(IEnumerable<AdapterArray> arrays) => arrays.ToDictionary(
        static array => array.Name,
        static array => tensor(array.Values, [.. array.Shape], float64).to(array.Dtype.ToScalarType()),
        StringComparer.Ordinal);
}
