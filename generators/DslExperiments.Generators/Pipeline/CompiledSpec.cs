using DslExperiments.Specs;
using Microsoft.CodeAnalysis.Text;

namespace DslExperiments.Generators;

/// <summary>The outcome of one spec.</summary>
/// <param name="Path">The file.</param>
/// <param name="Spec">The model, or null after errors.</param>
/// <param name="Findings">Errors and warnings.</param>
/// <param name="TaskType">The class that it names as its task, or null.</param>
internal sealed record CompiledSpec(string Path, ExperimentSpec? Spec, EquatableArray<Finding> Findings, TaskTypeUse? TaskType)
{
    public static CompiledSpec Compile(SpecClosure closure, CancellationToken cancellationToken)
    {
        SpecFile file = closure.Spec.File;
        if (file.Text is null)
        {
            return Failed(file, Finding.AtStart("DSLX0505", file.Path, $"'{file.FullName}' cannot be read"));
        }

        try
        {
            SpecResult result = SpecCompiler.Compile(
                closure.Spec.Document,
                closure.Bases.Select(parsed => parsed.Document).ToArray(),
                overrides: null,
                cancellationToken);
            SourceText text = SourceText.From(file.Text);
            return new CompiledSpec(file.Path, result.Spec, result.Diagnostics.Select(Locate).ToEquatableArray(), TaskType());

            // Completed by TaskTypeUse.Check, once the compilation has been asked.
            TaskTypeUse? TaskType() => result is { Spec.CustomTask.TypeName: string name, CustomTypeSpan: SpecSpan span }
                ? new TaskTypeUse(name, Locate(new SpecDiagnostic("DSLX0501", SpecSeverity.Error, "", span)))
                : null;

            Finding Locate(SpecDiagnostic found) => Finding.Of(found, found.Span.Path == file.Path
                ? text
                : SourceText.From(closure.Bases.FirstOrDefault(parsed => parsed.File.Path == found.Span.Path)?.File.Text ?? ""));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Failed(file, Finding.Of(exception, file.Path, "Compiling '" + file.FullName + "'"));
        }
    }

    private static CompiledSpec Failed(SpecFile file, Finding finding) => new(file.Path, null, EquatableArray.Create(finding), null);
}
