using System.Reflection;
using DslExperiments.Generators.Emit;
using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>Names of specs, files and members.</summary>
public class NameTests
{
    [Fact]
    public void Members_of_the_runtime_are_reserved()
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var inherited = typeof(Experiment<,>).GetMembers(all)
            .Where(member => member is MethodInfo { IsSpecialName: false, IsAssembly: false, IsPrivate: false } or PropertyInfo)
            .Where(member => member is not PropertyInfo { GetMethod.IsAssembly: true })
            .Select(member => member.Name);

        Assert.Empty(inherited.Except(ExperimentNames.ReservedInClass));
    }

    [Theory]
    [InlineData("info", "InfoExperiment")]
    [InlineData("settings", "SettingsExperiment")]
    [InlineData("run-async", "RunAsyncExperiment")]
    [InlineData("experiment-registry", "ExperimentRegistryExperiment")]
    public void A_spec_called_like_a_member_compiles(string name, string className)
    {
        var run = TestProject.Of(name, SpecTexts.Minimal).Run().AssertNoDiagnostics().AssertCompiles();

        Assert.Contains($"class {className}\n", run.Source(name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("full")]
    [InlineData("ci")]
    [InlineData("depth")]
    [InlineData("prompt")]
    [InlineData("length")]
    [InlineData("seed")]
    [InlineData("train-mse")]
    [InlineData("torch")]
    [InlineData("backbone")]
    [InlineData("task")]
    [InlineData("class")]
    public void A_spec_called_like_something_inside_compiles(string name) =>
        TestProject.Of(name + "/" + name, SpecTexts.Minimal).Run().AssertNoDiagnostics().AssertCompiles();

    [Fact]
    public void One_file_name_in_two_folders()
    {
        var run = new TestProject([new Spec("a/same", SpecTexts.Minimal), new Spec("b/same", SpecTexts.Minimal), new Spec("same", SpecTexts.Minimal)]).Run();

        run.AssertNoDiagnostics().AssertCompiles();
        Assert.Equal(["(registry).g.cs", "a/same.g.cs", "b/same.g.cs", "same.g.cs"], run.Sources.Keys);
    }

    [Fact]
    public void Two_names_with_one_C_sharp_name_are_an_error_of_the_second()
    {
        var run = new TestProject([new Spec("a/lora_8", SpecTexts.Minimal), new Spec("a/lora-8", SpecTexts.Minimal)]).Run().AssertCompiles();

        Assert.Equal(
            ["specs/a/lora_8.yaml(1,1): error DSLX0503: 'a/lora_8' becomes the C# class Test.Experiments.A.Lora8, and so does 'a/lora-8'; rename one of the files"],
            run.Diagnostics);
    }

    [Fact]
    public void A_spec_called_like_a_folder_beside_it_is_an_error()
    {
        var run = new TestProject([new Spec("a", SpecTexts.Minimal), new Spec("a/b", SpecTexts.Minimal)]).Run().AssertCompiles();

        Assert.Equal(
            ["specs/a.yaml(1,1): error DSLX0503: 'a' becomes the C# class Test.Experiments.A, which is also the namespace of the specs in a folder of that name; rename one of them"],
            run.Diagnostics);
    }

    [Fact]
    public void Hint_names_are_valid_short_and_different_without_case()
    {
        string[] names = ["a/b", "A/b", "a/B", "a.b", "a_b", "ä", "ö", "a\"b", "..", "a/../b", "con", new string('x', 5000), new string('x', 5000) + "y", "/", "(registry)"];
        var hints = names.Select(name => EmittedFile.HintOf(name, ".g.cs")).ToArray();

        Assert.Equal(hints.Length, hints.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(hints, hint => Assert.Matches(@"^[A-Za-z0-9_\-/]*(\.[0-9a-f]{12})?\.g\.cs$", hint));
        Assert.All(hints, hint => Assert.InRange(hint.Length, 1, 150));
    }

    [Theory]
    [InlineData("/r/specs/theory/a.yaml", "theory/a", "theory/a")]
    [InlineData(@"C:\r\specs\theory\a.yaml", @"theory\a", "theory/a")]
    [InlineData("/r/specs/a#b.yaml", "a", "a#b")]
    [InlineData("/r/specs/x/a;b.yaml", "x/a", "x/a;b")]
    [InlineData("/r/specs/a.b.yml", "a.b", "a.b")]
    public void Names_survive_the_way_through_the_build(string path, string marker, string expected) =>
        Assert.Equal(expected, SpecFile.FullNameOf(path, marker));

    [Theory]
    [InlineData("/r/src/App/", "/r/specs/a.yaml", "../../specs/a.yaml")]
    [InlineData("/r/App", "/r/App/specs/x/a.yaml", "specs/x/a.yaml")]
    [InlineData(@"C:\r\App\", @"C:\r\specs\a.yaml", "../specs/a.yaml")]
    [InlineData(@"C:\r\App\", @"D:\specs\a.yaml", null)]
    [InlineData("/home/me/App/", "/specs/a.yaml", null)]
    [InlineData("", "/specs/a.yaml", null)]
    public void Paths_are_relative_or_not_there(string directory, string path, string? expected) =>
        Assert.Equal(expected, new ProjectFacts("N", "N", directory.Replace('\\', '/').TrimEnd('/'), false).Relative(path));
}
