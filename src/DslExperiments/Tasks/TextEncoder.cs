using DslExperiments.Text;
using DslExperiments.Text.Data;

namespace DslExperiments.Tasks;

/// <summary>Makes tokens of the rows of a task's files.</summary>
/// <param name="options">The task's options.</param>
/// <param name="form">How texts become tokens.</param>
internal abstract class TextEncoder(TextTaskOptions options, TextForm form)
{
    /// <summary>How texts become tokens.</summary>
    public TextForm Form { get; } = form;

    /// <summary>Most tokens of an input.</summary>
    public int Most => options.MaxLength;

    /// <summary>True when a .txt file is one text.</summary>
    public virtual bool Whole => false;

    /// <summary>True when limits count rows.</summary>
    public virtual bool LimitsRows => true;

    /// <summary>All that the tokens of a file follow from, besides the file.</summary>
    /// <param name="grouped">True when rows have their group.</param>
    public string Recipe(bool grouped) => string.Join(
        '\n',
        new[] { GetType().Name, Form.Recipe, SpecText.Of(options.Header), $"at most {SpecText.Of(Most)}", grouped ? $"group {options.Group}" : "" }
            .Concat(Settings).Select(static setting => $"{SpecText.Of(setting.Length)} {setting}"));

    /// <summary>The family's own settings that the tokens follow from.</summary>
    protected abstract IEnumerable<string> Settings { get; }

    /// <summary>The tokens of a table's rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="grouped">True when rows have their group.</param>
    public TokenizedText Encode(TextTable table, bool grouped)
    {
        int group = grouped ? table.ColumnOf("task.group", options.Group) : -1;
        var encode = On(table);
        var rows = new List<TokenizedRow>(table.Rows.Count);
        foreach (var row in table.Rows)
        {
            var groupOfRow = group < 0 ? "" : table.ValueOf(row, group);
            if (encode(row) is { } made && groupOfRow is not null)
            {
                if (made.Input.Length == 0)
                {
                    table.Errors.Add(row.Line, "the tokenizer makes no tokens of the text");
                }

                rows.Add(made with { Group = groupOfRow });
            }
        }

        table.ThrowIfWrong();
        return new TokenizedText(rows);
    }

    /// <summary>Gives the tokens of a row, or null where something is wrong with it, which is noted.</summary>
    protected abstract Func<TextRow, TokenizedRow?> On(TextTable table);
}
