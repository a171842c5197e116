using System.Globalization;
using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Text;
using DslExperiments.Text.Data;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// A text and several continuations, of which one is right. Training makes the right one likely: the loss is the
/// cross-entropy of its tokens. Evaluation takes the likeliest, by the sum or the mean of its tokens' log-likelihoods.
/// </summary>
public sealed class MultipleChoice : TextTask, IRankedAnswers
{
    private readonly MultipleChoiceOptions options;

    /// <summary>Reads and tokenises the files.</summary>
    /// <exception cref="ExperimentUsageException">The files are not as they should be.</exception>
    public MultipleChoice(MultipleChoiceOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer)
        : base(options, backbone, seeds, files, new Encoder(options, new TextForm(backbone.Options, tokenizer).WithContinuation()))
    {
        this.options = options;
        CheckContext("task.max_length", Longest(static row => row.Answers.Max(static answer => answer.Length)));
    }

    /// <inheritdoc/>
    public override TextSequence SequenceOf(TextSplit split, int index)
    {
        var row = Rows(split)[index];
        return TextSequence.Of(Form, row.Input, row.Answers[row.Label]);
    }

    /// <inheritdoc/>
    public double[][][] Rank(TextSplit split, Adapter adapter)
    {
        var rows = Rows(split);
        int choices = options.Choices.Count;
        var ranked = Enumerable.Range(0, adapter.Arms)
            .Select(_ => rows.Select(_ => new double[choices]).ToArray()).ToArray();
        foreach (int[] chunk in Chunks(Enumerable.Range(0, rows.Count * choices), item => SizeOf(SequenceOfChoice(item)), adapter.Arms))
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            TextSequence[] sequences = [.. chunk.Select(SequenceOfChoice)];
            double[] nats = SumOfReads(adapter, Together(sequences)).cpu().contiguous().data<double>().ToArray();
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    ranked[arm][chunk[i] / choices][chunk[i] % choices] =
                        -nats[(arm * chunk.Length) + i] / (options.Normalize ? sequences[i].Targets.Length : 1);
                }
            }
        }

        foreach (double[] scores in ranked.SelectMany(static arm => arm))
        {
            double largest = scores.Max();
            double all = largest + Math.Log(scores.Sum(score => Math.Exp(score - largest)));
            for (int choice = 0; choice < choices; choice++)
            {
                scores[choice] -= all;
            }
        }

        return ranked;

        TextSequence SequenceOfChoice(int item)
        {
            var row = rows[item / choices];
            return TextSequence.Of(Form, row.Input, row.Answers[item % choices]);
        }
    }

    private protected override IEnumerable<int> ExampleOf(TokenizedRow row) => [.. row.Input, .. row.Answers[row.Label]];

    private sealed class Encoder(MultipleChoiceOptions options, TextForm form) : TextEncoder(options, form)
    {
        protected override IEnumerable<string> Settings => [options.Label, options.Template, .. options.Choices];

        protected override Func<TextRow, TokenizedRow?> On(TextTable table)
        {
            if (options.Choices.Count < 2)
            {
                throw new ExperimentUsageException("task.choices: name the columns of at least two choices.");
            }

            var template = new TextTemplate("task.template", options.Template);
            var text = template.On(table);
            int[] columns = [.. options.Choices.Select(choice => table.ColumnOf("task.choices", choice))];
            int label = table.ColumnOf("task.label", options.Label);
            return row =>
            {
                string?[] choices = [.. columns.Select(column => table.ValueOf(row, column))];
                var input = text(row);
                int right = table.ValueOf(row, label) is { } value ? Right(table, row, value, choices) : -1;
                if (input is null || right < 0 || choices.Contains(null))
                {
                    return null;
                }

                int[][] answers = [.. choices.Select(choice => Form.Answer(choice!, input))];
                for (int choice = 0; choice < answers.Length; choice++)
                {
                    if (answers[choice].Length == 0)
                    {
                        table.Errors.Add(row.Line, $"the tokenizer makes no tokens of '{options.Choices[choice]}'");
                    }
                }

                return new TokenizedRow(row.Line, Form.Input(input, Most, template.Tail), answers, [choices[right]!], right);
            };
        }

        /// <summary>The place of the right choice, by its number from 1 on, its column's name or its text.</summary>
        private int Right(TextTable table, TextRow row, string label, string?[] choices)
        {
            int named = options.Choices.ToList().IndexOf(label);
            int right = named >= 0 ? named : Array.IndexOf(choices, label);
            if (right < 0 && int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= choices.Length)
            {
                right = number - 1;
            }

            if (right < 0)
            {
                table.Errors.Add(
                    row.Line,
                    $"'{options.Label}' is {RowErrors.Quoted(label)}; it must be a number from 1 to {SpecText.Of(choices.Length)}, one of {string.Join(", ", options.Choices)}, or the text of a choice");
            }

            return right;
        }
    }
}
