using System.Globalization;
using DslExperiments.Hosting;
using DslExperiments.Results;
using DslExperiments.Results.Peft;
using DslExperiments.Specs;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>Virtual tokens that were saved: in PEFT's layout, or by a run of another experiment.</summary>
internal static class SavedPrompt
{
    /// <summary>The virtual tokens of an adapter's folder or file, [P, D].</summary>
    /// <param name="path">The folder or the file.</param>
    /// <param name="key">The spec's key that names it, for messages.</param>
    /// <exception cref="ExperimentUsageException">It is no such file.</exception>
    public static Tensor InFile(string path, string key)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, AdapterTensors.FileName) : path;
        if (!File.Exists(file))
        {
            throw new ExperimentUsageException($"{key}: '{path}' holds no {AdapterTensors.FileName}; name the folder of a saved prompt, or a .safetensors file.");
        }

        using var scope = NewDisposeScope();
        var tensors = Read(file, key);
        return tensors.GetValueOrDefault(PeftLayout.Prompt) is { shape: [> 0, > 0] } rows
            ? rows.to(float64).MoveToOuterDisposeScope()
            : throw new ExperimentUsageException(
                $"{key}: '{file}' has no tensor {PeftLayout.Prompt} [P, D], which a saved prompt has; it has {string.Join(", ", tensors.Keys.DefaultIfEmpty("none"))}.");
    }

    /// <summary>The virtual tokens of the best prompt of the newest finished run of an experiment, [P, D].</summary>
    /// <inheritdoc cref="FileOfRun"/>
    public static Tensor OfRun(string runs, string experiment, int width, string key) => InFile(FileOfRun(runs, experiment, width, key), key);

    /// <summary>The file with the best prompt of the newest finished run of an experiment.</summary>
    /// <param name="runs">The folder with a folder of runs per experiment.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="width">Size of a virtual token, D.</param>
    /// <param name="key">The spec's key that names it, for messages.</param>
    /// <exception cref="ExperimentUsageException">There is no such run.</exception>
    public static string FileOfRun(string runs, string experiment, int width, string key)
    {
        string parent = Path.Combine(runs, experiment);
        string run = (Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [])
            .OrderDescending(StringComparer.Ordinal)
            .FirstOrDefault(static folder => RunManifest.ReadHead(folder) is { State: RunState.Finished })
            ?? throw new ExperimentUsageException($"{key}: there is no finished run of '{experiment}' in '{runs}'; run it first.");
        var summary = Summary(run, key);
        bool lower = summary.Metrics is [var measured, ..] && (MetricSpec.Named(measured)?.LowerIsBetter ?? true);
        var arms = summary.Arms
            .Select((arm, index) => (Arm: arm, Folder: FolderOf(run, index)))
            .Where(static arm => arm.Arm.Status == ArmStatus.Finished && arm.Folder is not null)
            .OrderBy(arm => arm.Arm.Metrics is not [var first, ..] || double.IsNaN(first) ? double.PositiveInfinity : lower ? first : -first);
        foreach (var (_, folder) in arms)
        {
            using var scope = NewDisposeScope();
            string file = Path.Combine(folder!, AdapterTensors.FileName);
            if (File.Exists(file) && Read(file, key).GetValueOrDefault(PeftLayout.Prompt) is { shape: [> 0, var size] } && size == width)
            {
                return file;
            }
        }

        throw new ExperimentUsageException($"{key}: the run '{run}' has no arm with a prompt of width {width}.");
    }

    /// <summary>The folder of an arm's adapter: its number from 1 on, then its label.</summary>
    private static string? FolderOf(string run, int arm)
    {
        string adapters = Path.Combine(run, RunFolder.AdaptersName);
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

    private static Dictionary<string, Tensor> Read(string file, string key)
    {
        try
        {
            return AdapterTensors.ReadFile(file).ToDictionary(static pair => pair.Name, static pair => pair.Tensor, StringComparer.Ordinal);
        }
        catch (ExperimentUsageException error)
        {
            throw new ExperimentUsageException($"{key}: {error.Message}", error);
        }
    }
}
