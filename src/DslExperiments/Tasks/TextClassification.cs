using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Text;
using DslExperiments.Text.Data;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>A task whose rows are given one of a few answers: classes or choices.</summary>
public interface IRankedAnswers
{
    /// <summary>Log-probabilities of the answers of each row, as a softmax over them: per arm, per row, per answer.</summary>
    /// <remarks>Rows may have different numbers of answers.</remarks>
    double[][][] Rank(TextSplit split, Adapter adapter);

    /// <summary>The rows of a file; their labels are the right answers.</summary>
    IReadOnlyList<TokenizedRow> Rows(TextSplit split);
}

/// <summary>
/// A text, and a label for it: the most likely of the labels' tokens after the text, or the largest output of a trained
/// layer on the text's last token. The loss is the cross-entropy over the labels alone.
/// </summary>
public sealed class TextClassification : TextTask, IRankedAnswers
{
    private readonly TextClassificationOptions options;
    private readonly long[] answers;

    /// <summary>Reads and tokenises the files.</summary>
    /// <exception cref="ExperimentUsageException">Files, labels or verbalizers are not as they should be.</exception>
    public TextClassification(
        TextClassificationOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer)
        : base(options, backbone, seeds, files, new Encoder(options, new TextForm(backbone.Options, tokenizer)))
    {
        this.options = options;
        CheckContext("task.max_length", Longest(static _ => 0));
        var words = options.Verbalizers.Count > 0 ? options.Verbalizers : options.Labels;
        var tokens = AsAnswers(words);
        LabelTokens = tokens;
        answers = options.Answer == AnswerForm.Verbalizer ? FirstOf(tokens, words) : [];
    }

    /// <summary>The labels; their order is that of classes.</summary>
    public IReadOnlyList<string> Labels => options.Labels;

    /// <inheritdoc/>
    public override int Classes => options.Answer == AnswerForm.Head ? Labels.Count : 0;

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyList<int>> LabelTokens { get; }

    /// <summary>The token that stands for each class; none with a trained layer.</summary>
    public IReadOnlyList<long> AnswerTokens => answers;

    /// <inheritdoc/>
    public override TextSequence SequenceOf(TextSplit split, int index)
    {
        var row = Rows(split)[index];
        return TextSequence.Of(Form, row.Input, [row.Label]);
    }

    /// <inheritdoc/>
    public double[][][] Rank(TextSplit split, Adapter adapter)
    {
        var ranked = Enumerable.Range(0, adapter.Arms).Select(_ => new double[Rows(split).Count][]).ToArray();
        foreach (int[] chunk in Chunks(Enumerable.Range(0, Rows(split).Count), row => (Rows(split)[row].Input.Length, 1), adapter.Arms))
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var data = Together([.. chunk.Select(row => SequenceOf(split, row))]);
            double[] scores = Scores(adapter, data).to(float64).log_softmax(-1).cpu().contiguous().data<double>().ToArray();
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    int at = ((arm * chunk.Length) + i) * Labels.Count;
                    ranked[arm][chunk[i]] = scores[at..(at + Labels.Count)];
                }
            }
        }

        return ranked;
    }

    /// <inheritdoc/>
    /// <remarks>Of the labels' tokens, or of the classes of the adapter's layer: [A, B, 1, classes].</remarks>
    protected override Tensor Scores(Adapter adapter, TokenData data)
    {
        var content = ContentOf(adapter, data);
        if (options.Answer == AnswerForm.Head)
        {
            var head = adapter.Head ?? throw new ArgumentException("answer: head needs an adapter that was made with its task.", nameof(adapter));
            return head.Scores(Backbone.Forward(content, adapter, Batch.All));
        }

        return Backbone.Logits(content, adapter, Batch.All).index_select(3, tensor(answers, int64, Backbone.Device));
    }

    private protected override IEnumerable<int> ExampleOf(TokenizedRow row) => [.. row.Input, .. LabelTokens[row.Label]];

    /// <summary>The tokens of every label's word, as it follows a text.</summary>
    private int[][] AsAnswers(IReadOnlyList<string> words)
    {
        int[][] tokens = [.. words.Select(word => Form.Answer(word, "a"))];

        // A space that is a token of its own says nothing: then words follow without it.
        return tokens.Select(static word => word.FirstOrDefault(-1)).Distinct().Count() == words.Count
            ? tokens
            : [.. words.Select(word => Form.Answer(word, ""))];
    }

    /// <summary>The first token of every label's word; they differ, and the tokenizer knows them.</summary>
    private long[] FirstOf(int[][] tokens, IReadOnlyList<string> words)
    {
        for (int label = 0; label < words.Count; label++)
        {
            string what = $"task.verbalizers: {RowErrors.Quoted(words[label])} of label {RowErrors.Quoted(options.Labels[label])}";
            if (tokens[label].Length == 0 || tokens[label][0] == Form.Tokenizer.UnknownId)
            {
                throw new ExperimentUsageException($"{what} begins with no token that the tokenizer knows; take another word.");
            }

            int same = Array.FindIndex(tokens, 0, label, other => other[0] == tokens[label][0]);
            if (same >= 0)
            {
                throw new ExperimentUsageException(
                    $"{what} begins with the same token as {RowErrors.Quoted(words[same])}; take words whose first tokens differ, or answer: head.");
            }

            if (tokens[label][0] >= Backbone.Options.Vocabulary)
            {
                throw new ExperimentUsageException($"{what} begins with token {SpecText.Of(tokens[label][0])}, beyond the backbone's vocabulary.");
            }
        }

        return [.. tokens.Select(static word => (long)word[0])];
    }

    private sealed class Encoder(TextClassificationOptions options, TextForm form) : TextEncoder(options, form)
    {
        protected override IEnumerable<string> Settings => [options.Text, options.Label, options.Template, .. options.Labels];

        protected override Func<TextRow, TokenizedRow?> On(TextTable table)
        {
            if (options.Labels.Count < 2 || options.Labels.Distinct().Count() < options.Labels.Count
                || (options.Verbalizers.Count > 0 && options.Verbalizers.Count != options.Labels.Count))
            {
                throw new ExperimentUsageException("task.labels: list at least two different labels, and with verbalizers one for each.");
            }

            var template = new TextTemplate("task.template", options.Template);
            var text = template.On(table, ("text", options.Text));
            int label = table.ColumnOf("task.label", options.Label);
            return row =>
            {
                int number = -1;
                if (table.ValueOf(row, label) is { } value && (number = options.Labels.ToList().IndexOf(value)) < 0)
                {
                    var near = NearestNames.Of(value, options.Labels, 1);
                    table.Errors.Add(row.Line, $"the label {RowErrors.Quoted(value)} is not among task.labels {SpecText.Of(options.Labels)}"
                        + (near.Length > 0 ? $"; did you mean '{near[0]}'?" : ""));
                }

                return text(row) is { } input && number >= 0
                    ? new TokenizedRow(row.Line, Form.Input(input, Most, template.Tail), [], [options.Labels[number]], number)
                    : null;
            };
        }
    }
}
