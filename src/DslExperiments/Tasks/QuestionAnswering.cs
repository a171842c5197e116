using DslExperiments.Backbones;
using DslExperiments.Metrics.Text;
using DslExperiments.Text;
using DslExperiments.Text.Data;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Tasks;

/// <summary>A question on a passage. An answer is right when it is the wanted one but for case, punctuation and articles.</summary>
public sealed class QuestionAnswering : GenerationTask
{
    /// <summary>Reads and tokenises the files.</summary>
    /// <exception cref="Hosting.ExperimentUsageException">The files are not as they should be.</exception>
    public QuestionAnswering(
        QuestionAnsweringOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer)
        : base(options, options.MaxOutput, backbone, seeds, files, new SpanEncoder(options, new TextForm(backbone.Options, tokenizer)))
    {
    }

    /// <inheritdoc/>
    public override bool IsAnswer(string given, string wanted) => AnswerText.Normalized(given) == AnswerText.Normalized(wanted);

    /// <summary>An answer is a span of the passage, up to what the metrics do not see: case, punctuation and articles.</summary>
    private sealed class SpanEncoder(QuestionAnsweringOptions options, TextForm form) : AnswerEncoder(
        options, form, options.Template, options.Output, options.MaxOutput, ("question", options.Question), ("context", options.Passage))
    {
        protected override void Check(TextTable table, TextRow row, IReadOnlyList<string> answers)
        {
            int passage = table.ColumnOf("task.passage", options.Passage);
            if (table.ValueOf(row, passage) is { } text
                && AnswerText.Normalized(text) is var words
                && !answers.Any(answer => words.Contains(AnswerText.Normalized(answer), StringComparison.Ordinal)))
            {
                table.Errors.Add(
                    row.Line,
                    $"the answer {RowErrors.Quoted(answers[0])} is not in '{options.Passage}'; answers in words of their own are of the family text_to_text");
            }
        }
    }
}
