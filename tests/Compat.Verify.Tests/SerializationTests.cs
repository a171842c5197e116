using System.Globalization;

namespace CompatTests;

public class SerializationTests
{
    private static readonly object s_run = new
    {
        Name = "prompt 'tuning'",
        Rate = 0.5,
        Steps = 100,
        Whole = 2.0,
        Unused = 0,
        Missing = (string?)null,
        Frozen = false,
        Kind = DayOfWeek.Monday,
        Seeds = new[] { 1, 2 },
        None = Array.Empty<int>(),
        Text = "one\r\ntwo",
        Best = (double?)0,
        Metrics = new Dictionary<string, object?> { ["b"] = 1, ["a"] = new { X = -1.5f }, ["A"] = null },
    };

    [Fact]
    public Task A_value_is_written_without_what_is_not_needed() => Verify(s_run);

    [Fact]
    public async Task A_value_is_written_the_same_in_every_culture()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("sv-SE");
            await Verify(s_run).UseMethodName(nameof(A_value_is_written_without_what_is_not_needed)).DisableRequireUniquePrefix();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public async Task Values_that_differ_from_run_to_run_are_numbered()
    {
        Guid guid = Guid.NewGuid();
        DateTime now = DateTime.UtcNow;
        Assert.Equal(
            "{\n  A: Guid_1,\n  B: Guid_2,\n  C: Guid_1,\n  D: DateTime_1,\n  E: DateTime_2,\n  F: Guid_1\n}",
            await Text(Verify(new { A = guid, B = Guid.NewGuid(), C = guid, D = now, E = now.AddDays(1), F = guid.ToString() })));
        Assert.Equal(
            "{\n  A: 6f9619ff-8b86-d011-b42d-00c04fc964ff,\n  B: 2024-05-06 07:08 Utc\n}",
            await Text(Verify(new { A = new Guid("6f9619ff-8b86-d011-b42d-00c04fc964ff"), B = new DateTime(2024, 5, 6, 7, 8, 0, DateTimeKind.Utc) })
                .DontScrubGuids().DontScrubDateTimes()));
    }

    [Fact]
    public async Task Members_can_be_left_out_or_hidden() =>
        Assert.Equal("{\n  B: {Scrubbed},\n  C: 3\n}", await Text(Verify(new { A = 1, B = 2, C = 3 }).IgnoreMembers("A").ScrubMember("B")));

    [Fact]
    public async Task Collections_are_written_in_order()
    {
        Assert.Equal("[\n  1,\n  a,\n  {\n    X: 1\n  }\n]", await Text(Verify(new object[] { 1, "a", new { X = 1 } })));
        Assert.Equal("{\n  None: []\n}", await Text(Verify(new { None = Array.Empty<int>() }).DontIgnoreEmptyCollections()));
        Assert.Equal("{\n  b: 1,\n  a: 2\n}", await Text(Verify(new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 }).DontSortDictionaries()));
    }

    [Fact]
    public async Task Texts_tasks_and_nothing_are_values_too()
    {
        Assert.Equal("text", await Text(Verify((object)"text")));
        Assert.Equal("text", await Text(Verify(Task.FromResult("text"))));
        Assert.Equal("{\n  X: 1\n}", await Text(Verify(Task.FromResult(new { X = 1 }))));
        Assert.Equal("null", await Text(Verify((string?)null)));
        Assert.Equal("emptyString", await Text(Verify("")));
    }

    [Fact]
    public async Task Json_is_relaxed() =>
        Assert.Equal(
            "{\n  z: {\n    msg: \"hi\" there\n  },\n  a: [\n    1,\n    1.5,\n    true\n  ]\n}",
            await Text(VerifyJson("""{ "z": { "msg": "\"hi\" there" }, "a": [1, 1.5, true] }""")));

    [Fact]
    public async Task An_exception_has_a_type_and_a_message()
    {
        Assert.Equal(
            "{\n  Type: InvalidOperationException,\n  Message: Not now.\n}",
            await Text(Throws(() => throw new InvalidOperationException("Not now.")).IgnoreStackTrace()));
        Assert.Equal(
            "{\n  Type: ArgumentException,\n  Message: Not this.,\n  ParamName: rate\n}",
            await Text(ThrowsTask(async () =>
            {
                await Task.Yield();
                throw new ArgumentException("Not this.", "rate");
            }).IgnoreStackTrace()));
    }

    [Fact]
    public async Task What_does_not_throw_fails()
    {
        using SnapshotDirectory snapshots = new();
        Assert.Contains("Did not throw.", await snapshots.Failure(Throws(() => { })));
    }

    [Fact]
    public async Task Files_can_be_appended()
    {
        using SnapshotDirectory snapshots = new();
        await snapshots.Accept(Verify(new { X = 1 }).UseFileName("File").AppendContentAsFile("class A;", "cs", "A"));
        Assert.Equal(["File#A.verified.cs", "File.verified.txt"], snapshots.Names);
    }

    private static async Task<string> Text(SettingsTask verification)
    {
        using SnapshotDirectory snapshots = new();
        return await snapshots.Text(verification);
    }
}
