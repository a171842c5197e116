using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// P tokens of the vocabulary before the content: a text, examples with their answers, or tokens drawn from the vocabulary;
/// with candidates they are searched, see <see cref="Training.TokenSearch"/>. An arm's numbers are the P ids of its tokens. The
/// rows that the backbone reads are those of its embedding.
/// </summary>
public sealed class HardPrompt : Adapter
{
    private readonly IReadOnlyList<HardPromptOptions> options;

    /// <summary>Writes the prompts that the search starts from: the text, then the examples, cut or repeated to the length.</summary>
    /// <param name="options">Length, text, examples and candidates of every arm.</param>
    /// <param name="backbone">The backbone, with a vocabulary.</param>
    /// <param name="seeds">The seed of every arm, which draws tokens and examples.</param>
    /// <param name="task">The task with tokenizer and examples, whose loss is searched and whose classes ask for a head.</param>
    /// <exception cref="ExperimentUsageException">A prompt has no tokens, or backbone and task have not what it asks for.</exception>
    public HardPrompt(IReadOnlyList<HardPromptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, TaskFamily? task = null)
        : this(options, backbone, seeds, task, [.. options.Select((o, arm) => Written(o, backbone, seeds[arm], task))])
    {
    }

    private HardPrompt(IReadOnlyList<HardPromptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, TaskFamily? task, int[][] start)
        : base(backbone, seeds, [Layout(backbone, start)], task)
    {
        this.options = options;
        (Backbone, Task, ArmSeeds) = (backbone, task, seeds);
        Prompt = new PromptRows(Rows.Leaf, [.. start.Select(tokens => tokens.Length)]);
        long[] ids = new long[start.Length * Prompt.Count];
        for (int arm = 0; arm < start.Length; arm++)
        {
            Array.ConvertAll(start[arm], static token => (long)token).CopyTo(ids, arm * Prompt.Count);
        }

        Tokens = tensor(ids, [start.Length, Prompt.Count], int64, backbone.Device);
    }

    /// <inheritdoc/>
    public override PromptRows Prompt { get; }

    /// <summary>The tokens, [A, P], 64-bit; zeros beyond an arm's length.</summary>
    public Tensor Tokens { get; }

    /// <summary>Their rows.</summary>
    internal AdapterTensor Rows => Named(SoftPrompt.TensorName);

    internal Transformer Backbone { get; }

    internal TaskFamily? Task { get; }

    /// <summary>The seed of every arm, [A].</summary>
    internal IReadOnlyList<int> ArmSeeds { get; }

    /// <summary>Replacements that a step of an arm's search tries.</summary>
    public int CandidatesOf(int arm) => options[arm].Candidates;

    /// <summary>What <see cref="ParametersOf"/> counts without a head: the tokens' ids, none when a text decides how many.</summary>
    public static long Count(HardPromptOptions options) => options.Length;

    /// <inheritdoc/>
    public override long ParametersOf(int arm) => Count(options[arm]) + base.ParametersOf(arm) - Rows.CountOf(arm);

    /// <summary>The tokens' ids beside their rows.</summary>
    protected internal override void Convert(OrderedDictionary<string, Tensor> exported, int arm) =>
        exported.Insert(1, "tokens", Tokens[arm].narrow(0, 0, Prompt.Lengths[arm]).cpu().clone());

    private static AdapterTensorPlan Layout(Transformer backbone, int[][] start)
    {
        var prompt = new PromptStart(backbone, null, "methods.hard_prompt");
        return new(SoftPrompt.TensorName, arm => prompt.RowsOf(start[arm], prompt.Table(new SampledVocabulary(0), arm)));
    }

    private static int[] Written(HardPromptOptions options, Transformer backbone, int seed, TaskFamily? task)
    {
        if (options.Candidates > 0 && options.Length == 0)
        {
            throw new ExperimentUsageException(
                "methods.hard_prompt.length: a search needs to know how many tokens it searches; set length, or candidates: 0 to take the text as it is.");
        }

        var prompt = new PromptStart(backbone, task, "methods.hard_prompt");
        var written = new List<int>();
        if (options.Text.Length > 0)
        {
            written.AddRange(prompt.TokensOf(options.Text));
        }

        if (options.Examples > 0)
        {
            written.AddRange((task ?? throw new ExperimentUsageException("methods.hard_prompt.examples: examples need a task on texts."))
                .Examples(seed, options.Examples));
        }

        return (written.Count, options.Length) switch
        {
            (0, 0) => throw new ExperimentUsageException("methods.hard_prompt: a prompt needs a length, a text or examples."),
            (0, var length) => prompt.SampleTokens(new SampledVocabulary(0), length, Seeds.Derive(seed, "adapter/hard_prompt")),
            (_, 0) => [.. written],
            (_, var length) => PromptStart.Repeated(written, length),
        };
    }
}
