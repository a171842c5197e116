using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>
/// An edit re-runs what depends on it and nothing else. (Every other test of the generator also demands that nothing
/// runs when nothing was edited: <see cref="TestProject.Run"/>.)
/// </summary>
public class CachingTests
{
    private const int Count = 100;

    private static TestProject Hundred()
    {
        TestProject project = new(Enumerable.Range(0, Count).Select(i => new Spec($"group-{(char)('a' + (i % 5))}/spec-{i:00}", SpecTexts.Minimal)));
        project.Run().AssertNoDiagnostics();
        return project;
    }

    [Fact]
    public void A_blank_line_emits_nothing_anew()
    {
        var project = Hundred();
        project.Edit("group-c/spec-42", text => "# A comment.\n\n" + text);
        var run = project.RunOnce();

        Assert.Equal("99 Cached, 1 Modified", Ordered(run.Reasons(StepNames.File)));
        Assert.Equal("1 Unchanged, 99 Cached", run.Reasons(StepNames.Compiled).Replace("1 Modified", "1 Unchanged", StringComparison.Ordinal));
        Assert.DoesNotContain("Modified", run.Reasons(StepNames.Experiment), StringComparison.Ordinal);
        Assert.Equal("100 Cached", run.Reasons(StepNames.Source));
        Assert.Equal("1 Cached", run.Reasons(StepNames.Registry));
        Assert.DoesNotContain("Modified", run.OutputReasons, StringComparison.Ordinal);
        Assert.DoesNotContain("New", run.OutputReasons, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_of_one_spec_emits_that_one_anew()
    {
        var project = Hundred();
        project.Edit("group-c/spec-42", text => text.Replace("steps: 20", "steps: 30", StringComparison.Ordinal));
        var run = project.RunOnce();

        Assert.Equal("99 Cached, 1 Modified", Ordered(run.Reasons(StepNames.Compiled)));
        Assert.Equal("99 Cached, 1 Modified", Ordered(run.Reasons(StepNames.Source)));
        Assert.Equal("1 Cached", run.Reasons(StepNames.Registry));
        Assert.Equal(1, Modified(run.OutputReasons));
    }

    [Fact]
    public void An_edit_of_a_summary_also_changes_the_list()
    {
        var project = Hundred();
        project.Edit("group-c/spec-42", text => text.Replace("is trained", "was trained", StringComparison.Ordinal));
        var run = project.RunOnce();

        Assert.Equal("1 Modified", run.Reasons(StepNames.Registry));
        Assert.Equal(2, Modified(run.OutputReasons));
    }

    [Fact]
    public void An_edit_of_C_sharp_runs_nothing()
    {
        var project = Hundred();
        project.EditSource("Program.cs", "class Program { }");
        project.RunOnce();
        project.EditSource("Program.cs", "class Program { void M() { } }");

        project.RunOnce().AssertNothingRan();
    }

    [Fact]
    public void An_edit_of_a_base_compiles_those_that_extend_it()
    {
        var project = Hundred();
        project.Add("base", SpecTexts.Minimal);
        project.Add("middle", "summary: One more.\nextends: base\n");
        project.Add("leaf", "summary: Two more.\nextends: middle\n");
        project.RunOnce().AssertNoDiagnostics();

        project.Edit("base", text => text.Replace("steps: 20", "steps: 30", StringComparison.Ordinal));
        var run = project.RunOnce();

        Assert.Equal(3, Modified(run.Reasons(StepNames.Closure)));
        Assert.Equal(3, Modified(run.Reasons(StepNames.Source)));
        Assert.Contains("Steps = 30", run.Source("leaf"), StringComparison.Ordinal);
    }

    [Fact]
    public void Specs_come_and_go()
    {
        var project = Hundred();
        project.Add("another", SpecTexts.Minimal);
        var added = project.RunOnce();
        Assert.Equal("100 Cached, 1 New", Ordered(added.Reasons(StepNames.Source)));

        project.Remove("another");
        var removed = project.RunOnce();
        Assert.DoesNotContain("another.g.cs", removed.Sources.Keys);
        Assert.Equal(Count + 1, removed.Sources.Count);
    }

    [Fact]
    public void An_error_comes_and_goes_without_the_others()
    {
        var project = Hundred();
        project.Edit("group-c/spec-42", text => text.Replace("length:", "lenght:", StringComparison.Ordinal));
        var broken = project.RunOnce();
        Assert.Single(broken.Diagnostics);
        Assert.Equal(Count, broken.Sources.Count);

        project.Edit("group-c/spec-42", text => text.Replace("lenght:", "length:", StringComparison.Ordinal));
        var mended = project.RunOnce().AssertNoDiagnostics();
        Assert.Equal(Count + 1, mended.Sources.Count);
        Assert.DoesNotContain("99 New", mended.Reasons(StepNames.Source), StringComparison.Ordinal);
    }

    private static string Ordered(string reasons) =>
        string.Join(", ", reasons.Split(", ").OrderByDescending(part => part.EndsWith("Cached", StringComparison.Ordinal)));

    private static int Modified(string reasons) => reasons.Split(", ")
        .Where(part => part.EndsWith(" Modified", StringComparison.Ordinal))
        .Sum(part => int.Parse(part.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
}
