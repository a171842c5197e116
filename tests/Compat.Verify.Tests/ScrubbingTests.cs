namespace CompatTests;

public class ScrubbingTests
{
    [Fact]
    public async Task Lines_can_be_removed()
    {
        Assert.Equal("one\nthree", await Text(Verify("one\ntwo\nthree").ScrubLines(line => line == "two")));
        Assert.Equal("one\n", await Text(Verify("one\nTwo\n").ScrubLinesContaining("two")));
        Assert.Equal("one\nTwo", await Text(Verify("one\nTwo").ScrubLinesContaining(StringComparison.Ordinal, "two")));
        Assert.Equal("one\ntwo", await Text(Verify("\none\n\n \ntwo\n").ScrubEmptyLines()));
    }

    [Fact]
    public async Task Lines_can_be_replaced()
    {
        Assert.Equal("ONE\nTWO\n", await Text(Verify("one\r\ntwo\r\n").ScrubLinesWithReplace(line => line.ToUpperInvariant())));
        Assert.Equal("one", await Text(Verify("one\ntwo").ScrubLinesWithReplace(line => line == "two" ? null : line)));
    }

    [Fact]
    public async Task Scrubbers_can_be_for_one_extension()
    {
        using SnapshotDirectory snapshots = new();
        await snapshots.Accept(Verify([new("cs", "one"), new("txt", "one")])
            .UseFileName("File").AddScrubber("cs", text => text.Append('!')));
        Assert.Equal("one!", snapshots.Read("File.verified.cs"));
        Assert.Equal("one", snapshots.Read("File.verified.txt"));
    }

    [Fact]
    public async Task The_scrubber_added_last_runs_first_unless_told_otherwise()
    {
        Assert.Equal("xba", await Text(Verify("x").AddScrubber(text => text.Append('a')).AddScrubber(text => text.Append('b'))));
        Assert.Equal("xab", await Text(Verify("x").AddScrubber(text => text.Append('a')).AddScrubber(text => text.Append('b'), ScrubberLocation.Last)));
    }

    [Fact]
    public async Task Guids_within_a_text_are_numbered()
    {
        Guid a = Guid.NewGuid();
        Guid b = Guid.NewGuid();
        Assert.Equal(
            $"(Guid_1) Guid_2 Guid_1 x{a}",
            await Text(Verify($"({a}) {b.ToString().ToUpperInvariant()} {a} x{a}").ScrubInlineGuids()));
    }

    [Fact]
    public async Task Directories_that_differ_between_machines_are_named()
    {
        string project = AttributeReader.GetProjectDirectory();
        Assert.Equal("at {ProjectDirectory}File.cs.", await Text(Verify($"at {project}File.cs.")));
        Assert.Equal("{TempPath}file", await Text(Verify(Path.Combine(Path.GetTempPath(), "file"))));
    }

    [Fact]
    public async Task Scrubbers_can_be_switched_off() =>
        Assert.Equal("one\ntwo", await Text(Verify("one\r\ntwo").ScrubLinesContaining("two").DisableScrubbers()));

    private static async Task<string> Text(SettingsTask verification)
    {
        using SnapshotDirectory snapshots = new();
        return await snapshots.Text(verification);
    }
}
