using System.Globalization;
using DslExperiments.Hosting;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>Virtual tokens that were saved: in PEFT's layout, or by a run of another experiment.</summary>
internal static class SavedPrompt
{
    private const string FileName = "adapter_model.safetensors";
    private const string TensorName = "prompt_embeddings";

    /// <summary>Metrics whose smallest value is the best one, by a part of their name.</summary>
    private static readonly string[] LowerIsBetter = ["loss", "mse", "error", "perplexity", "_gap", "residual", "rounding", "energy", "co2"];

    /// <summary>The virtual tokens of an adapter's folder or file, [P, D].</summary>
    /// <param name="path">The folder or the file.</param>
    /// <param name="key">The spec's key that names it, for messages.</param>
    /// <exception cref="ExperimentUsageException">It is no such file.</exception>
    public static Tensor InFile(string path, string key)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        if (!File.Exists(file))
        {
            throw new ExperimentUsageException($"{key}: '{path}' holds no {FileName}; name the folder of a saved prompt, or a .safetensors file.");
        }

        var tensors = Read(file, key);
        return tensors.GetValueOrDefault(TensorName) is { Shape: [> 0, > 0] } rows
            ? ToTensor(rows, file, key)
            : throw new ExperimentUsageException(
                $"{key}: '{file}' has no tensor {TensorName} [P, D], which a saved prompt has; it has {string.Join(", ", tensors.Keys.DefaultIfEmpty("none"))}.");
    }

    /// <summary>The virtual tokens of the best prompt of the newest finished run of an experiment, [P, D].</summary>
    /// <param name="runs">The folder with a folder of runs per experiment.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="width">Size of a virtual token, D.</param>
    /// <param name="key">The spec's key that names it, for messages.</param>
    /// <exception cref="ExperimentUsageException">There is no such run.</exception>
    public static Tensor OfRun(string runs, string experiment, int width, string key)
    {
        string parent = Path.Combine(runs, experiment);
        string run = (Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [])
            .OrderDescending(StringComparer.Ordinal)
            .FirstOrDefault(static folder => RunManifest.ReadHead(folder) is { State: RunState.Finished })
            ?? throw new ExperimentUsageException($"{key}: there is no finished run of '{experiment}' in '{runs}'; run it first.");
        var summary = Summary(run, key);
        bool lower = summary.Metrics.Length > 0 && LowerIsBetter.Any(part => summary.Metrics[0].Contains(part, StringComparison.Ordinal));
        var arms = summary.Arms
            .Select((arm, index) => (Arm: arm, Folder: FolderOf(run, index)))
            .Where(static arm => arm.Arm.Status == ArmStatus.Finished && arm.Folder is not null)
            .OrderBy(arm => arm.Arm.Metrics is not [var first, ..] || double.IsNaN(first) ? double.PositiveInfinity : lower ? first : -first);
        foreach (var (_, folder) in arms)
        {
            string file = Path.Combine(folder!, FileName);
            if (File.Exists(file) && Read(file, key).GetValueOrDefault(TensorName) is { Shape: [_, var size] } rows && size == width)
            {
                return ToTensor(rows, file, key);
            }
        }

        throw new ExperimentUsageException($"{key}: the run '{run}' has no arm with a prompt of width {width}.");
    }

    /// <summary>The folder of an arm's adapter: its number from 1 on, then its label.</summary>
    private static string? FolderOf(string run, int arm)
    {
        string adapters = Path.Combine(run, "adapters");
        return Directory.Exists(adapters)
            ? Directory.EnumerateDirectories(adapters, string.Create(CultureInfo.InvariantCulture, $"{arm + 1:0000}-*")).FirstOrDefault()
            : null;
    }

    private static RunSummary Summary(string run, string key)
    {
        try
        {
            return ResultsJson.Read(run);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ExperimentUsageException($"{key}: {error.Message}", error);
        }
    }

    private static IReadOnlyDictionary<string, SafeTensor> Read(string file, string key)
    {
        try
        {
            return Safetensors.Read(file).Tensors;
        }
        catch (InvalidDataException error)
        {
            throw new ExperimentUsageException($"{key}: '{file}': {error.Message}", error);
        }
    }

    private static Tensor ToTensor(SafeTensor safe, string file, string key)
    {
        double[] values = safe.Type switch
        {
            SafeTensorType.F64 => safe.ToArray<double>(),
            SafeTensorType.F32 => Array.ConvertAll(safe.ToArray<float>(), static value => (double)value),
            SafeTensorType.F16 => Array.ConvertAll(safe.ToArray<Half>(), static value => (double)value),

            // A brain float is the upper half of a float.
            SafeTensorType.BF16 => Array.ConvertAll(safe.ToArray<ushort>(), static bits => (double)BitConverter.UInt32BitsToSingle((uint)bits << 16)),
            _ => throw new ExperimentUsageException($"{key}: '{file}' holds {safe.Name} as {safe.Type}; virtual tokens are floating-point numbers."),
        };
        return tensor(values, [.. safe.Shape], float64);
    }
}
