using System.Text;
using DslExperiments.Hosting;
using DslExperiments.Tests.Hosting;
using DslExperiments.Text.Data;

namespace DslExperiments.Tests.Text;

/// <summary>Files of texts, right and wrong ones.</summary>
public sealed class TextTableTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a.tsv", "text\tlabel\r\none \"two\"\tx\nthree\t y \n")]
    [InlineData("a.csv", "text,label\r\n\"one \"\"two\"\"\",x\nthree, y \n")]
    [InlineData("a.csv", "text,label\n\"one \"\"two\"\"\",\"x\"\r\n\"three\",\" y \"")]
    [InlineData("a.tsv", "text\tlabel\rone \"two\"\tx\r\rthree\t y \r")]
    [InlineData("a.csv", "text,label\r\"one \"\"two\"\"\",x\rthree, y ")]
    [InlineData("a.jsonl", "{\"text\": \"one \\\"two\\\"\", \"label\": \"x\"}\r{\"label\": \" y \", \"text\": \"three\"}\r")]
    [InlineData("a.jsonl", "{\"text\": \"one \\\"two\\\"\", \"label\": \"x\"}\n\n{\"label\": \" y \", \"text\": \"three\"}\n")]
    public void Formats_agree(string name, string content)
    {
        var table = Read(name, content);
        Assert.Equal(["text", "label"], table.Columns);
        Assert.Equal(["one \"two\"", "x", "three", " y "], table.Rows.SelectMany(row => new[] { row[0], row[1] }));
        table.ThrowIfWrong();
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_column()
    {
        File.WriteAllBytes(folder["a.tsv"], [0xEF, 0xBB, 0xBF, .. "text\nä"u8]);
        var table = TextTable.Read(folder["a.tsv"], header: true);
        Assert.Equal(["text"], table.Columns);
        Assert.Equal("ä", Assert.Single(table.Rows)[0]);
    }

    [Fact]
    public void Without_a_header_columns_are_numbers()
    {
        var table = Read("a.tsv", "x\ty\nz\tw\n", header: false);
        Assert.Equal(["1", "2"], table.Columns);
        Assert.Equal(2, table.Rows.Count);
    }

    [Fact]
    public void A_quoted_field_may_hold_commas_and_line_breaks_and_rows_keep_their_line()
    {
        var table = Read("a.csv", "text,label\n\"a,\nb\r\nc\",1\n,\nlast,2");
        Assert.Equal("a,\nb\r\nc", table.Rows[0][0]);
        Assert.Equal([2, 5, 6], table.Rows.Select(row => row.Line));
        Assert.Equal(" 2", table.Rows[1][1] + " " + table.Rows[2][1]);
    }

    [Fact]
    public void Where_lines_end_in_CR_alone_rows_keep_their_line_and_text_its_CR()
    {
        Assert.Equal([2, 4], Read("a.csv", "text,label\r\"a,\rb\",1\rc,2").Rows.Select(row => row.Line));
        Assert.Equal([(1, "one"), (3, "two")], Read("a.txt", "one\r\rtwo\r").Rows.Select(row => (row.Line, row[0]!)));
        Assert.Equal("one\rtwo", Assert.Single(Read("a.txt", "one\rtwo", whole: true).Rows)[0]);

        // Elsewhere it is a character of a field.
        Assert.Equal(["a\rb", "1"], Enumerable.Range(0, 2).Select(column => Assert.Single(Read("a.tsv", "text\tlabel\na\rb\t1\n").Rows)[column]));
    }

    [Fact]
    public void Nested_members_are_columns_and_lists_hold_several_values()
    {
        var table = Read("a.jsonl", """
            {"id": 7, "answers": {"text": ["one", "two"], "start": [3, 4]}, "ok": true, "none": null}
            {"id": 8, "answers": {"text": "three"}, "late": [{"a": 1}]}
            """);
        Assert.Equal(["id", "answers.text", "answers.start", "ok", "none", "late"], table.Columns);
        Assert.Equal(["one", "two"], table.Rows[0].All(1));
        Assert.Equal(["three"], table.Rows[1].All(1));
        Assert.Equal("7 one 3 true - -", string.Join(" ", Enumerable.Range(0, 6).Select(column => table.Rows[0][column] ?? "-")));
        Assert.Equal("""{"a": 1}""", table.Rows[1][5]);
        Assert.Null(table.Rows[1][2]);
    }

    [Fact]
    public void A_txt_file_is_a_text_per_line_or_one()
    {
        Assert.Equal([(1, "one"), (4, "two")], Read("a.txt", "one\r\n\n \ntwo").Rows.Select(row => (row.Line, row[0]!)));
        Assert.Equal((0, 0), (Read("a.txt", "x").ColumnOf("task.text", "1"), Read("a.txt", "x").ColumnOf("task.text", "text")));
        Assert.Equal("one\r\n\n \ntwo", Assert.Single(Read("a.txt", "one\r\n\n \ntwo", whole: true).Rows)[0]);
    }

    [Theory]
    [InlineData("a.tsv", "t\tl\na\tb\tc\n\nd\n", "a.tsv(2): the row has 3 fields, but the header has 2.\na.tsv(4): the row has 1 field, but the header has 2.")]
    [InlineData("a.csv", "t,l\n\"a,b\nc,d\n", "a.csv(2): field 1 begins with a double quote that is never closed.")]
    [InlineData("a.csv", "t,l\n\"a\"b,c\nd,e\"f\ng,h\ni\n", "a.csv(2): field 1 goes on after its closing quote; double the quotes inside a field.\na.csv(3): field 2 has a double quote inside; put the whole field in double quotes and double those inside.\na.csv(5): the row has 1 field, but the header has 2.")]
    [InlineData("a.tsv", "t\tt\na\tb\n", "a.tsv(1): the header names 't' 2 times; set header: false if the first line is a row.")]
    [InlineData("a.jsonl", "{\"a\": 1}\n[1]\n{\"a\": }\n{\"a\": \"\\ud800\"}\n", "a.jsonl(2): the line is no JSON object, {\"column\": \"value\", …}.\na.jsonl(3): invalid JSON at byte 7 of the line: '}' is an invalid start of a value.\na.jsonl(4): invalid JSON: a text has half of a surrogate pair.")]
    [InlineData("a.tsv", "t\n", "a.tsv: the file has no rows.")]
    [InlineData("a.txt", " \n", "a.txt: the file has no rows.")]
    public void Wrong_rows_are_told_with_their_lines(string name, string content, string message)
    {
        var error = Assert.Throws<ExperimentUsageException>(() => Read(name, content).ThrowIfWrong());
        Assert.Equal(message, folder.MessageOf(error));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_told_with_their_offset()
    {
        File.WriteAllBytes(folder["a.tsv"], [.. "t\nää\nx"u8, 0xE4, .. "y\nok\n"u8, 0xC3]);
        var error = Assert.Throws<ExperimentUsageException>(() => TextTable.Read(folder["a.tsv"], header: true).ThrowIfWrong());
        Assert.Equal(
            "a.tsv(3): the byte 0xE4 at offset 8 of the file is no UTF-8; save the file as UTF-8.\n"
            + "a.tsv(5): the byte 0xC3 at offset 14 of the file is no UTF-8; save the file as UTF-8.",
            folder.MessageOf(error));
    }

    [Fact]
    public void A_file_of_utf16_says_so()
    {
        File.WriteAllBytes(folder["a.tsv"], [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("text\nx")]);
        var error = Assert.Throws<ExperimentUsageException>(() => TextTable.Read(folder["a.tsv"], header: true).ColumnOf("task.text", "text"));
        Assert.Equal("a.tsv: the file is UTF-16; save it as UTF-8.", folder.MessageOf(error));
    }

    [Fact]
    public void Lines_of_a_corpus_are_those_of_its_text_or_it_is_refused()
    {
        File.WriteAllBytes(folder["a.txt"], [0xEF, 0xBB, 0xBF, .. "ä b\r\n\nc"u8]);
        Assert.Equal(["ä b", "", "c"], Utf8Lines.Of(folder["a.txt"]));
        File.WriteAllBytes(folder["b.txt"], [.. "a\n"u8, 0xC3, .. "\nb"u8]);
        Assert.Equal("b.txt: the file is no UTF-8; save it as UTF-8.", Refusal("b.txt"));
        File.WriteAllBytes(folder["c.txt"], [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("text\nx")]);
        Assert.Equal("c.txt: the file is no UTF-8; save it as UTF-8.", Refusal("c.txt"));
        Directory.CreateDirectory(folder["d"]);
        Assert.Equal("d is a folder; name a file.", Refusal("d"));

        string Refusal(string name) => folder.MessageOf(Assert.Throws<ExperimentUsageException>(() => Utf8Lines.Of(folder[name]).ToArray()));
    }

    [Fact]
    public void Of_many_errors_ten_are_told_and_the_others_counted()
    {
        var error = Assert.Throws<ExperimentUsageException>(() => Read("a.tsv", "a\tb\n" + string.Concat(Enumerable.Repeat("x\n", 33))).ThrowIfWrong());
        var lines = folder.MessageOf(error).Split('\n');
        Assert.Equal(11, lines.Length);
        Assert.StartsWith("a.tsv(11): ", lines[9]);
        Assert.Equal("a.tsv: and 23 more.", lines[10]);
    }

    [Fact]
    public void An_unknown_column_gets_the_nearest_one_and_the_list()
    {
        var error = Assert.Throws<ExperimentUsageException>(() => Read("a.tsv", "text\tlabel\nx\ty\n").ColumnOf("task.text", "txt"));
        Assert.Equal("task.text: a.tsv has no column 'txt'; did you mean 'text'? Its columns are text, label.", folder.MessageOf(error));
        error = Assert.Throws<ExperimentUsageException>(() => Read("a.tsv", "x\ty\n", header: false).ColumnOf("task.text", "sentence"));
        Assert.Equal("task.text: a.tsv has no column 'sentence'. Its columns are 1, 2.", folder.MessageOf(error));
    }

    [Fact]
    public void Other_endings_and_folders_are_refused()
    {
        Assert.Contains("not from .xlsx", Assert.Throws<ExperimentUsageException>(() => Read("a.xlsx", "x")).Message);
        Assert.Contains("is a folder", Assert.Throws<ExperimentUsageException>(() => TextTable.Read(folder.Location, header: true)).Message);
        Assert.Contains("cannot be read", Assert.Throws<ExperimentUsageException>(() => TextTable.Read(folder["no.tsv"], header: true)).Message);
    }

    private TextTable Read(string name, string content, bool header = true, bool whole = false)
    {
        File.WriteAllText(folder[name], content, new UTF8Encoding(false));
        return TextTable.Read(folder[name], header, whole);
    }
}
