using System.Collections.Concurrent;
using System.Security.Cryptography;
using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;

namespace DslExperiments.Text;

/// <summary>The files that designs name, with what is in them: numbers follow from a file's content, never from its name alone.</summary>
internal static class NamedFiles
{
    private static readonly ConcurrentDictionary<(string Path, DateTime Written, long Length), string> Hashes = new();

    /// <summary>A line per file, <c>task.train = data/a.tsv 3f…</c>, sorted.</summary>
    /// <exception cref="ExperimentUsageException">A file does not exist, or cannot be read.</exception>
    public static IReadOnlyList<string> Describe(IEnumerable<ArmDesign> designs, SpecFiles files) => [.. designs
        .SelectMany(static design => Of(design.Backbone).Concat(Of("task", design.Task)).Concat(Of(design.Method))
            .Concat(design.Pretrain is { } stage ? Of("pretrain.task", stage.Task) : []))
        .Distinct()
        .Select(named => LineOf(named, files))
        .Concat(designs.Select(static design => RunOf(design)).OfType<(string Key, string Experiment, int Width)>().Distinct().Select(named => LineOf(named, files)).OfType<string>())
        .Order(StringComparer.Ordinal)];

    /// <summary>The same of one backbone and its pretraining alone.</summary>
    /// <param name="design">An arm on it.</param>
    /// <param name="files">The spec's files.</param>
    /// <param name="missing">What to say of a file that does not exist; null to refuse it.</param>
    public static IReadOnlyList<string> OfPretraining(ArmDesign design, SpecFiles files, string? missing = null) => [.. Of(design.Backbone)
        .Concat(design.Pretrain is { } stage ? Of("pretrain.task", stage.Task) : [])
        .Select(named => missing is not null && !files.Has(named.Path) ? $"{named.Key} = {named.Path} {missing}" : LineOf(named, files))
        .Order(StringComparer.Ordinal)];

    private static IEnumerable<(string Key, string Path)> Of(TransformerOptions backbone)
    {
        if (backbone.Weights.Length > 0)
        {
            yield return ("backbone.weights", backbone.Weights);
        }

        switch (backbone.Tokenizer)
        {
            case TokenizerFile file:
                yield return ("backbone.tokenizer", file.Path);
                break;
            case WordTokens words:
                yield return ("backbone.tokenizer", words.Corpus);
                break;
        }
    }

    private static IEnumerable<(string Key, string Path)> Of(string section, TaskOptions task)
    {
        (string Key, string Path)[] named = task is TextTaskOptions text
            ? [(section + ".train", text.Train), (section + ".eval", text.Eval), (section + ".transfer", text.Transfer)]
            : [];
        return named.Where(static file => file.Path.Length > 0);
    }

    private static IEnumerable<(string Key, string Path)> Of(MethodOptions method) => method switch
    {
        PromptOptions { Init: FromFile file } => [("methods.prompt.init", file.Path)],
        PromptLoraOptions { Prompt.Init: FromFile file } => [("methods.prompt_lora.prompt.init", file.Path)],
        _ => [],
    };

    /// <summary>The experiment whose prompt an arm starts from.</summary>
    private static (string Key, string Experiment, int Width)? RunOf(ArmDesign design) => design.Method switch
    {
        PromptOptions { Init: FromRun run } => ("methods.prompt.init", run.Experiment, design.Backbone.Width),
        PromptLoraOptions { Prompt.Init: FromRun run } => ("methods.prompt_lora.prompt.init", run.Experiment, design.Backbone.Width),
        _ => null,
    };

    /// <summary>A prompt of another run, which a newer one of that experiment would change; null where no runs are kept.</summary>
    private static string? LineOf((string Key, string Experiment, int Width) named, SpecFiles files) => files.Runs is { } runs
        ? $"{named.Key} = {named.Experiment} {HashOf(SavedPrompt.FileOfRun(runs, named.Experiment, named.Width, named.Key))}"
        : null;

    private static string LineOf((string Key, string Path) named, SpecFiles files)
    {
        var path = files.Find(named.Key, named.Path);
        try
        {
            return $"{named.Key} = {named.Path} {HashOf(path)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExperimentUsageException($"{named.Key}: '{named.Path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>SHA-256 of a file, or of the names and contents of a folder's files; computed once per state of a file.</summary>
    private static string HashOf(string path)
    {
        if (Directory.Exists(path))
        {
            var parts = Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {HashOf(file)}");
            return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', parts))));
        }

        var info = SpecFiles.FileAt(path);
        if (info.Length == 0)
        {
            return Convert.ToHexStringLower(SHA256.HashData([]));
        }

        return Hashes.GetOrAdd((info.FullName, info.LastWriteTimeUtc, info.Length), static key =>
        {
            using var stream = File.OpenRead(key.Path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        });
    }
}
