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

        if (closure.Spec is not { Document: SpecDocument document, Failure: null })
        {
            return Failed(file, closure.Spec.Failure!);
        }

        try
        {
            SpecResult result = SpecCompiler.Compile(
                document,
                closure.Bases.Select(parsed => parsed.Document).OfType<SpecDocument>().ToArray(),
                cancellationToken: cancellationToken);
            SourceText text = SourceText.From(file.Text);
            return new CompiledSpec(file.Path, result.Spec, result.Diagnostics.Select(Locate).ToEquatableArray(), TaskType());

            // Completed by TaskTypeUse.Check, once the compilation has been asked.
            TaskTypeUse? TaskType() => result is { Spec.CustomTask.TypeName: string name, CustomTypeSpan: SpecSpan span }
                ? new TaskTypeUse(name, Locate(new SpecDiagnostic("DSLX0501", SpecSeverity.Error, "", span)))
                : null;

            // Nearly always in the file itself; a finding may also be about a base.
            Finding Locate(SpecDiagnostic found)
            {
                SpecFile? other = found.Span.Path == file.DisplayPath
                    ? null
                    : closure.Bases.FirstOrDefault(parsed => parsed.File.DisplayPath == found.Span.Path)?.File;
                return other is null ? Finding.Of(found, file.Path, text) : Finding.Of(found, other.Path, SourceText.From(other.Text ?? ""));
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Failed(file, Finding.Of(exception, file.Path, "Compiling '" + file.FullName + "'"));
        }
    }

    private static CompiledSpec Failed(SpecFile file, Finding finding) => new(file.Path, null, EquatableArray.Create(finding), null);
}
