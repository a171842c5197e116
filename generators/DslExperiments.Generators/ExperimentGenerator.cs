using System.Text;
using DslExperiments.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DslExperiments.Generators;

/// <summary>
/// Compiles the specs of a project into C#. This file is the map; each step's work is in the type that it calls.
/// </summary>
/// <remarks>
/// No object of Roslyn's passes from one step to the next, every value compares by content, and source and diagnostics
/// part ways as soon as a spec is compiled: so an edit re-runs what depends on it and nothing else.
/// </remarks>
[Generator(LanguageNames.CSharp)]
public sealed class ExperimentGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // The project file's say: namespace, folder, experiments or their tests.
        IncrementalValueProvider<ProjectFacts> project = context.AnalyzerConfigOptionsProvider
            .Select((options, _) => ProjectFacts.Read(options))
            .WithTrackingName(StepNames.Project);

        // Files that the props mark as specs, each its own value; null for all others.
        IncrementalValuesProvider<ParsedSpec?> documents = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select((pair, token) => SpecFile.Read(pair.Left, pair.Right, token))
            .WithTrackingName(StepNames.File)
            .SelectSome(ParsedSpec.Parse)
            .WithTrackingName(StepNames.Document);

        // extends: is the one thing that a spec needs of others. Looking it up is cheap and done anew after every edit;
        // what was found compares equal unless a spec in it changed, so nothing behind it runs.
        IncrementalValueProvider<SpecIndex> index = documents
            .CollectSome(all => new SpecIndex(all.ToEquatableArray()))
            .WithTrackingName(StepNames.Index);
        IncrementalValuesProvider<CompiledSpec?> compiled = documents
            .SelectSome(index, (document, all, token) => all.Close(document, token))
            .WithTrackingName(StepNames.Closure)
            .SelectSome(CompiledSpec.Compile)
            .WithTrackingName(StepNames.Compiled);

        // Findings have positions and change with every line that moves. From here on the model has none.
        context.RegisterSourceOutput(
            compiled.SelectSome((spec, _) => new Findings(spec.Findings)).WithTrackingName(StepNames.Diagnostics),
            Report);
        IncrementalValuesProvider<NamedSource?> experiments = compiled
            .SelectSome(project, (spec, facts, _) => NamedSource.From(spec, facts))
            .WithTrackingName(StepNames.Experiment);

        // Two specs may want one C# name; only names are compared.
        IncrementalValueProvider<NameClashes> clashes = experiments
            .SelectSome((named, _) => named.Identity)
            .CollectSome(NameClashes.Find)
            .WithTrackingName(StepNames.Clashes);
        context.RegisterSourceOutput(clashes.Select((found, _) => (Findings?)found.Findings), Report);
        IncrementalValuesProvider<NamedSource?> unique = experiments
            .SelectSome(clashes, (named, found, _) => found.Paths.Contains(named.Path) ? null : named);

        // A file per experiment, and the list behind Main, which needs a name and a sentence of each.
        context.RegisterSourceOutput(
            unique.SelectSome(project, EmittedFile.Of).WithTrackingName(StepNames.Source),
            Add);
        context.RegisterSourceOutput(
            unique.SelectSome((named, _) => RegistryEntry.From(named.Source))
                .CollectSome(entries => entries.ToEquatableArray())
                .Combine(project)
                .Select((pair, _) => EmittedFile.Registry(pair.Left, pair.Right))
                .WithTrackingName(StepNames.Registry),
            Add);

        // Custom tasks: the compilation is asked only about classes that specs name, and only the answers go on.
        IncrementalValuesProvider<TaskTypeUse?> uses = compiled.SelectSome((spec, _) => spec.TaskType);
        IncrementalValueProvider<EquatableArray<TaskTypeFact>> facts = uses
            .CollectSome(all => all.Select(use => use.Name).Distinct().ToEquatableArray())
            .Combine(context.CompilationProvider)
            .Select((pair, _) => pair.Left.Select(name => TaskTypeFact.Of(name, pair.Right)).ToEquatableArray())
            .WithTrackingName(StepNames.TaskTypes);
        context.RegisterSourceOutput(
            uses.SelectSome(facts, (use, known, _) => use.Check(known)).WithTrackingName(StepNames.TaskTypeDiagnostics),
            Report);
    }

    private static void Report(SourceProductionContext context, Findings? findings)
    {
        foreach (Finding finding in findings?.All ?? default)
        {
            context.ReportDiagnostic(finding.ToDiagnostic());
        }
    }

    private static void Add(SourceProductionContext context, EmittedFile? file)
    {
        if (file?.Failure is not null)
        {
            context.ReportDiagnostic(file.Failure.ToDiagnostic());
        }

        if (file?.Text is not null)
        {
            context.AddSource(file.HintName, SourceText.From(file.Text, Encoding.UTF8));
        }
    }
}
