using DslExperiments.Text;
using DslExperiments.Text.Data;

namespace DslExperiments.Tasks;

/// <summary>Rows of a template and a column of right answers, of which the first one is trained.</summary>
internal class AnswerEncoder(
    TextTaskOptions options, TextForm form, string template, string output, int most, params (string Name, string Column)[] names)
    : TextEncoder(options, form.WithContinuation().WithEnd())
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Settings =>
        [template, output, SpecText.Of(most), .. names.SelectMany(static name => (string[])[name.Name, name.Column])];

    /// <inheritdoc/>
    protected override Func<TextRow, TokenizedRow?> On(TextTable table)
    {
        var read = new TextTemplate("task.template", template);
        var text = read.On(table, names);
        int column = table.ColumnOf("task.output", output);
        return row =>
        {
            var input = text(row);
            if (table.ValueOf(row, column) is not { } answer || input is null)
            {
                return null;
            }

            string[] answers = [.. row.All(column).Where(static one => !string.IsNullOrWhiteSpace(one)).Select(static one => one.Trim())];
            Check(table, row, answers);
            return new TokenizedRow(row.Line, Form.Input(input, Most, read.Tail), [Form.EndedAnswer(answer, input, most)], answers);
        };
    }

    /// <summary>Notes what else is wrong with the answers of a row.</summary>
    protected virtual void Check(TextTable table, TextRow row, IReadOnlyList<string> answers)
    {
    }
}
