using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary><c>task: { family: custom, type: … }</c> against the classes of the compilation.</summary>
public class CustomTaskTests
{
    private const string Place = "specs/study/copying.yaml(3,31)";

    private static readonly string Text = SpecTexts.Read("features/custom-task").Split('\n', 2)[1];

    /// <summary>A class that fits.</summary>
    internal const string Copying = "#pragma warning disable CS1591\nnamespace My.Tasks { " + Declaration + Body + " }";

    private const string Declaration = "public sealed class Copying : global::DslExperiments.Tasks.CustomTask";

    private const string Body = """
         {
            public override global::DslExperiments.Tasks.CustomData Make(
                global::DslExperiments.Tasks.CustomTaskOptions options, int width, global::TorchSharp.torch.Generator generator)
            {
                var inputs = global::TorchSharp.torch.randn(new long[] { options.Sequences, options.Length, width }, generator: generator);
                return new(inputs, inputs.narrow(1, options.Length - 1, 1));
            }
        }
        """;

    [Fact]
    public void A_class_that_fits_is_constructed()
    {
        var run = TestProject.Of("study/copying", Text, Copying).Run().AssertNoDiagnostics().AssertCompiles();

        Assert.Contains("new global::My.Tasks.Copying(", run.Source("study/copying"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_nested_class_is_written_with_dots()
    {
        string text = Text.Replace("My.Tasks.Copying", "My.Outer.Copying", StringComparison.Ordinal);

        TestProject.Of("study/copying", text, "#pragma warning disable CS1591\nnamespace My { public static class Outer { " + Declaration + Body + " } }")
            .Run().AssertNoDiagnostics().AssertCompiles();
    }

    [Fact]
    public void A_class_that_does_not_exist_is_an_error_at_its_name() => AssertError(
        "", "DSLX0501: task.type 'My.Tasks.Copying' cannot be used: there is no such class in this project or in what it references");

    [Theory]
    [InlineData("public class Copying { }", "the class does not derive from DslExperiments.Tasks.CustomTask")]
    [InlineData("public abstract class Copying : global::DslExperiments.Tasks.CustomTask { }", "the class is abstract")]
    [InlineData("public static class Copying { }", "the class does not derive from DslExperiments.Tasks.CustomTask")]
    public void A_class_that_cannot_be_a_task(string declaration, string problem) => AssertError(
        "namespace My.Tasks { " + declaration + " }", $"DSLX0502: task.type 'My.Tasks.Copying' cannot be used: {problem}");

    [Fact]
    public void A_class_without_a_constructor_for_us() => AssertError(
        Copying.Replace("CustomTask {", "CustomTask { private Copying(int x) { _ = x; } ", StringComparison.Ordinal),
        "DSLX0502: task.type 'My.Tasks.Copying' cannot be used: the class has no public constructor without parameters");

    [Fact]
    public void A_class_with_required_members() => AssertError(
        Copying.Replace("CustomTask {", "CustomTask { public required int Step { get; init; } ", StringComparison.Ordinal),
        "DSLX0502: task.type 'My.Tasks.Copying' cannot be used: the class has required members, which nothing sets");

    [Fact]
    public void Required_members_that_the_constructor_sets_are_no_hindrance() => TestProject.Of(
        "study/copying",
        Text,
        Copying.Replace(
            "CustomTask {",
            "CustomTask { public required int Step { get; init; } [global::System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public Copying() { Step = 1; } ",
            StringComparison.Ordinal)).Run().AssertNoDiagnostics().AssertCompiles();

    [Fact]
    public void The_base_class_itself_is_abstract() => Assert.Equal(
        [$"{Place}: error DSLX0502: task.type 'DslExperiments.Tasks.CustomTask' cannot be used: the class is abstract"],
        TestProject.Of("study/copying", Text.Replace("My.Tasks.Copying", "DslExperiments.Tasks.CustomTask", StringComparison.Ordinal)).Run().Diagnostics);

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
}
