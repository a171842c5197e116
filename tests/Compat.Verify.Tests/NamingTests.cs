using System.Globalization;

namespace CompatTests;

public class NamingTests
{
    [Fact]
    public Task A_text_lies_beside_its_test() => Verify("one\r\ntwo\n");

    [Theory]
    [InlineData("a", 1)]
    [InlineData("b", 2)]
    public Task A_theory_has_a_file_per_case(string name, int count) =>
        Verify($"{name} {count}").UseParameters(name, count).UseDirectory("Snapshots");

    [Fact]
    public async Task The_file_is_named_after_class_and_method() =>
        Assert.Equal(["NamingTests.The_file_is_named_after_class_and_method.verified.txt"], await Names(Verify("x")));

    [Fact]
    public async Task The_extension_can_be_chosen() =>
        Assert.Equal(["NamingTests.The_extension_can_be_chosen.verified.cs"], await Names(Verify("x", "cs")));

    [Fact]
    public async Task Each_part_of_the_name_can_be_chosen()
    {
        Assert.Equal(["Type.Method.verified.txt"], await Names(Verify("x").UseTypeName("Type").UseMethodName("Method")));
        Assert.Equal(["File.verified.txt"], await Names(Verify("x").UseFileName("File")));
    }

    [Fact]
    public void A_file_name_excludes_its_parts() =>
        Assert.ThrowsAny<Exception>(() => new VerifySettings().With(settings =>
        {
            settings.UseMethodName("Method");
            settings.UseFileName("File");
        }));

    [Theory]
    [InlineData(0.5, null)]
    public async Task Parameters_follow_the_method(double rate, string? name)
    {
        const string Prefix = "NamingTests.Parameters_follow_the_method_";
        Assert.Equal([Prefix + "rate=0.5_name=null.verified.txt"], await Names(Verify("x").UseParameters(rate, name)));
        Assert.Equal([Prefix + "rate=0.5.verified.txt"], await Names(Verify("x").UseParameters(rate)));
        Assert.Equal([Prefix + "rate=1,2.verified.txt"], await Names(Verify("x").UseParameters([1, 2])));
        Assert.Equal([Prefix + "rate=a-b-c.verified.txt"], await Names(Verify("x").UseParameters("a/b:c")));
        Assert.Equal([Prefix + "text.verified.txt"], await Names(Verify("x").UseTextForParameters("text")));
    }

    [Fact]
    public void Parameters_read_the_same_in_every_culture()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("sv-SE");
            Assert.Equal("-1.5", VerifierSettings.GetNameForParameter(-1.5));
            Assert.Equal("2024-05-06T07-08", VerifierSettings.GetNameForParameter(new DateTime(2024, 5, 6, 7, 8, 0)));
            Assert.Equal("2024-05-06-2", VerifierSettings.GetNameForParameter(new DateTimeOffset(2024, 5, 6, 0, 0, 0, TimeSpan.FromHours(-2))));
            Assert.Equal("a=1,b=x,null", VerifierSettings.GetNameForParameter(new Dictionary<string, object> { ["a"] = 1, ["b"] = new[] { "x", null } }));
            Assert.Equal("[1,2],3", VerifierSettings.GetNameForParameter(new object[] { new[] { 1, 2 }, 3 }));
            Assert.Equal("[]", VerifierSettings.GetNameForParameter(Array.Empty<int>()));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public async Task A_directory_is_seen_from_the_source_file()
    {
        VerifyResult result = await Verify("x").UseDirectory("Snapshots");
        Assert.Equal(CurrentFile.Relative("Snapshots"), Path.GetDirectoryName(result.Files.Single()));
    }

    [Fact]
    public async Task One_name_cannot_be_used_twice()
    {
        using SnapshotDirectory snapshots = new();
        await Verify("x").UseDirectory(snapshots.Path).AutoVerify(includeBuildServer: true, throwException: false);
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(async () => await Verify("x").UseDirectory(snapshots.Path));
        Assert.StartsWith("The prefix has already been used", exception.Message);
    }

    [Fact]
    public void The_project_and_its_solution_are_known()
    {
        Assert.Equal(CurrentFile.Directory(), AttributeReader.GetProjectDirectory().TrimEnd('/', '\\'));
        Assert.True(File.Exists(Path.Combine(AttributeReader.GetSolutionDirectory(), "Directory.Packages.props")));
    }

    public class Nested
    {
        [Fact]
        public async Task A_nested_class_follows_its_parent() =>
            Assert.Equal(["NamingTests.Nested.A_nested_class_follows_its_parent.verified.txt"], await Names(Verify("x")));
    }

    private static async Task<string[]> Names(SettingsTask verification)
    {
        using SnapshotDirectory snapshots = new();
        await snapshots.Accept(verification);
        return snapshots.Names;
    }
}
