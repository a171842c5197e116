using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The virtual tokens that a prompt starts from: drawn from a distribution, or made of rows of the frozen embedding, of what
/// was saved, or of what a constructed backbone writes.
/// </summary>
/// <param name="backbone">The backbone, whose embedding is read.</param>
/// <param name="task">The task with its labels, tokenizer and files; null where there is none.</param>
/// <param name="key">The spec's key of the start, for messages: <c>methods.prompt.init</c>.</param>
public sealed class PromptStart(Transformer backbone, TaskFamily? task, string key)
{
    /// <summary>Rows of the embedding that fill up a prompt whose first ones are labels (Lester et al. 2021).</summary>
    private static readonly SampledVocabulary Fill = new(5000);

    /// <summary>The first rows of an arm, [P, D], on the CPU.</summary>
    /// <param name="init">How the prompt starts.</param>
    /// <param name="length">Virtual tokens, P.</param>
    /// <param name="arm">The arm: whose embedding is read, and for whose data a prompt is written.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <exception cref="ExperimentUsageException">Backbone, task or file have not what the start needs.</exception>
    public Tensor Rows(Initializer init, int length, int arm, ulong seed) => init switch
    {
        Written => WrittenRows(length, arm),
        SampledVocabulary sampled => RowsOf(SampleTokens(sampled, length, seed), Table(init, arm)),
        ClassLabels => LabelRows(length, arm, seed),
        FromText text => RowsOf(Repeated(TokensOf(text.Words), length), Table(init, arm)),
        FromFile file => Fitted(SavedPrompt.InFile(Find(file.Path), key), length),
        FromRun run => Fitted(SavedPrompt.OfRun(RunsOf(run), run.Experiment, backbone.Options.Width, key), length),
        _ => init.Draw([length, backbone.Options.Width], seed),
    };

    /// <summary>
    /// Tokens drawn without replacement among the first ones; with, when there are fewer than are wanted. Rows of the embedding
    /// that no token of the tokenizer has are never drawn.
    /// </summary>
    /// <param name="sampled">How many of the first tokens are drawn from; 0 for all.</param>
    /// <param name="count">How many are drawn.</param>
    /// <param name="seed">The seed of the draw.</param>
    public int[] SampleTokens(SampledVocabulary sampled, int count, ulong seed)
    {
        int vocabulary = Vocabulary(sampled);
        vocabulary = Math.Min(vocabulary, task?.Tokenizer?.VocabularySize ?? vocabulary);
        int population = sampled.First == 0 ? vocabulary : Math.Min(sampled.First, vocabulary);
        var random = new RandomNumbers(seed);
        var tokens = new int[count];
        if (count > population)
        {
            for (int i = 0; i < count; i++)
            {
                tokens[i] = random.Below(population);
            }

            return tokens;
        }

        // The first steps of a shuffle of all; only what moved is kept.
        var moved = new Dictionary<int, int>();
        for (int i = 0; i < count; i++)
        {
            int j = i + random.Below(population - i);
            tokens[i] = moved.GetValueOrDefault(j, j);
            moved[j] = moved.GetValueOrDefault(i, i);
        }

        return tokens;
    }

    /// <summary>The tokens of a text.</summary>
    /// <exception cref="ExperimentUsageException">The task has no tokenizer, or the text has no tokens.</exception>
    public int[] TokensOf(string words)
    {
        var tokenizer = task?.Tokenizer
            ?? throw new ExperimentUsageException($"{key}: the text '{words}' needs a tokenizer; name one with backbone.tokenizer, and a task on texts.");
        int[] tokens = tokenizer.Encode(words);
        return tokens.Length > 0 ? tokens : throw new ExperimentUsageException($"{key}: the text '{words}' has no tokens.");
    }

    /// <summary>The first ones, over and over again until there are enough.</summary>
    public static int[] Repeated(IReadOnlyList<int> tokens, int count) => [.. Enumerable.Range(0, count).Select(i => tokens[i % tokens.Count])];

    /// <summary>Rows of the frozen embedding that an arm reads, [V, D], on the CPU.</summary>
    internal Tensor Table(Initializer init, int arm)
    {
        Vocabulary(init);
        return backbone.Groups.Of(backbone.Embedding!, arm).to(float64, CPU);
    }

    /// <summary>The rows of tokens, [P, D].</summary>
    internal Tensor RowsOf(IReadOnlyList<int> tokens, Tensor table)
    {
        int stranger = tokens.FirstOrDefault(token => token >= table.shape[0], -1);
        return stranger < 0
            ? table.index_select(0, tensor(tokens.Select(token => (long)token).ToArray(), int64))
            : throw new ExperimentUsageException(
                $"{key}: the tokenizer gives token {stranger}, but the backbone's vocabulary has {table.shape[0]} tokens; backbone.tokenizer is not this backbone's.");
    }

    private int Vocabulary(Initializer init) => backbone.Embedding is not null
        ? backbone.Options.Vocabulary
        : throw new ExperimentUsageException($"{key}: {NameOf(init)} takes rows of an embedding, but the backbone has no vocabulary.");

    private static string NameOf(Initializer init) => init switch
    {
        SampledVocabulary => "vocabulary",
        ClassLabels => "class_labels",
        FromText => "text",
        _ => "this start",
    };

    private Tensor WrittenRows(int length, int arm)
    {
        // What is written belongs to the data's seed, what is drawn to the start's.
        var rows = (task ?? throw new InvalidOperationException("A written prompt needs the task that writes it."))
            .WrittenPrompt(backbone.Groups.ArmSeeds[arm]);
        return rows.shape[0] == length
            ? rows
            : throw new InvalidOperationException(
                $"The task writes a prompt of {rows.shape[0]} virtual tokens, but the prompt's length is {length}.");
    }

    /// <summary>The mean row of each label's tokens, as far as there is room; the others drawn.</summary>
    private Tensor LabelRows(int length, int arm, ulong seed)
    {
        var table = Table(new ClassLabels(), arm);
        var labels = task?.LabelTokens is { Count: > 0 } found
            ? found
            : throw new ExperimentUsageException($"{key}: class_labels needs a task with labels, such as text_classification.");
        var rows = RowsOf(SampleTokens(Fill, length, seed), table);
        for (int label = 0; label < Math.Min(length, labels.Count); label++)
        {
            rows[label].copy_(labels[label].Count > 0
                ? RowsOf(labels[label], table).mean([0])
                : throw new ExperimentUsageException($"{key}: label {label + 1} has no tokens that class_labels could take rows of."));
        }

        return rows;
    }

    private Tensor Fitted(Tensor rows, int length)
    {
        long count = rows.shape[0], width = rows.shape[1];
        return width != backbone.Options.Width
            ? throw new ExperimentUsageException($"{key}: the saved virtual tokens have {width} numbers each, but the backbone's width is {backbone.Options.Width}.")
            : count == length ? rows : rows.index_select(0, arange(length, int64).remainder(count));
    }

    private string Find(string path) => (task?.Files
        ?? throw new ExperimentUsageException($"{key}: '{path}' cannot be found, since this task reads no files.")).Find(key, path);

    private string RunsOf(FromRun run) => task?.Files?.Runs
        ?? throw new ExperimentUsageException($"{key}: runs are not kept here, so that there is none of '{run.Experiment}'; name a folder of runs.");
}
