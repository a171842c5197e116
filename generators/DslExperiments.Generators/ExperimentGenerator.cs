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

        // Files that the props mark as specs, each its own value.
        IncrementalValuesProvider<SpecFile> files = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select((pair, token) => SpecFile.Read(pair.Left, pair.Right, token))
            .Where(file => file is not null)
            .Select((file, _) => file!)
            .WithTrackingName(StepNames.File);

        IncrementalValuesProvider<ParsedSpec> documents = files
            .Select((file, token) => ParsedSpec.Parse(file, token))
            .WithTrackingName(StepNames.Document);

        // extends: is the one thing that a spec needs of others. Looking it up is cheap and done anew after every edit;
        // what was found compares equal unless a spec in it changed, so nothing behind it runs.
        IncrementalValueProvider<SpecIndex> index = documents
            .Collect()
            .Select((all, _) => new SpecIndex(all.ToEquatableArray()))
            .WithTrackingName(StepNames.Index);
        IncrementalValuesProvider<CompiledSpec> compiled = documents
            .Combine(index)
            .Select((pair, token) => pair.Right.Close(pair.Left, token))
            .WithTrackingName(StepNames.Closure)
            .Select((closure, token) => CompiledSpec.Compile(closure, token))
            .WithTrackingName(StepNames.Compiled);

        // Findings have positions and change with every line that moves.
        context.RegisterSourceOutput(
            compiled.Select((spec, _) => spec.Findings).WithTrackingName(StepNames.Diagnostics),
            Report);

        // From here on there are no positions.
        IncrementalValuesProvider<NamedSource> experiments = compiled
            .Combine(project)
            .Select((pair, _) => NamedSource.From(pair.Left, pair.Right))
            .Where(source => source is not null)
            .Select((source, _) => source!)
            .WithTrackingName(StepNames.Experiment);

        IncrementalValueProvider<NameClashes> clashes = experiments
            .Select((named, _) => named.Identity)
            .Collect()
            .Select((identities, _) => NameClashes.Find(identities))
            .WithTrackingName(StepNames.Clashes);
        context.RegisterSourceOutput(clashes.Select((found, _) => found.Findings), Report);

        IncrementalValuesProvider<NamedSource> unique = experiments
            .Combine(clashes)
            .Where(pair => !pair.Right.Paths.Contains(pair.Left.Path))
            .Select((pair, _) => pair.Left);

        context.RegisterSourceOutput(
            unique.Combine(project)
                .Select((pair, token) => EmittedFile.Of(pair.Left.Source, pair.Left.Path, pair.Right, token))
                .WithTrackingName(StepNames.Source),
            Add);

        // The list behind Main needs a name and a sentence of each.
        context.RegisterSourceOutput(
            unique.Select((named, _) => RegistryEntry.From(named.Source))
                .Collect()
                .Combine(project)
                .Select((pair, _) => EmittedFile.Registry(pair.Left, pair.Right))
                .WithTrackingName(StepNames.Registry),
            Add);

        // Custom tasks: the compilation is asked only about classes that specs name, and only the answers go on.
        IncrementalValuesProvider<TaskTypeUse> uses = compiled
            .Select((spec, _) => spec.TaskType)
            .Where(use => use is not null)
            .Select((use, _) => use!);
        IncrementalValueProvider<EquatableArray<TaskTypeFact>> facts = uses
            .Select((use, _) => use.Name)
            .Collect()
            .Combine(context.CompilationProvider)
            .Select((pair, _) => pair.Left.Distinct().Select(name => TaskTypeFact.Of(name, pair.Right)).ToEquatableArray())
            .WithTrackingName(StepNames.TaskTypes);
        context.RegisterSourceOutput(
            uses.Combine(facts)
                .Select((pair, _) => pair.Left.Check(pair.Right))
                .WithTrackingName(StepNames.TaskTypeDiagnostics)
                .Where(finding => finding is not null)
                .Select((finding, _) => EquatableArray.Create(finding!)),
            Report);
    }

    private static void Report(SourceProductionContext context, EquatableArray<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            context.ReportDiagnostic(finding.ToDiagnostic());
        }
    }

    private static void Add(SourceProductionContext context, EmittedFile file)
    {
        if (file.Failure is not null)
        {
            context.ReportDiagnostic(file.Failure.ToDiagnostic());
        }

        if (file.Text is not null)
        {
            context.AddSource(file.HintName, SourceText.From(file.Text, Encoding.UTF8));
        }
    }
}
