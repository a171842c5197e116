using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary><c>task: { family: custom, type: … }</c> against the classes of the compilation.</summary>
public class CustomTaskTests
{
    private const string Place = "specs/study/copying.yaml(3,30)";

    private static readonly string Text = SpecTexts.Read("features/custom-task").Split('\n', 2)[1];

    /// <summary>A class that fits.</summary>
    internal static string Copying => ClassOf("public sealed class Copying : Base");

    [Fact]
    public void A_class_that_fits_is_constructed()
    {
        var run = TestProject.Of("study/copying", Text, Copying).Run().AssertNoDiagnostics().AssertCompiles();

        Assert.Contains("new global::My.Tasks.Copying(", run.Source("study/copying"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_nested_class_is_written_with_dots()
    {
        string source = "namespace My { public static class Outer { " + ClassOf("public sealed class Copying : Base").Replace("namespace My.Tasks", "", StringComparison.Ordinal).Trim('{', '}', ' ') + " } }";
        var run = TestProject.Of("study/copying", Text.Replace("My.Tasks.Copying", "My.Outer.Copying", StringComparison.Ordinal), source).Run();

        run.AssertNoDiagnostics().AssertCompiles();
    }

    [Fact]
    public void A_class_that_does_not_exist_is_an_error_at_its_name() => AssertError(
        "", "DSLX0501: task.type 'My.Tasks.Copying' cannot be used: there is no such class in this project or in what it references");

    [Fact]
    public void A_class_of_another_kind() => AssertError(
        "namespace My.Tasks { public class Copying { } }", "DSLX0502: task.type 'My.Tasks.Copying' cannot be used: the class does not derive from DslExperiments.Tasks.CustomTask");

    [Fact]
    public void An_abstract_class() => AssertError(
        ClassOf("public abstract class Copying : Base"), "DSLX0502: task.type 'My.Tasks.Copying' cannot be used: the class is abstract");

    [Fact]
    public void The_answer_changes_with_the_code_and_emits_nothing_anew()
    {
        var project = TestProject.Of("study/copying", Text);
        Assert.Single(project.Run().Diagnostics);

        project.EditSource("Tasks.cs", Copying);
        var run = project.RunOnce().AssertNoDiagnostics();

        Assert.Equal("1 Cached", run.Reasons(StepNames.Source));
        Assert.Equal("1 Modified", run.Reasons(StepNames.TaskTypes));
    }

    private static void AssertError(string source, string message) =>
        Assert.Equal([$"{Place}: error {message}"], TestProject.Of("study/copying", Text, source).Run().Diagnostics);

    private static string ClassOf(string declaration) => "";
}
