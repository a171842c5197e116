using DslExperiments.Backbones;
using DslExperiments.Metrics.Text;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Tasks;

/// <summary>A question on a passage. An answer is right when it is the wanted one but for case, punctuation and articles.</summary>
public sealed class QuestionAnswering : GenerationTask
{
    /// <summary>Reads and tokenises the files.</summary>
    /// <exception cref="Hosting.ExperimentUsageException">The files are not as they should be.</exception>
    public QuestionAnswering(
        QuestionAnsweringOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer)
        : base(options, options.MaxOutput, backbone, seeds, files, new AnswerEncoder(
            options, new TextForm(backbone.Options, tokenizer), options.Template, options.Output, options.MaxOutput,
            ("question", options.Question), ("context", options.Passage)))
    {
    }

    /// <inheritdoc/>
    public override bool IsAnswer(string given, string wanted) => AnswerText.Normalized(given) == AnswerText.Normalized(wanted);
}
