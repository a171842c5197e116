using DslExperiments.Hosting;
using DslExperiments.Tests.Hosting;
using DslExperiments.Text.Data;

namespace DslExperiments.Tests.Text;

/// <summary>Templates, samples of rows and the cache of tokens.</summary>
public sealed class TextTemplateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("{a}", "one")]
    [InlineData("{{{a}}} {{b}} {b}{b}.", "{one} {b} twotwo.")]
    [InlineData("q: {first} {a}", "q: two one")]
    public void Columns_and_braces(string template, string text)
    {
        var table = Table("a\tb\none\ttwo\n");
        Assert.Equal(text, new TextTemplate("task.template", template).On(table, ("first", "b"))(table.Rows[0]));
    }

    [Theory]
    [InlineData("x {a", "task.template: the '{' at character 3 of 'x {a' has no partner; write {column} for a column, and {{ for the brace itself.")]
    [InlineData("{a} }", "task.template: the '}' at character 5 of '{a} }' has no partner; write {column} for a column, and }} for the brace itself.")]
    [InlineData("{a {b}", "task.template: the '{' at character 1 of '{a {b}' has no partner; write {column} for a column, and {{ for the brace itself.")]
    [InlineData("{{a}}", "task.template: '{{a}}' names no column, so all texts would be the same; write {column}.")]
    [InlineData("{sentense}", "task.template: a.tsv has no column 'sentense'; did you mean 'sentence'? Its columns are sentence, b.")]
    public void Wrong_templates_are_explained(string template, string message)
    {
        var table = Table("sentence\tb\none\ttwo\n");
        Assert.Equal(message, folder.MessageOf(Assert.Throws<ExperimentUsageException>(() => new TextTemplate("task.template", template).On(table))));
    }

    [Fact]
    public void An_empty_value_is_noted_with_its_row()
    {
        var table = Table("a\tb\none\ttwo\nthree\t \n");
        Assert.Null(new TextTemplate("task.template", "{b} {a}").On(table)(table.Rows[1]));
        Assert.Equal("a.tsv(3): 'b' is empty.", folder.MessageOf(Assert.Throws<ExperimentUsageException>(table.ThrowIfWrong)));
    }

    [Fact]
    public void A_sample_is_part_of_a_larger_one_and_depends_on_its_seed()
    {
        var (few, many) = (RowSample.Of(1000, 20, 3, "train"), RowSample.Of(1000, 400, 3, "train"));
        Assert.Equal(20, few.Distinct().Count());
        Assert.Empty(few.Except(many));
        Assert.Equal(few.Order(), few);
        Assert.NotEqual(few, RowSample.Of(1000, 20, 4, "train"));
        Assert.NotEqual(few, RowSample.Of(1000, 20, 3, "eval"));
        Assert.Equal(1000, RowSample.Of(1000, 0, 3, "train").Length);
        Assert.Equal(Enumerable.Range(0, 5), RowSample.Of(5, 9, 3, "train"));

        // The mean of 400 of 0..999 has a standard deviation of 11.
        Assert.InRange(many.Average(), 450, 550);
    }

    [Fact]
    public void Tokens_are_made_once_and_a_damaged_file_again()
    {
        byte[] bytes = "the file"u8.ToArray();
        int made = 0;
        var text = Get("recipe");
        Assert.Same(text, Get("recipe"));
        Assert.Equal(1, made);
        Get("another recipe");
        Assert.Equal(2, made);

        TokenizedCache.Forget();
        Same(text, Get("recipe"));
        Assert.Equal(2, made);

        foreach (var file in Directory.EnumerateFiles(folder.Location, "tokens.bin", SearchOption.AllDirectories))
        {
            byte[] content = File.ReadAllBytes(file);
            content[^3] ^= 1;
            File.WriteAllBytes(file, content);
        }

        TokenizedCache.Forget();
        Same(text, Get("recipe"));
        Assert.Equal(3, made);
        foreach (var file in Directory.EnumerateFiles(folder.Location, "tokens.bin", SearchOption.AllDirectories))
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..50]);
        }

        TokenizedCache.Forget();
        Same(text, Get("recipe"));
        Assert.Equal(4, made);

        TokenizedText Get(string recipe) => TokenizedCache.Get("a.tsv", bytes, $"{folder.Location} {recipe}", folder["tokenized"], () =>
        {
            made++;
            return new TokenizedText([new(2, [1, 2], [[3], []], ["ä", ""], 1, "group"), new(3, [], [], [])]);
        });

        static void Same(TokenizedText expected, TokenizedText actual) => Assert.Equal(expected.ToBytes(), actual.ToBytes());
    }

    [Fact]
    public void A_wrong_file_is_told_every_time()
    {
        for (int time = 0; time < 2; time++)
        {
            Assert.Throws<ExperimentUsageException>(() => TokenizedCache.Get(
                "a.tsv", "x"u8.ToArray(), folder.Location, null, () => throw new ExperimentUsageException("wrong")));
        }
    }

    private TextTable Table(string content)
    {
        File.WriteAllText(folder["a.tsv"], content);
        return TextTable.Read(folder["a.tsv"], header: true);
    }
}
