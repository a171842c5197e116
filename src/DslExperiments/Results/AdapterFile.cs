using System.Globalization;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;

namespace DslExperiments.Results;

/// <summary>What an arm has trained, as a safetensors file.</summary>
internal static class AdapterFile
{
    /// <summary>Writes the tensors of an arm in the precision in which they were trained.</summary>
    public static void Write(string path, ArmOutcome arm)
    {
        var tensors = arm.Adapter.Select(static array => array.Dtype == Precision.Float32
            ? SafeTensor.Of(array.Name, Array.ConvertAll(array.Values, static value => (float)value), [.. array.Shape])
            : SafeTensor.Of(array.Name, array.Values, [.. array.Shape]));
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["arm"] = arm.Design.Arm.Label,
            ["method"] = arm.Design.Arm.Method,
            ["trainable_parameters"] = arm.Design.TrainableParameters.ToString(CultureInfo.InvariantCulture),
        };
        AtomicFile.Write(path, stream => Safetensors.Write(stream, tensors, metadata));
    }
}
