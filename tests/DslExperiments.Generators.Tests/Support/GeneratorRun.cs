using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DslExperiments.Generators.Tests.Support;

/// <summary>What came of one run of the generator.</summary>
internal sealed class GeneratorRun
{
    private static readonly ImmutableArray<string> AllSteps =
    [
        .. typeof(ExperimentGenerator).Assembly.GetType("DslExperiments.Generators.StepNames")!
            .GetFields()
            .Select(field => (string)field.GetRawConstantValue()!),
    ];

    private readonly GeneratorRunResult result;
    private readonly CSharpCompilation output;

    public GeneratorRun(GeneratorRunResult result, CSharpCompilation output)
    {
        this.result = result;
        this.output = output;
        if (result.Exception is not null)
        {
            // What the compiler would report as CS8785.
            throw new InvalidOperationException("The generator failed.", result.Exception);
        }
    }

    /// <summary>The findings in the order of files and lines, as the compiler prints them, without help links.</summary>
    public string[] Diagnostics =>
    [
        .. result.Diagnostics
            .OrderBy(found => found.Location.GetLineSpan().Path, StringComparer.Ordinal)
            .ThenBy(found => found.Location.GetLineSpan().StartLinePosition)
            .ThenBy(found => found.Id, StringComparer.Ordinal)
            .Select(Print),
    ];

    /// <summary>Ids of the findings.</summary>
    public IEnumerable<string> Ids => result.Diagnostics.Select(found => found.Id);

    /// <summary>The findings.</summary>
    public ImmutableArray<Diagnostic> RawDiagnostics => result.Diagnostics;

    /// <summary>The generated files by hint name.</summary>
    public ImmutableSortedDictionary<string, string> Sources => result.GeneratedSources
        .ToImmutableSortedDictionary(source => source.HintName, source => source.SourceText.ToString(), StringComparer.Ordinal);

    /// <summary>The steps that have names.</summary>
    public IEnumerable<IncrementalGeneratorRunStep> Steps => AllSteps.SelectMany(StepsOf);

    /// <summary>Names of all steps.</summary>
    public static ImmutableArray<string> StepNames => AllSteps;

    /// <summary>The text of one generated file.</summary>
    public string Source(string fullName) => Sources[fullName + ".g.cs"];

    /// <summary>How often each reason was given by the outputs of a step.</summary>
    public string Reasons(string step) => string.Join(", ", StepsOf(step)
        .SelectMany(run => run.Outputs)
        .GroupBy(output => output.Reason)
        .OrderBy(group => group.Key)
        .Select(group => $"{group.Count()} {group.Key}"));

    /// <summary>How often each reason was given by what the generator hands to the compiler.</summary>
    public string OutputReasons => string.Join(", ", result.TrackedOutputSteps.Values
        .SelectMany(runs => runs)
        .SelectMany(run => run.Outputs)
        .GroupBy(output => output.Reason)
        .OrderBy(group => group.Key)
        .Select(group => $"{group.Count()} {group.Key}"));

    /// <summary>The findings of the C# compiler in the generated and the written code, warnings included.</summary>
    public string[] CompilerDiagnostics =>
        [.. output.GetDiagnostics().Where(found => found.Severity > DiagnosticSeverity.Hidden).Select(Print)];

    /// <summary>Demands that everything compiles without a warning.</summary>
    public GeneratorRun AssertCompiles()
    {
        Assert.Equal("", string.Join('\n', CompilerDiagnostics));
        return this;
    }

    /// <summary>Demands that the generator found nothing.</summary>
    public GeneratorRun AssertNoDiagnostics()
    {
        Assert.Equal("", string.Join('\n', Diagnostics));
        return this;
    }

    /// <summary>Demands that everything was taken from the last run.</summary>
    public void AssertNothingRan()
    {
        var ran = result.TrackedSteps
            .Where(step => AllSteps.Contains(step.Key))
            .Concat(result.TrackedOutputSteps)
            .SelectMany(step => step.Value.SelectMany(run => run.Outputs), (step, made) => (step.Key, made.Reason))
            .Where(made => made.Reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
        Assert.Empty(ran);
    }

    /// <summary>Loads the compiled project.</summary>
    public Assembly Load()
    {
        AssertCompiles();
        using var image = new MemoryStream();
        Assert.True(output.Emit(image).Success);
        image.Position = 0;
        return new AssemblyLoadContext("generated", isCollectible: false).LoadFromStream(image);
    }

    private IEnumerable<IncrementalGeneratorRunStep> StepsOf(string name) =>
        result.TrackedSteps.TryGetValue(name, out var runs) ? runs : [];

    private static string Print(Diagnostic found)
    {
        var place = found.Location.GetLineSpan();
        string path = place.Path.StartsWith(TestProject.Root, StringComparison.Ordinal) ? place.Path[TestProject.Root.Length..] : place.Path;
        string severity = found.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        return FormattableString.Invariant(
            $"{path}({place.StartLinePosition.Line + 1},{place.StartLinePosition.Character + 1}): {severity} {found.Id}: {found.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
    }
}
