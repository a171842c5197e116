namespace CompatTests;

public class ComparisonTests
{
    private const string Name = "Test.Method";

    [Fact]
    public async Task A_new_file_is_reported_and_left_to_be_accepted()
    {
        using SnapshotDirectory snapshots = new();
        string failure = await snapshots.Failure(Verification("line 1\nline 2"));
        Assert.Contains(
            $"""
            Directory: {snapshots.Path}
            New:
              - Received: Test.Method.received.txt
                Verified: Test.Method.verified.txt

            FileContent:

            New:

            Received: Test.Method.received.txt
            line 1
            line 2
            """.ReplaceLineEndings("\n"),
            failure);
        Assert.Equal(["Test.Method.received.txt"], snapshots.Names);
    }

    [Fact]
    public async Task A_changed_file_is_reported_with_both_texts()
    {
        using SnapshotDirectory snapshots = new();
        snapshots.Write(Name + ".verified.txt", "old");
        string failure = await snapshots.Failure(Verification("new"));
        Assert.Contains(
            $"""
            Directory: {snapshots.Path}
            NotEqual:
              - Received: Test.Method.received.txt
                Verified: Test.Method.verified.txt

            FileContent:

            NotEqual:

            Received: Test.Method.received.txt
            new
            Verified: Test.Method.verified.txt
            old
            """.ReplaceLineEndings("\n"),
            failure);
        Assert.Equal("old", snapshots.Read(Name + ".verified.txt"));
    }

    [Fact]
    public async Task A_received_file_begins_with_a_byte_order_mark_and_ends_as_the_text_does()
    {
        using SnapshotDirectory snapshots = new();
        await snapshots.Failure(Verification("ä\r\nb"));
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "ä\nb"u8], snapshots.ReadBytes(Name + ".received.txt"));
    }

    [Fact]
    public async Task A_received_file_is_deleted_once_the_test_passes()
    {
        using SnapshotDirectory snapshots = new();
        await snapshots.Failure(Verification("new"));
        snapshots.Write(Name + ".verified.txt", "new");
        await snapshots.Check(Verification("new"));
        Assert.Equal(["Test.Method.verified.txt"], snapshots.Names);
    }

    [Theory]
    [InlineData("text", "text")]
    [InlineData("text", "text\n")]
    [InlineData("text\n", "text\n")]
    [InlineData("text\r\n", "\uFEFFtext\n")]
    [InlineData("one\rtwo", "one\ntwo")]
    public async Task Line_ends_and_byte_order_marks_do_not_count(string received, string verified)
    {
        using SnapshotDirectory snapshots = new();
        snapshots.Write(Name + ".verified.txt", verified);
        await snapshots.Check(Verification(received));
    }

    [Theory]
    [InlineData("text\n", "text")]
    [InlineData("text", "text\n\n")]
    [InlineData("text ", "text")]
    public async Task All_else_does(string received, string verified)
    {
        using SnapshotDirectory snapshots = new();
        snapshots.Write(Name + ".verified.txt", verified);
        await snapshots.Failure(Verification(received));
    }

    [Fact]
    public async Task A_carriage_return_in_a_verified_file_is_an_error()
    {
        using SnapshotDirectory snapshots = new();
        snapshots.Write(Name + ".verified.txt", "one\r\ntwo");
        Assert.Contains(@"Verified file must use \n line endings", await snapshots.Failure(Verification("one\ntwo")));
    }

    [Fact]
    public async Task Several_files_have_names_or_numbers()
    {
        using SnapshotDirectory snapshots = new();
        VerifyResult result = await snapshots.Accept(Verification(
            new("cs", "class A;", "A"), new("cs", "class B;", "B"), new("cs", "class B2;", "B"), new("txt", "one"), new("txt", "two"), new("yaml", "k: v")));
        Assert.Equal(
            [
                "Test.Method#00.verified.txt", "Test.Method#01.verified.txt", "Test.Method#A.verified.cs",
                "Test.Method#B.00.verified.cs", "Test.Method#B.01.verified.cs", "Test.Method.verified.yaml",
            ],
            snapshots.Names);
        Assert.Equal(6, result.Files.Count());
    }

    [Fact]
    public async Task A_verified_file_without_a_received_one_is_reported_for_deletion()
    {
        using SnapshotDirectory snapshots = new();
        snapshots.Write(Name + "#A.verified.cs", "class A;");
        snapshots.Write(Name + "#Gone.verified.cs", "class Gone;");
        snapshots.Write(Name + "Other#Gone.verified.cs", "another test's");
        string failure = await snapshots.Failure(Verification(new Target("cs", "class A;", "A")));
        Assert.Contains("Delete:\n  - Test.Method#Gone.verified.cs\nEqual:\n  - Received: Test.Method#A.received.cs\n", failure);
        Assert.DoesNotContain("Other", failure);
    }

    [Fact]
    public async Task Accepting_moves_and_deletes()
    {
        using SnapshotDirectory snapshots = new();
        snapshots.Write(Name + ".verified.txt", "old");
        snapshots.Write(Name + "#Gone.verified.cs", "class Gone;");
        await snapshots.Accept(Verification("new"));
        Assert.Equal(["Test.Method.verified.txt"], snapshots.Names);
        Assert.Equal("new", snapshots.Read(Name + ".verified.txt"));
    }

    [Fact]
    public async Task Only_what_is_agreed_to_is_accepted()
    {
        using SnapshotDirectory snapshots = new();
        await snapshots.Failure(Verification(new("txt", "a", "A"), new("txt", "b", "B"))
            .AutoVerify(file => file.EndsWith("#A.verified.txt", StringComparison.Ordinal), includeBuildServer: true, throwException: false));
        Assert.Equal(["Test.Method#A.verified.txt", "Test.Method#B.received.txt"], snapshots.Names);
    }

    [Fact]
    public async Task A_verification_starts_when_it_is_awaited_and_only_once()
    {
        using SnapshotDirectory snapshots = new();
        SettingsTask verification = Verification("text");
        Assert.Empty(snapshots.Names);
        VerifyResult result = await snapshots.Accept(verification);
        Assert.Same(result, await verification);
        Assert.Equal("text", result.Text);
    }

    [Fact]
    public async Task Settings_are_copied()
    {
        using SnapshotDirectory snapshots = new();
        VerifySettings settings = new();
        settings.UseDirectory(snapshots.Path);
        settings.UseFileName("Shared");
        settings.AutoVerify(includeBuildServer: true, throwException: false);
        await Verify("a", settings).AddScrubber(text => text.Replace('a', 'b'));
        await Verify("b", settings).DisableRequireUniquePrefix();
        Assert.Equal("b", snapshots.Read("Shared.verified.txt"));
    }

    private static SettingsTask Verification(string text) => Verify(text).UseTypeName("Test").UseMethodName("Method");

    private static SettingsTask Verification(params IEnumerable<Target> targets) => Verify(targets).UseTypeName("Test").UseMethodName("Method");
}
